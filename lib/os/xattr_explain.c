/* SPDX-License-Identifier: 0BSD
 *
 * Explains the errors of the attribute calls, because the standard texts of
 * most of them are misleading here.
 */
#include <errno.h>
#include <linux/capability.h>

#include "os/capability.h"
#include "os/xattr.h"

static bool begins(const char *name, const char *prefix) {
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_acl(const char *name) {
    return begins(name, "system.posix_acl_");
}

static bool has_namespace(const char *name) {
    return begins(name, "user.") || begins(name, "trusted.") || begins(name, "security.") ||
           begins(name, "system.");
}

/* The capability that a change needs (xattr(7)); -1: none, or it is unknown. */
static int capability_of(const char *name) {
    if (strcmp(name, "security.capability") == 0)
        return CAP_SETFCAP;
    if (begins(name, "security.") || begins(name, "trusted."))
        return CAP_SYS_ADMIN;
    return is_acl(name) ? CAP_FOWNER : -1;
}

static const char *refusal(const char *name) {
    return begins(name, "user.") ? "only regular files and directories have user.* attributes, "
                                   "and immutable ones keep theirs"
                                 : NULL;
}

static const char *no_support(const char *name) {
    if (!has_namespace(name))
        return "a name begins with user., trusted., security. or system.";
    return is_acl(name) ? "the file, or its file system, has no such ACL, or the value is none"
                        : "the file, or its file system, has no such attributes";
}

static const char *bad_value(const char *name) {
    size_t size = strlen(name);
    if (size && name[size - 1] == '.')
        return "the name ends with its namespace";
    if (is_acl(name))
        return "the value is no valid ACL";
    return strcmp(name, "security.capability") == 0 ? "the value is no valid set of capabilities"
                                                    : NULL;
}

static const char *hint_of(const struct base_error *e, const char *name, bool changes) {
    switch (e->errnum) {
    case E2BIG:
        return changes ? "a value has 65536 bytes at the most, on some file systems less"
                       : "the names take more than 65536 bytes, which no call can list; each can "
                         "still be got by its name";
    case ENOSPC:
        return changes ? "the file system is full, or the value too large for it: on ext4 all "
                         "attributes of a file share about one block"
                       : NULL;
    case ERANGE:
        return name ? "a name has 1 to 255 bytes" : NULL;
    case ENODATA:
        return "there is no such attribute";
    case EEXIST:
        return "the attribute exists";
    case EOPNOTSUPP:
        return name ? no_support(name) : "the file system has no attributes";
    case EINVAL:
        return name ? bad_value(name) : NULL;
    case EPERM:
        return name && changes ? refusal(name) : NULL;
    case EACCES:
        return name && changes && strcmp(name, "system.posix_acl_default") == 0
                   ? "only directories have a default ACL"
                   : NULL;
    default:
        return NULL;
    }
}

void os_xattr_explain(struct base_error *e, const char *name) {
    bool changes = strcmp(e->operation, "setxattr") == 0 || //
                   strcmp(e->operation, "removexattr") == 0;
    int capability = name && changes && e->errnum == EPERM ? capability_of(name) : -1;
    if (name && e->errnum == ENODATA && begins(name, "trusted."))
        capability = CAP_SYS_ADMIN;
    if (capability >= 0)
        e->capability = os_capability_missing(capability);
    e->path2 = name;
    e->hint = hint_of(e, name, changes);
}
