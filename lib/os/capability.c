/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of this process, through libcap.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "os/capability.h"

int os_capability_missing(int capability) {
    cap_flag_value_t value = CAP_SET;
    cap_t caps = cap_get_proc();
    if (caps && cap_get_flag(caps, capability, CAP_EFFECTIVE, &value) < 0)
        value = CAP_SET; /* unknown to this kernel: nothing to say */
    cap_free(caps);
    return value == CAP_SET ? -1 : capability;
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
        int bound = prctl(PR_CAPBSET_READ, c, 0, 0, 0), ambient = cap_get_ambient(c);
        if (bound < 0 || (ambient < 0 && errno != EINVAL)) { /* EINVAL: before Linux 4.3 */
            cap_free(caps);
            return base_fail(e, errno, "prctl", NULL);
        }
        sets[OS_CAP_BOUNDING] |= (uint64_t)(bound == 1) << c;
        sets[OS_CAP_AMBIENT] |= (uint64_t)(ambient == 1) << c;
    }
    cap_free(caps);
    return 0;
}

/* A name, also without its "cap_". False: there is no such capability. */
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
    errno = 0;
    cap_iab_t iab = cap_iab_from_text(text);
    if (!iab)
        return errno == ENOMEM ? "out of memory" : "not a text of capabilities (cap_iab(3))";
    *inheritable = *ambient = *bounding = 0;
    for (cap_value_t c = 0; c < cap_max_bits(); c++) {
        uint64_t bit = UINT64_C(1) << c;
        *inheritable |= cap_iab_get_vector(iab, CAP_IAB_INH, c) == CAP_SET ? bit : 0;
        *ambient |= cap_iab_get_vector(iab, CAP_IAB_AMB, c) == CAP_SET ? bit : 0;
        /* This vector holds what is dropped. */
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
