/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of files, through libcap.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/capability.h>

#include "os/file_capability.h"

int os_file_capabilities(const struct os_file *file, struct buf *b, unsigned *rootid,
                         struct base_error *e) {
    struct buf name = { 0 };
    const char *path = os_file_name(file, &name);
    *rootid = 0;
    cap_t caps = path ? cap_get_file(path) : NULL;
    int errnum = path ? errno : ENOMEM;
    buf_finish(&name);
    if (!caps)
        return errnum == ENODATA || errnum == EOPNOTSUPP
                   ? 0
                   : os_file_fail(file, errnum, "cap_get_file", e);
    *rootid = cap_get_nsowner(caps);
    char *text = cap_to_text(caps, NULL);
    errnum = errno;
    if (text)
        buf_add_str(b, text);
    cap_free(text);
    cap_free(caps);
    return text ? 0 : os_file_fail(file, errnum, "cap_to_text", e);
}

/* ---- security.capability: struct vfs_cap_data, little endian ---- */

static uint32_t word_at(const void *value, size_t word) {
    uint32_t w;
    memcpy(&w, (const char *)value + word * sizeof w, sizeof w);
    return le32toh(w);
}

/* A file has one bit for effective: all that are permitted or inheritable, or none. */
static cap_t caps_of(uint64_t permitted, uint64_t inheritable, bool effective) {
    cap_t caps = cap_init();
    for (cap_value_t c = 0; caps && c < 64; c++) {
        bool p = permitted >> c & 1, i = inheritable >> c & 1;
        if (p)
            cap_set_flag(caps, CAP_PERMITTED, 1, &c, CAP_SET);
        if (i)
            cap_set_flag(caps, CAP_INHERITABLE, 1, &c, CAP_SET);
        if (effective && (p || i))
            cap_set_flag(caps, CAP_EFFECTIVE, 1, &c, CAP_SET);
    }
    return caps;
}

const char *os_capability_from_value(const void *value, size_t size, struct buf *b) {
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
    uint64_t permitted = word_at(value, 1), inheritable = word_at(value, 2);
    if (revision != VFS_CAP_REVISION_1) {
        permitted |= (uint64_t)word_at(value, 3) << 32;
        inheritable |= (uint64_t)word_at(value, 4) << 32;
    }
    errno = 0;
    cap_t caps = caps_of(permitted, inheritable, magic & VFS_CAP_FLAGS_EFFECTIVE);
    char *text = caps ? cap_to_text(caps, NULL) : NULL;
    const char *why = text              ? NULL
                      : errno == ENOMEM ? "out of memory"
                                        : "capabilities that libcap cannot tell";
    uint32_t rootid = revision == VFS_CAP_REVISION_3 ? word_at(value, 5) : 0;
    if (text)
        buf_add_str(b, text);
    if (text && rootid) {
        buf_add_str(b, " [rootid=");
        buf_add_uint(b, rootid);
        buf_add_char(b, ']');
    }
    cap_free(text);
    cap_free(caps);
    return why;
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
