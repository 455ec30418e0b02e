/* SPDX-License-Identifier: 0BSD
 *
 * The files that a verb of xattr works on.
 */
#pragma once

#include "applets/xattr/run.h"

/* Option rows of the verbs that work on files. */
#define XATTR_OPTIONS_FILE                                                                         \
    CLI_GROUP("Which file"),                                                                       \
        { CLI_FLAG(struct xattr_args, no_follow), .letter = 'P', .name = "no-follow",              \
          .help = "the attributes of symbolic links themselves" },                                 \
        { CLI_FLAG(struct xattr_args, recursive), .letter = 'R', .name = "recursive",              \
          .help = "all files below a directory too; links below it are not followed" },            \
        { CLI_FD(struct xattr_args, fd), .name = "fd", .metavar = "N",                             \
          .conflicts = "dir dir-fd files0-from no-follow",                                         \
          .help = "the open descriptor N; takes no PATH" },                                        \
        { CLI_TEXT(struct xattr_args, dir),                                                        \
          .letter = 'C',                                                                           \
          .name = "dir",                                                                           \
          .metavar = "DIR",                                                                        \
          .conflicts = "dir-fd",                                                                   \
          .complete = CLI_COMPLETE_DIRECTORY,                                                      \
          .help = "relative PATHs begin at DIR" },                                                 \
        { CLI_FD(struct xattr_args, dir_fd), .name = "dir-fd", .metavar = "N",                     \
          .help = "relative PATHs begin at the open directory N" },                                \
    {                                                                                              \
        CLI_TEXT(struct xattr_args, files0),                                                       \
            .name = "files0-from", .metavar = "FILE", .complete = CLI_COMPLETE_FILE,               \
            .help = "read NUL-terminated PATHs from FILE, '-' for standard input, as they come"    \
    }

/* Calls r->act() for each file that the options and the operands name. */
void xattr_each(struct xattr_run *r);
