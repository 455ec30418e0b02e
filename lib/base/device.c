/* SPDX-License-Identifier: 0BSD
 *
 * Devices, opened only if they are what their names say.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/device.h"
#include "base/io.h"

static const struct {
    const char path[16];
    unsigned major, minor;
} devices[] = {
    [BASE_NULL] = { "/dev/null", 1, 3 },
    [BASE_FULL] = { "/dev/full", 1, 7 },
    [BASE_TTY] = { "/dev/tty", 5, 0 },
};

const char *base_device_path(enum base_device device) {
    return devices[device].path;
}

static int check(int fd, enum base_device device) {
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    bool same =
        S_ISCHR(st.st_mode) && st.st_rdev == makedev(devices[device].major, devices[device].minor);
    return same ? 0 : -ENODEV;
}

int base_device_open(enum base_device device, int flags) {
    const int others = O_CREAT | O_EXCL | O_TRUNC;
    /* A FIFO of that name must not block. */
    int fd = base_open(AT_FDCWD, devices[device].path, (flags & ~others) | O_NONBLOCK);
    if (fd < 0)
        return fd;
    int r = check(fd, device);
    if (r == 0 && !(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags) < 0)
        r = -errno;
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

int base_device_open_empty(void) {
    int ends[2], fd = base_device_open(BASE_NULL, O_RDONLY);
    if (fd >= 0)
        return fd;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    close(ends[1]);
    return ends[0];
}

const char *base_device_hint(enum base_device device, int errnum) {
    struct statvfs fs;
    if (errnum == ENODEV || errnum == ENXIO)
        return "another file has the name of this device";
    if (errnum == EACCES && statvfs(devices[device].path, &fs) == 0 && fs.f_flag & ST_NODEV)
        return "it is on a file system that is mounted nodev";
    return NULL;
}
