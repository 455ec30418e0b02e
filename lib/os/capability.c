/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of this process; names and texts through libcap.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/capability.h"

/* ---- system calls ---- */

int os_capability_read(struct os_capabilities *c) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    c->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    c->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    c->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

int os_capability_write(const struct os_capabilities *c) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        data[i] = (struct __user_cap_data_struct){ (uint32_t)(c->effective >> 32 * i),
                                                   (uint32_t)(c->permitted >> 32 * i),
                                                   (uint32_t)(c->inheritable >> 32 * i) };
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* The kernel ends the list of capabilities with EINVAL: never before those that Linux has had since
 * bounding sets are per thread (2.6.25). */
enum { FIRST_CAPABILITIES = CAP_SETFCAP + 1 };

int os_capability_bounding(int capability) {
    int now = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (now >= 0)
        return now != 0;
    return errno == EINVAL && capability >= FIRST_CAPABILITIES ? OS_CAPABILITY_END : -errno;
}

/* 1 or 0, or -errno. Before Linux 4.3 there are no ambient capabilities. */
static int ambient(int capability) {
    int now = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0);
    return now >= 0 ? now != 0 : errno == EINVAL ? 0 : -errno;
}

int os_capability_missing(int capability) {
    struct os_capabilities c = { 0 };
    if (os_capability_read(&c) < 0 || capability >= OS_CAPABILITIES_MAX)
        return -1;
    return c.effective >> capability & 1 ? -1 : capability;
}

/* ---- for output ---- */

int os_capability_get(uint64_t sets[static OS_CAP_SETS], struct base_error *e) {
    struct os_capabilities own = { 0 };
    int r = os_capability_read(&own);
    if (r < 0)
        return base_fail(e, -r, "capget", NULL);
    sets[OS_CAP_PERMITTED] = own.permitted;
    sets[OS_CAP_EFFECTIVE] = own.effective;
    sets[OS_CAP_INHERITABLE] = own.inheritable;
    sets[OS_CAP_BOUNDING] = sets[OS_CAP_AMBIENT] = 0;
    for (int c = 0; c < OS_CAPABILITIES_MAX; c++) {
        int bounding = os_capability_bounding(c);
        if (bounding == OS_CAPABILITY_END)
            break;
        r = bounding < 0 ? bounding : ambient(c);
        if (r < 0)
            return base_fail(e, -r, "prctl", NULL);
        sets[OS_CAP_BOUNDING] |= (uint64_t)bounding << c;
        sets[OS_CAP_AMBIENT] |= (uint64_t)r << c;
    }
    return 0;
}

/* Parses a name, with or without "cap_". Returns false if there is no such capability. */
static bool parse_name(const char *name, size_t size, cap_value_t *capability) {
    char text[64] = "cap_";
    size_t begin = size >= 4 && strncasecmp(name, "cap_", 4) == 0 ? 0 : 4;
    if (size == 0 || begin + size >= sizeof text)
        return false;
    memcpy(text + begin, name, size);
    /* cap_from_name(3) ends at what is not a letter, and accepts numbers in any base. */
    size_t digits = strspn(text + 4, "0123456789");
    if (digits == size && (size == 1 || name[0] != '0'))
        return cap_from_name(text + 4, capability) == 0;
    size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    return !text[letters] && cap_from_name(text, capability) == 0;
}

static bool is_word(const char *text, const char *word) {
    return strncasecmp(text, word, strlen(word) + 1) == 0;
}

const char *os_capability_parse(const char *text, uint64_t *set) {
    uint64_t all = 0;
    if (is_word(text, "all") || is_word(text, "none")) {
        *set = is_word(text, "all") ? ~UINT64_C(0) : 0;
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
    errno = 0;
    cap_iab_t iab = cap_iab_from_text(text);
    if (!iab)
        return errno == ENOMEM ? "out of memory" : "not a text of capabilities (cap_iab(3))";
    *inheritable = *ambient = *bounding = 0;
    for (cap_value_t c = 0; c < cap_max_bits(); c++) {
        uint64_t bit = UINT64_C(1) << c;
        *inheritable |= cap_iab_get_vector(iab, CAP_IAB_INH, c) == CAP_SET ? bit : 0;
        *ambient |= cap_iab_get_vector(iab, CAP_IAB_AMB, c) == CAP_SET ? bit : 0;
        /* This vector contains what is dropped. */
        *bounding |= cap_iab_get_vector(iab, CAP_IAB_BOUND, c) == CAP_SET ? 0 : bit;
    }
    cap_free(iab);
    return NULL;
}

void os_capability_name(int capability, struct buf *b) {
    char *name = cap_to_name(capability); /* the number, if it has no name */
    if (name)
        buf_add_str(b, name);
    else
        b->failed = true;
    cap_free(name);
}
