/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities, through libcap.
 */
#include <errno.h>
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

int os_file_capabilities(const struct os_where *w, struct buf *b, unsigned *rootid,
                         struct base_error *e) {
    struct buf name = { 0 };
    const char *path = os_where_name(w, &name);
    *rootid = 0;
    cap_t caps = path ? cap_get_file(path) : NULL;
    int errnum = path ? errno : ENOMEM;
    buf_finish(&name);
    if (!caps)
        return errnum == ENODATA || errnum == EOPNOTSUPP
                   ? 0
                   : os_where_fail(w, errnum, "cap_get_file", e);
    *rootid = cap_get_nsowner(caps);
    char *text = cap_to_text(caps, NULL);
    errnum = errno;
    if (text)
        buf_add_str(b, text);
    cap_free(text);
    cap_free(caps);
    return text ? 0 : os_where_fail(w, errnum, "cap_to_text", e);
}
