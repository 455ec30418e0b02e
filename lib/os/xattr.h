/* SPDX-License-Identifier: 0BSD
 *
 * Extended attributes (xattr(7)): os.listxattr, os.getxattr, os.setxattr,
 * os.removexattr, and what os lacks, a dir_fd for them.
 *
 * A name is 1 to 255 bytes without a NUL, a namespace and a dot first; a value
 * is 0 to 65536 bytes of any kind. Which call reaches the file is decided by
 * where it is: a path by itself; a descriptor through fgetxattr(2), or its name
 * in /proc/self/fd where it is one of O_PATH; a path relative to a directory
 * through getxattrat(2) (Linux 6.13), or below the directory's name there.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "os/file.h"

enum { OS_XATTR_SIZE_MAX = 65536 };

/* The names, each with a NUL behind it, appended to b, in the kernel's order. Names of trusted.*
 * are there only with CAP_SYS_ADMIN. Errors: E2BIG, they take more than 65536 bytes, which no call
 * can tell; EOPNOTSUPP. */
int os_xattr_list(const struct os_file *w, struct buf *b, struct base_error *e);

/* A value, appended to b. Errors: ENODATA, there is no such attribute (of trusted.*, without
 * CAP_SYS_ADMIN, always); ERANGE, a name of no or more than 255 bytes; EOPNOTSUPP. */
int os_xattr_get(const struct os_file *w, const char *name, struct buf *b, struct base_error *e);

/* Sets a value. `flags` is 0, XATTR_CREATE (EEXIST: it is there already) or XATTR_REPLACE (ENODATA:
 * it is not). More errors: E2BIG, the value is larger than 65536 bytes; ENOSPC, EDQUOT, it is
 * larger than the file system can take (ext4: a file's attributes share about one block); EPERM,
 * user.* of what is neither a regular file nor a directory, an immutable file, or a capability is
 * missing; EINVAL, the kernel reads the value itself and it is garbage; EACCES, a default ACL of
 * what is no directory. A system.posix_acl_access changes st_mode, too. */
int os_xattr_set(const struct os_file *w, const char *name, const void *value, size_t size,
                 int flags, struct base_error *e);

/* ENODATA: there is no such attribute. Some file systems say so of no ACL, others do not. */
int os_xattr_remove(const struct os_file *w, const char *name, struct base_error *e);

/* Fills e->path2, e->capability and e->hint for a failed call of these four, from e->errnum and
 * e->operation: what the errno means for an attribute of this name (NULL: none was given). */
void os_xattr_explain(struct base_error *e, const char *name);
