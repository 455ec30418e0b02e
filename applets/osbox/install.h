/* SPDX-License-Identifier: 0BSD
 *
 * osbox --install: links to the running program in a directory.
 */
#pragma once

#include "cli/cli.h"

struct install {
    struct cli *cli;
    bool hard;          /* hard links, not symbolic ones */
    bool force;         /* replace other files, too */
    const char *prefix; /* with which the links' names begin; NULL: none */
    int dir_fd;
    struct buf program, name;
};

/* Opens the directory and finds the program (/proc/self/exe). Returns false after an error, which
 * was reported; install_close() is called in both cases. */
bool install_open(struct install *in, const char *dir);

/* Makes a link for an applet. One to the same program that exists (a hard link, or a symbolic one
 * that points to it or to a file of the program's name) is replaced; anything else only with
 * `force`, but never a directory. The old name disappears when the new one exists (rename(2)).
 * Failures are reported: EEXIST, EXDEV (a hard link in another file system), EROFS, EACCES, EISDIR.
 */
void install_link(struct install *in, const char *applet);

void install_close(struct install *in);
