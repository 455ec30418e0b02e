/* SPDX-License-Identifier: 0BSD
 *
 * POSIX ACLs, from include/uapi/linux/posix_acl_xattr.h.
 */
#include <endian.h>

#include "os/acl.h"

enum { ACL_VERSION = 2, ACL_HEADER = 4, ACL_ENTRY = 8 };

/* In the order of a valid ACL. */
enum { ACL_USER_OBJ = 1, ACL_USER = 2, ACL_GROUP_OBJ = 4, ACL_GROUP = 8, ACL_MASK = 16 };
enum { ACL_OTHER = 32 };

struct entry {
    unsigned tag, permissions, id;
};

static struct entry entry_at(const unsigned char *p) {
    uint16_t tag, permissions;
    uint32_t id;
    memcpy(&tag, p, sizeof tag);
    memcpy(&permissions, p + 2, sizeof permissions);
    memcpy(&id, p + 4, sizeof id);
    return (struct entry){ le16toh(tag), le16toh(permissions), le32toh(id) };
}

/* Whether a name is not a number and has no characters with a meaning in this form. */
static bool is_clear(const char *name) {
    return name && name[0] && strspn(name, "0123456789") != strlen(name) &&
           !name[strcspn(name, ":, \t\n\\#")];
}

static void add_id(struct buf *b, const struct entry *entry, struct os_name_cache *users,
                   struct os_name_cache *groups) {
    const char *name = NULL;
    if (entry->tag == ACL_USER && users)
        os_user_name(users, entry->id, &name, NULL);
    else if (entry->tag == ACL_GROUP && groups)
        os_group_name(groups, entry->id, &name, NULL);
    if (is_clear(name))
        buf_add_str(b, name);
    else
        buf_add_uint(b, entry->id);
}

static char letter_of(unsigned tag) {
    switch (tag) {
    case ACL_USER_OBJ:
    case ACL_USER:
        return 'u';
    case ACL_GROUP_OBJ:
    case ACL_GROUP:
        return 'g';
    case ACL_MASK:
        return 'm';
    case ACL_OTHER:
        return 'o';
    default:
        return '\0';
    }
}

const char *os_acl_text(const void *value, size_t size, struct os_name_cache *users,
                        struct os_name_cache *groups, struct buf *b) {
    const unsigned char *p = value;
    uint32_t version;
    if (size < ACL_HEADER || (size - ACL_HEADER) % ACL_ENTRY)
        return "an ACL has not this size";
    memcpy(&version, p, sizeof version);
    if (le32toh(version) != ACL_VERSION)
        return "unknown version of ACLs";
    for (size_t at = ACL_HEADER; at < size; at += ACL_ENTRY) {
        struct entry entry = entry_at(p + at);
        if (!letter_of(entry.tag))
            return "unknown tag in an ACL";
        if (entry.permissions > 7)
            return "unknown permissions in an ACL";
    }
    for (size_t at = ACL_HEADER; at < size; at += ACL_ENTRY) {
        struct entry entry = entry_at(p + at);
        if (at > ACL_HEADER)
            buf_add_char(b, ',');
        buf_add_char(b, letter_of(entry.tag));
        buf_add_char(b, ':');
        if (entry.tag == ACL_USER || entry.tag == ACL_GROUP)
            add_id(b, &entry, users, groups);
        buf_add_char(b, ':');
        buf_add_char(b, entry.permissions & 4 ? 'r' : '-');
        buf_add_char(b, entry.permissions & 2 ? 'w' : '-');
        buf_add_char(b, entry.permissions & 1 ? 'x' : '-');
    }
    return NULL;
}
