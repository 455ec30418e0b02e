/* SPDX-License-Identifier: 0BSD
 *
 * SELinux.
 */
#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/selinux.h"
#include "os/xattr.h"

bool os_selinux_enabled(void) {
    struct statfs s;
    return statfs("/sys/fs/selinux", &s) == 0 && (uint32_t)s.f_type == SELINUX_MAGIC &&
           faccessat(AT_FDCWD, "/etc/selinux/config", F_OK, 0) == 0;
}

int os_selinux_context(const struct os_file *file, struct buf *b, struct base_error *e) {
    struct buf value = { 0 };
    int r = os_xattr_get(file, "security.selinux", &value, NULL);
    /* The kernel's values end with a NUL, those of old tools do not. */
    const char *end = value.len ? memchr(value.data, '\0', value.len) : NULL;
    /* An empty value is not a context: libselinux returns ENOTSUP. */
    if (r == 0 && !value.len)
        r = -EOPNOTSUPP;
    if (r == 0 && !buf_reserve(b, value.len))
        r = -ENOMEM;
    if (r == 0)
        buf_add(b, value.data, end ? (size_t)(end - value.data) : value.len);
    buf_finish(&value);
    return r < 0 ? os_file_fail(file, -r, "getxattr", e) : 0;
}
