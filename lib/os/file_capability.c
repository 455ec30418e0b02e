/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of files, through libcap.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/capability.h>

#include "os/capability.h"
#include "os/file_capability.h"
#include "os/xattr.h"

/* ---- security.capability: struct vfs_cap_data, little endian ---- */

static uint32_t word_at(const void *value, size_t word) {
    uint32_t w;
    memcpy(&w, (const char *)value + word * sizeof w, sizeof w);
    return le32toh(w);
}

struct file_caps {
    uint64_t permitted, inheritable;
    bool effective; /* all that are permitted or inheritable, or none */
    uint32_t rootid;
};

/* NULL, or what is wrong with the value. */
static const char *decode(const void *value, size_t size, struct file_caps *c) {
    if (size < sizeof(uint32_t))
        return "capabilities have not this size";
    uint32_t magic = word_at(value, 0);
    uint32_t revision = magic & VFS_CAP_REVISION_MASK;
    size_t wanted = revision == VFS_CAP_REVISION_1   ? XATTR_CAPS_SZ_1
                    : revision == VFS_CAP_REVISION_2 ? XATTR_CAPS_SZ_2
                    : revision == VFS_CAP_REVISION_3 ? XATTR_CAPS_SZ_3
                                                     : 0;
    if (!wanted)
        return "unknown version of capabilities";
    if (size != wanted)
        return "capabilities of this version have not this size";
    *c = (struct file_caps){ word_at(value, 1), word_at(value, 2), magic & VFS_CAP_FLAGS_EFFECTIVE,
                             revision == VFS_CAP_REVISION_3 ? word_at(value, 5) : 0 };
    if (revision != VFS_CAP_REVISION_1) {
        c->permitted |= (uint64_t)word_at(value, 3) << 32;
        c->inheritable |= (uint64_t)word_at(value, 4) << 32;
    }
    return NULL;
}

static cap_t caps_of(const struct file_caps *f) {
    cap_t caps = cap_init();
    for (cap_value_t c = 0; caps && c < OS_CAPABILITIES_MAX; c++) {
        bool p = f->permitted >> c & 1, i = f->inheritable >> c & 1;
        if (p)
            cap_set_flag(caps, CAP_PERMITTED, 1, &c, CAP_SET);
        if (i)
            cap_set_flag(caps, CAP_INHERITABLE, 1, &c, CAP_SET);
        if (f->effective && (p || i))
            cap_set_flag(caps, CAP_EFFECTIVE, 1, &c, CAP_SET);
    }
    return caps;
}

/* 0, or -errno. */
static int add_text(const struct file_caps *f, struct buf *b) {
    errno = 0;
    cap_t caps = caps_of(f);
    char *text = caps ? cap_to_text(caps, NULL) : NULL;
    int r = text ? 0 : errno ? -errno : -EINVAL;
    if (text)
        buf_add_str(b, text);
    cap_free(text);
    cap_free(caps);
    return r;
}

const char *os_capability_from_value(const void *value, size_t size, struct buf *b) {
    struct file_caps f;
    const char *why = decode(value, size, &f);
    if (why)
        return why;
    int r = add_text(&f, b);
    if (r < 0)
        return r == -ENOMEM ? "out of memory" : "capabilities that libcap cannot tell";
    if (f.rootid) {
        buf_add_str(b, " [rootid=");
        buf_add_uint(b, f.rootid);
        buf_add_char(b, ']');
    }
    return NULL;
}

int os_file_capabilities(const struct os_file *file, struct buf *b, unsigned *rootid,
                         struct base_error *e) {
    struct buf value = { 0 };
    struct file_caps f = { 0 };
    *rootid = 0;
    int r = os_xattr_get(file, "security.capability", &value, NULL);
    bool none = r == -ENODATA || r == -EOPNOTSUPP;
    if (r == 0)
        r = decode(value.data, value.len, &f) ? -EINVAL : add_text(&f, b);
    buf_finish(&value);
    *rootid = f.rootid;
    return r == 0 || none ? 0 : os_file_fail(file, -r, "getxattr", e);
}

/* The set of a flag, of the capabilities that libcap handles. */
static uint64_t flag_of(cap_t caps, cap_flag_t flag) {
    uint64_t set = 0;
    for (cap_value_t c = 0; c < cap_max_bits(); c++) {
        cap_flag_value_t value = CAP_CLEAR;
        cap_get_flag(caps, c, flag, &value);
        set |= (uint64_t)(value == CAP_SET) << c;
    }
    return set;
}

const char *os_capability_to_value(const char *text, unsigned rootid, struct buf *b) {
    errno = 0;
    cap_t caps = cap_from_text(text);
    if (!caps)
        return errno == ENOMEM ? "out of memory" : "not a text of capabilities (cap_from_text(3))";
    uint64_t permitted = flag_of(caps, CAP_PERMITTED);
    uint64_t inheritable = flag_of(caps, CAP_INHERITABLE);
    uint64_t effective = flag_of(caps, CAP_EFFECTIVE);
    cap_free(caps);
    if (effective && effective != (permitted | inheritable))
        return "of a file, all that is permitted or inheritable is effective, or nothing";
    uint32_t words[] = {
        htole32((rootid ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2) |
                (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0)),
        htole32((uint32_t)permitted),
        htole32((uint32_t)inheritable),
        htole32((uint32_t)(permitted >> 32)),
        htole32((uint32_t)(inheritable >> 32)),
        htole32(rootid),
    };
    buf_add(b, words, rootid ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2);
    return NULL;
}
