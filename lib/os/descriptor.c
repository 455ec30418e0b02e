/* SPDX-License-Identifier: 0BSD
 *
 * The state of a descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "os/descriptor.h"

static int fail(int fd, int errnum, const char *operation, struct base_error *e) {
    int r = base_fail(e, errnum, operation, NULL);
    if (e)
        e->fd = fd;
    return r;
}

int os_describe_descriptor(int fd, struct os_descriptor *d, struct base_error *e) {
    int status = fcntl(fd, F_GETFL);
    int flags = fcntl(fd, F_GETFD);
    if (status < 0 || flags < 0)
        return fail(fd, errno, "fcntl", e);
    *d = (struct os_descriptor){
        .tty = isatty(fd),
        .blocking = !(status & O_NONBLOCK),
        .inheritable = !(flags & FD_CLOEXEC),
    };
    d->offset = lseek(fd, 0, SEEK_CUR);
    d->has_offset = d->offset >= 0;
    if (!d->has_offset && errno != ESPIPE)
        return fail(fd, errno, "lseek", e);
    if (!d->tty)
        return 0;
    d->pgrp = tcgetpgrp(fd);
    d->has_pgrp = d->pgrp >= 0;
    struct winsize size;
    d->has_size = ioctl(fd, TIOCGWINSZ, &size) == 0;
    if (d->has_size) {
        d->columns = size.ws_col;
        d->lines = size.ws_row;
    }
    return 0;
}

int os_ttyname(int fd, struct buf *b, struct base_error *e) {
    char name[256]; /* TTY_NAME_MAX is 32 on Linux */
    int errnum = ttyname_r(fd, name, sizeof name);
    if (errnum)
        return fail(fd, errnum, "ttyname", e);
    buf_add_str(b, name);
    return b->failed ? fail(fd, ENOMEM, "ttyname", e) : 0;
}
