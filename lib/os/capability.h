/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities, through libcap: of this process and of files.
 */
#pragma once

#include "base/buf.h"
#include "os/where.h"

/* `capability` (CAP_*) when the effective set of this process lacks it, else -1: what a
 * base_error carries. */
int os_capability_missing(int capability);

/* A file's capabilities in cap_from_text(3)'s form ("cap_net_raw=ep"), appended to b; nothing when
 * it has none. Of a regular file only: others have none. `rootid` is the uid of the user namespace
 * whose root they hold for (0: ours). Errors: EINVAL, the attribute is garbage; EACCES and kin. */
int os_file_capabilities(const struct os_where *w, struct buf *b, unsigned *rootid,
                         struct base_error *e);
