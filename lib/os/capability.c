/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities, through libcap.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include "os/capability.h"

int os_capability_missing(int capability) {
    cap_flag_value_t value = CAP_SET;
    cap_t caps = cap_get_proc();
    if (caps && cap_get_flag(caps, capability, CAP_EFFECTIVE, &value) < 0)
        value = CAP_SET; /* unknown to this kernel: nothing to say */
    cap_free(caps);
    return value == CAP_SET ? -1 : capability;
}

int os_file_capabilities(const struct os_file *w, struct buf *b, unsigned *rootid,
                         struct base_error *e) {
    struct buf name = { 0 };
    const char *path = os_file_name(w, &name);
    *rootid = 0;
    cap_t caps = path ? cap_get_file(path) : NULL;
    int errnum = path ? errno : ENOMEM;
    buf_finish(&name);
    if (!caps)
        return errnum == ENODATA || errnum == EOPNOTSUPP
                   ? 0
                   : os_file_fail(w, errnum, "cap_get_file", e);
    *rootid = cap_get_nsowner(caps);
    char *text = cap_to_text(caps, NULL);
    errnum = errno;
    if (text)
        buf_add_str(b, text);
    cap_free(text);
    cap_free(caps);
    return text ? 0 : os_file_fail(w, errnum, "cap_to_text", e);
}

int os_capability_get(uint64_t sets[static OS_CAP_SETS], struct base_error *e) {
    cap_t caps = cap_get_proc();
    if (!caps)
        return base_fail(e, errno, "capget", NULL);
    for (int set = 0; set < OS_CAP_SETS; set++)
        sets[set] = 0;
    for (cap_value_t c = 0; c < cap_max_bits(); c++) {
        for (int flag = CAP_EFFECTIVE; flag <= CAP_INHERITABLE; flag++) {
            static const enum os_capability_set of[] = { [CAP_EFFECTIVE] = OS_CAP_EFFECTIVE,
                                                         [CAP_PERMITTED] = OS_CAP_PERMITTED,
                                                         [CAP_INHERITABLE] = OS_CAP_INHERITABLE };
            cap_flag_value_t value = CAP_CLEAR;
            cap_get_flag(caps, c, (cap_flag_t)flag, &value);
            sets[of[flag]] |= (uint64_t)(value == CAP_SET) << c;
        }
        int bound = cap_get_bound(c), ambient = cap_get_ambient(c);
        if (bound < 0 || (ambient < 0 && errno != EINVAL)) { /* no ambient set: before Linux 4.3 */
            cap_free(caps);
            return base_fail(e, errno, "prctl", NULL);
        }
        sets[OS_CAP_BOUNDING] |= (uint64_t)(bound == 1) << c;
        sets[OS_CAP_AMBIENT] |= (uint64_t)(ambient == 1) << c;
    }
    cap_free(caps);
    return 0;
}

/* A name without its "cap_", too. False: there is no such capability. */
static bool parse_name(const char *name, size_t size, cap_value_t *capability) {
    char text[64] = "cap_";
    size_t begin = size >= 4 && strncasecmp(name, "cap_", 4) == 0 ? 0 : 4;
    if (size == 0 || begin + size >= sizeof text)
        return false;
    memcpy(text + begin, name, size);
    /* cap_from_name(3) ends at what is no letter, and takes numbers in any base. */
    size_t digits = strspn(text + 4, "0123456789");
    if (digits == size && (size == 1 || name[0] != '0'))
        return cap_from_name(text + 4, capability) == 0;
    size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    return !text[letters] && cap_from_name(text, capability) == 0;
}

const char *os_capability_parse(const char *text, uint64_t *set) {
    uint64_t all = 0;
    if (strcasecmp(text, "all") == 0 || strcasecmp(text, "none") == 0) {
        *set = strcasecmp(text, "all") == 0 ? ~UINT64_C(0) : 0;
        return NULL;
    }
    for (;;) {
        size_t size = strcspn(text, ",");
        cap_value_t capability;
        if (!parse_name(text, size, &capability) || capability > 63)
            return "unknown capability";
        all |= UINT64_C(1) << capability;
        if (!text[size])
            break;
        text += size + 1;
    }
    *set = all;
    return NULL;
}

const char *os_capability_parse_iab(const char *text, uint64_t *inheritable, uint64_t *ambient,
                                    uint64_t *bounding) {
    cap_iab_t iab = cap_iab_from_text(text);
    if (!iab)
        return "not a text of capabilities (cap_iab(3))";
    *inheritable = *ambient = *bounding = 0;
    for (cap_value_t c = 0; c < cap_max_bits(); c++) {
        uint64_t bit = UINT64_C(1) << c;
        *inheritable |= cap_iab_get_vector(iab, CAP_IAB_INH, c) == CAP_SET ? bit : 0;
        *ambient |= cap_iab_get_vector(iab, CAP_IAB_AMB, c) == CAP_SET ? bit : 0;
        /* What this vector holds is what is dropped. */
        *bounding |= cap_iab_get_vector(iab, CAP_IAB_BOUND, c) == CAP_SET ? 0 : bit;
    }
    cap_free(iab);
    return NULL;
}

void os_capability_name(int capability, struct buf *b) {
    char *name = cap_to_name(capability); /* of one that it does not know, the number */
    if (name)
        buf_add_str(b, name);
    else
        b->failed = true;
    cap_free(name);
}

/* ---- security.capability: struct vfs_cap_data, little endian ---- */

static uint32_t word_at(const void *value, size_t word) {
    uint32_t w;
    memcpy(&w, (const char *)value + word * sizeof w, sizeof w);
    return le32toh(w);
}

/* Of a file, effective is one bit: all that are permitted or inheritable, or none. */
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
    cap_t caps = caps_of(permitted, inheritable, magic & VFS_CAP_FLAGS_EFFECTIVE);
    char *text = caps ? cap_to_text(caps, NULL) : NULL;
    const char *why = text ? NULL : "capabilities that libcap cannot tell";
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

/* The set of a flag, as far as libcap knows capabilities. */
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
    cap_t caps = cap_from_text(text);
    if (!caps)
        return "not a text of capabilities (cap_from_text(3))";
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
