/* SPDX-License-Identifier: 0BSD
 *
 * Extended attributes (xattr(7)): os.listxattr, os.getxattr, os.setxattr,
 * os.removexattr, and what os lacks, a dir_fd for them.
 *
 * A name is 1 to 255 bytes without a NUL and begins with a namespace and a dot;
 * a value is 0 to 65536 bytes. The call depends on the file reference: a path as
 * it is; a descriptor through fgetxattr(2), or its name in /proc/self/fd if it
 * is one of O_PATH; a path relative to a directory through getxattrat(2) (Linux
 * 6.13), or below the directory's name there.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "os/file.h"

enum { OS_XATTR_SIZE_MAX = 65536 };

/* Appends the names, each followed by a NUL, in the kernel's order; those of trusted.* only with
 * CAP_SYS_ADMIN. Returns 0, or -errno: E2BIG if they take more than 65536 bytes, which no call can
 * return; EOPNOTSUPP. */
int os_xattr_list(const struct os_file *file, struct buf *b, struct base_error *e);

/* Appends a value. Returns 0, or -errno: ENODATA if there is no such attribute (of trusted.*,
 * without CAP_SYS_ADMIN, always); ERANGE if the name is empty or longer than 255 bytes;
 * EOPNOTSUPP. */
int os_xattr_get(const struct os_file *file, const char *name, struct buf *b, struct base_error *e);

/* Sets a value. `flags` is 0, XATTR_CREATE (EEXIST if the attribute exists) or XATTR_REPLACE
 * (ENODATA if it does not). A system.posix_acl_access changes st_mode, too. Returns 0, or -errno:
 * E2BIG if the value is larger than 65536 bytes; ENOSPC or EDQUOT if it is too large for the file
 * system (ext4: a file's attributes share about one block); EPERM for user.* of a file that is
 * neither regular nor a directory, for an immutable file, or if a capability is missing; EINVAL if
 * the kernel interprets the value and it is invalid; EACCES for a default ACL of a file that is not
 * a directory. */
int os_xattr_set(const struct os_file *file, const char *name, const void *value, size_t size,
                 int flags, struct base_error *e);

/* Removes an attribute. Returns 0, or -errno: ENODATA if there is none, but not all file systems
 * return this for an ACL. */
int os_xattr_remove(const struct os_file *file, const char *name, struct base_error *e);

/* Fills e->path2, e->capability and e->hint after a failure of one of these four calls, from
 * e->errnum and e->operation: what the errno means for an attribute of this name (NULL: any). */
void os_xattr_explain(struct base_error *e, const char *name);
