/* SPDX-License-Identifier: 0BSD
 *
 * The random devices.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "os/clock.h"
#include "os/random_device.h"

static const struct {
    const char path[16];
    unsigned minor;
} devices[] = {
    [OS_RANDOM_DEVICE] = { "/dev/random", 8 },
    [OS_URANDOM_DEVICE] = { "/dev/urandom", 9 },
};

const char *os_random_device_path(enum os_random_device device) {
    return devices[device].path;
}

int os_random_device_open(enum os_random_device device, struct base_error *e) {
    const char *path = devices[device].path;
    struct stat st;
    int fd = base_open(AT_FDCWD, path, O_RDONLY);
    if (fd < 0)
        return base_fail(e, -fd, "open", path);
    int errnum = fstat(fd, &st) < 0 ? errno : 0;
    if (!errnum && (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, devices[device].minor)))
        errnum = ENODEV;
    if (!errnum)
        return fd;
    close(fd);
    return base_fail(e, errnum, "fstat", path);
}

int os_random_device_wait(int fd, int64_t timeout, struct base_error *e) {
    const char *path = devices[OS_RANDOM_DEVICE].path;
    int64_t end = os_deadline(timeout);
    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int n = poll(&p, 1, os_poll_timeout(end, os_monotonic_ns()));
        if (n > 0)
            return 0;
        if (n == 0 && os_monotonic_ns() >= end)
            return base_fail(e, EAGAIN, "poll", path);
        if (n < 0 && errno != EINTR)
            return base_fail(e, errno, "poll", path);
    }
}
