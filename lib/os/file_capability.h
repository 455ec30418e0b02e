/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of files, the extended attribute security.capability.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "os/file.h"

/* Appends the capabilities of a regular file in cap_from_text(3)'s form ("cap_net_raw=ep"), nothing
 * if it has none. `rootid` is the uid of the root user of the user namespace in which they apply
 * (0: ours). Returns 0, or -errno: EINVAL if the attribute is malformed; EACCES and others. */
int os_file_capabilities(const struct os_file *file, struct buf *b, unsigned *rootid,
                         struct base_error *e);

/* Appends a value of security.capability, of version 1, 2 or 3, in cap_from_text(3)'s form; then
 * " [rootid=N]" if it applies in another user namespace only, as getcap(8) -n prints it. Returns
 * NULL, or what is wrong with the value, a literal. */
const char *os_capability_from_value(const void *value, size_t size, struct buf *b);

/* Appends the value for a text such as "cap_net_raw,cap_net_admin=ep"; with a `rootid` that is not
 * 0 it applies in the user namespace whose root user has this uid. Returns NULL, or the reason why
 * not, a literal. */
const char *os_capability_to_value(const char *text, unsigned rootid, struct buf *b);
