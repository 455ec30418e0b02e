/* SPDX-License-Identifier: 0BSD
 *
 * Where the records of a call go.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/parse.h"
#include "cli/place.h"
#include "cli/start.h"

bool cli_is_open(const struct cli_call *call, int fd) {
    return fd > STDERR_FILENO ? fcntl(fd, F_GETFD) >= 0 : !(call->closed >> fd & 1);
}

const char *cli_parse_place(struct cli_call *call, const char *text) {
    int fd = -1;
    if (strncmp(text, "fd:", 3) == 0 && cli_parse_fd(text + 3, &fd))
        return "not of the form fd:N";
    call->place = text;
    call->place_fd = fd;
    return NULL;
}

static int refuse(int fd, struct base_error *e, const char *operation, const char *hint) {
    base_fail(e, EBADF, operation, NULL);
    e->fd = fd;
    e->hint = hint;
    return -EBADF;
}

static int copy_descriptor(const struct cli_call *call, int number, struct base_error *e) {
    int mode = cli_is_open(call, number) ? fcntl(number, F_GETFL) : -1;
    if (mode < 0)
        return refuse(number, e, "fcntl",
                      "not open here; bash does not pass coproc descriptors to programs");
    if (mode & O_PATH || (mode & O_ACCMODE) == O_RDONLY)
        return refuse(number, e, "write", "not open for writing");
    int fd = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd >= 0 && (number <= STDERR_FILENO || fcntl(number, F_SETFD, FD_CLOEXEC) == 0))
        return fd;
    int r = base_fail(e, errno, "fcntl", NULL);
    if (fd >= 0)
        close(fd);
    return r;
}

/* A FIFO without a reader is ENXIO rather than waited for. */
static int open_file(const char *path, bool create, struct base_error *e) {
    int flags = O_WRONLY | O_TRUNC | O_NONBLOCK;
    if (cli_is_privileged())
        return base_fail(e, EPERM, "open", path);
    int fd = create ? base_create(path, flags, 0666) : base_open(AT_FDCWD, path, flags);
    if (fd < 0)
        return base_fail(e, -fd, "open", path);
    (void)fcntl(fd, F_SETFL, 0); /* writes may block */
    return fd;
}

int cli_claim_place(struct cli *cli, struct base_error *e) {
    const struct cli_call *call = &cli->call;
    if (!call->place)
        return 0;
    bool create = call->common.format == CLI_FORMAT_SH;
    int fd = call->place_fd < 0 ? open_file(call->place, create, e)
                                : copy_descriptor(call, call->place_fd, e);
    if (fd == -ENXIO || (fd == -ENOENT && !create))
        return 0;
    if (fd < 0)
        return fd;
    cli_redirect(cli, fd, call->place);
    return 0;
}
