/* SPDX-License-Identifier: 0BSD
 *
 * The base of relative paths, and descriptors that the user names.
 */
#include <fcntl.h>
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "os/file.h"

const struct cli_option base_dir_options[] = {
    { CLI_TEXT(struct base_dir_args, dir), .letter = 'C', .name = "dir", .metavar = "DIR",
      .conflicts = "dir-fd", .complete = CLI_COMPLETE_DIRECTORY,
      .help = "relative PATHs begin at DIR" },
    { CLI_FD(struct base_dir_args, dir_fd), .name = "dir-fd", .metavar = "N",
      .help = "relative PATHs begin at the open directory N" },
    { CLI_TEXT(struct base_dir_args, files0), .name = "files0-from", .metavar = "FILE",
      .complete = CLI_COMPLETE_FILE,
      .help = "read NUL-terminated PATHs from FILE, '-' for standard input, as they come" },
    CLI_OPTIONS_END,
};

bool base_dir_check_descriptor(struct cli *cli, int fd) {
    if (cli_is_open(&cli->call, fd))
        return true;
    struct base_error e;
    base_fail(&e, EBADF, "fcntl", NULL);
    e.fd = fd;
    cli_report(cli, &e);
    return false;
}

int base_dir_open(struct cli *cli, const struct base_dir_args *args, int *opened) {
    *opened = -1;
    if (args->dir_fd >= 0)
        return base_dir_check_descriptor(cli, args->dir_fd) ? args->dir_fd : -1;
    if (!args->dir)
        return AT_FDCWD;
    struct base_error e;
    struct os_file file = { AT_FDCWD, args->dir, true };
    *opened = os_file_open_directory(&file, &e);
    if (*opened < 0)
        cli_report(cli, &e);
    return *opened < 0 ? -1 : *opened;
}
