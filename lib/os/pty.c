/* SPDX-License-Identifier: 0BSD
 *
 * Pseudoterminals.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/pty.h"

bool os_pty_current_size(struct winsize *size) {
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (ioctl(fd, TIOCGWINSZ, size) == 0 && size->ws_col)
            return true;
    return false;
}

int os_pty_open(const struct winsize *size, struct buf *name, struct base_error *e) {
    struct winsize current;
    char path[64];
    if (size)
        current = *size;
    else if (!os_pty_current_size(&current))
        current = (struct winsize){ .ws_row = 24, .ws_col = 80 };
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return base_fail(e, errno, "posix_openpt", "/dev/ptmx");
    if (grantpt(fd) < 0 || unlockpt(fd) < 0 || ptsname_r(fd, path, sizeof path) != 0 ||
        ioctl(fd, TIOCSWINSZ, &current) < 0) {
        int errnum = errno;
        close(fd);
        return base_fail(e, errnum, "ptsname_r", "/dev/ptmx");
    }
    buf_add(name, path, strlen(path) + 1);
    if (!name->failed)
        return fd;
    close(fd);
    return base_fail(e, ENOMEM, "malloc", NULL);
}
