/* SPDX-License-Identifier: 0BSD
 *
 * The first things a process does: the standard descriptors, set-id execution.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/device.h"
#include "base/io.h"
#include "cli/start.h"

/* Opens a file at a descriptor that is closed, the lowest one, so that no other file gets its
 * number. As with a closed one, reading or writing fails with EBADF. */
static void occupy(int fd) {
    int r = fd == STDIN_FILENO ? base_device_open(BASE_FULL, O_WRONLY)
                               : base_device_open(BASE_NULL, O_RDONLY);
    if (r < 0)
        (void)base_open(AT_FDCWD, "/", O_PATH);
}

unsigned cli_open_standard(void) {
    struct pollfd fds[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };
    unsigned closed = 0;
    /* One call tests all three: POLLNVAL is a closed descriptor, or one opened with O_PATH. */
    if (poll(fds, 3, 0) <= 0)
        return 0;
    for (int i = 0; i < 3; i++) {
        if (!(fds[i].revents & POLLNVAL) || fcntl(i, F_GETFD) >= 0)
            continue;
        closed |= 1U << i;
        occupy(i); /* all below are open by now */
    }
    return closed;
}

/* Whether the file of this program gives nobody privileges: a set-id bit, or capabilities. Without
 * /proc that cannot be seen. */
static bool has_plain_file(void) {
    static const char path[] = "/proc/self/exe";
    struct stat st;
    if (stat(path, &st) < 0 || st.st_mode & (S_ISUID | S_ISGID))
        return false;
    return getxattr(path, "security.capability", NULL, 0) < 0 &&
           (errno == ENODATA || errno == EOPNOTSUPP);
}

/* The C libraries drop variables that could lead a privileged program astray (ld.so(8)), but not
 * the same ones. */
static void drop_unsafe_environment(void) {
    const char *zone = getenv("TZ");
    unsetenv("TMPDIR");
    if (zone && strpbrk(zone, "/:"))
        unsetenv("TZ");
}

bool cli_is_privileged(void) {
    if (!getauxval(AT_SECURE))
        return false;
    /* It is also set if the caller's own effective ids differ from the real ones. */
    if ((geteuid() == getuid() && getegid() == getgid()) || !has_plain_file())
        return true;
    drop_unsafe_environment();
    return false;
}
