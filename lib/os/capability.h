/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities, through libcap: of this process and of files.
 */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "os/file.h"

/* `capability` (CAP_*) when the effective set of this process lacks it, else -1: what a
 * base_error carries. */
int os_capability_missing(int capability);

/* A file's capabilities in cap_from_text(3)'s form ("cap_net_raw=ep"), appended to b; nothing when
 * it has none. Of a regular file only: others have none. `rootid` is the uid of the user namespace
 * whose root they hold for (0: ours). Errors: EINVAL, the attribute is garbage; EACCES and kin. */
int os_file_capabilities(const struct os_file *w, struct buf *b, unsigned *rootid,
                         struct base_error *e);

/* A set of capabilities: bit CAP_*. */
enum os_capability_set {
    OS_CAP_PERMITTED,
    OS_CAP_EFFECTIVE,
    OS_CAP_INHERITABLE,
    OS_CAP_BOUNDING,
    OS_CAP_AMBIENT,
    OS_CAP_SETS,
};

/* The sets of this process (capabilities(7)). */
int os_capability_get(uint64_t sets[static OS_CAP_SETS], struct base_error *e);

/* A comma-separated list of names, with or without "cap_" in any case, or numbers; "all" (every
 * bit) or "none". NULL, or the reason why not: "unknown capability". */
const char *os_capability_parse(const char *text, uint64_t *set);

/* libcap's text of the inheritable, ambient and bounding sets (cap_iab_from_text(3)), such as
 * "!cap_chown,^cap_net_raw": *bounding are those that stay. NULL, or the reason why not. */
const char *os_capability_parse_iab(const char *text, uint64_t *inheritable, uint64_t *ambient,
                                    uint64_t *bounding);

/* The name of a capability ("cap_chown"; its number where it has none), appended to b. */
void os_capability_name(int capability, struct buf *b);

/* A value of security.capability, of version 1, 2 or 3, in cap_from_text(3)'s form, appended to b;
 * behind it " [rootid=N]" where it holds in another user namespace only, as getcap(8) -n writes it.
 * NULL, or what is wrong with the value, a literal. */
const char *os_capability_from_value(const void *value, size_t size, struct buf *b);

/* The contrary: the value for a text such as "cap_net_raw,cap_net_admin=ep", appended to b; with a
 * `rootid` that is not 0 one that holds in the user namespace whose root has this uid. NULL, or the
 * reason why not, a literal. */
const char *os_capability_to_value(const char *text, unsigned rootid, struct buf *b);
