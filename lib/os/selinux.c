/* SPDX-License-Identifier: 0BSD
 *
 * SELinux.
 */
#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "os/selinux.h"

static const char attribute[] = "security.selinux";

bool os_selinux_enabled(void) {
    struct statfs s;
    return statfs("/sys/fs/selinux", &s) == 0 && (uint32_t)s.f_type == SELINUX_MAGIC &&
           access("/etc/selinux/config", F_OK) == 0;
}

static ssize_t get(const struct os_file *file, const char *name, char *value, size_t size) {
    if (!file->path)
        return fgetxattr(file->dir_fd, attribute, value, size);
    return file->follow ? getxattr(name, attribute, value, size)
                        : lgetxattr(name, attribute, value, size);
}

static int read_context(const struct os_file *file, const char *name, struct buf *b,
                        struct base_error *e) {
    for (size_t room = 256;; room *= 2) {
        if (!buf_reserve(b, room))
            return os_file_fail(file, ENOMEM, "getxattr", e);
        ssize_t n = get(file, name, b->data + b->len, room);
        if (n < 0 && errno == ERANGE)
            continue;
        /* An empty value is not a context: libselinux returns ENOTSUP. */
        if (n <= 0)
            return os_file_fail(file, n < 0 ? errno : EOPNOTSUPP, "getxattr", e);
        size_t size = (size_t)n;
        /* The kernel's values end with a NUL, those of old tools do not. */
        b->len += strnlen(b->data + b->len, size);
        return 0;
    }
}

int os_selinux_context(const struct os_file *file, struct buf *b, struct base_error *e) {
    struct buf room = { 0 };
    const char *name = os_file_name(file, &room);
    int r = name ? read_context(file, name, b, e) : os_file_fail(file, ENOMEM, "getxattr", e);
    buf_finish(&room);
    return r;
}
