/* SPDX-License-Identifier: 0BSD
 *
 * Steps: namespaces and the root directory.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/io.h"
#include "os/spawn_private.h"

int os_step_setns(const struct os_step *s) {
    int r = os_outcome(setns(s->setns.fd, s->setns.flags));
    close(s->setns.fd);
    return r;
}

int os_step_unshare(const struct os_step *s) {
    return os_outcome(unshare(s->unshare));
}

int os_step_propagation(const struct os_step *s) {
    return os_outcome(mount("none", "/", NULL, MS_REC | s->propagation, NULL));
}

static int write_file(const char *path, const char *text, size_t size) {
    int fd = base_open(AT_FDCWD, path, O_WRONLY);
    if (fd < 0)
        return fd;
    int r = base_write(fd, text, size);
    close(fd);
    return r;
}

/* Writes "0 ID 1": the new namespace has the id 0 alone, which stands for ID outside. */
static int write_map(const char *path, unsigned id) {
    char text[32] = "0 ";
    size_t digits = 1, size = 2;
    for (unsigned rest = id; rest >= 10; rest /= 10)
        digits++;
    for (size_t i = digits; i--; id /= 10)
        text[size + i] = (char)('0' + id % 10);
    size += digits;
    text[size++] = ' ';
    text[size++] = '1';
    return write_file(path, text, size);
}

/* user_namespaces(7): without privilege outside, setgroups has to be given up first. */
int os_step_map_root(const struct os_step *s) {
    int r = write_file("/proc/self/setgroups", "deny", 4);
    if (r == 0)
        r = write_map("/proc/self/uid_map", s->map_root.uid);
    if (r == 0)
        r = write_map("/proc/self/gid_map", s->map_root.gid);
    return r < 0 ? r : os_expect(getuid() == 0 && getgid() == 0);
}

/* The working directory becomes the new root, so that no relative path leaves it. */
int os_step_chroot(const struct os_step *s) {
    if (chdir(s->object) < 0 || chroot(".") < 0)
        return -errno;
    return os_outcome(chdir("/"));
}
