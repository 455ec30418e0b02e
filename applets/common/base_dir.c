/* SPDX-License-Identifier: 0BSD
 *
 * The base of relative paths, and descriptors that the user names.
 */
#include <fcntl.h>
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "os/file.h"

bool base_dir_check_descriptor(struct cli *cli, int fd) {
    if (fd > STDERR_FILENO ? fcntl(fd, F_GETFD) >= 0 : !(cli->call.closed >> fd & 1))
        return true;
    struct base_error e;
    base_fail(&e, EBADF, "fcntl", NULL);
    e.fd = fd;
    cli_report(cli, &e);
    return false;
}

int base_dir_open(struct cli *cli, const char *dir, int dir_fd, int *opened) {
    *opened = -1;
    if (dir_fd >= 0)
        return base_dir_check_descriptor(cli, dir_fd) ? dir_fd : -1;
    if (!dir)
        return AT_FDCWD;
    struct base_error e;
    struct os_file file = { AT_FDCWD, dir, true };
    *opened = os_file_open_directory(&file, &e);
    if (*opened < 0)
        cli_report(cli, &e);
    return *opened < 0 ? -1 : *opened;
}
