/* SPDX-License-Identifier: 0BSD
 *
 * Names of users and groups. A look-up goes through NSS and may be slow: only
 * asked for when a name is shown. The static build reads /etc/passwd and
 * /etc/group alone.
 */
#pragma once

#include "base/buf.h"

/* The last answer, as most files of a listing have the same owner. Zero at first. */
struct os_name_cache {
    struct buf name;
    unsigned id;
    bool asked;
    bool known;
};

void os_name_cache_finish(struct os_name_cache *c);

/* The name, valid until the next call with this cache; NULL where the id has none. */
const char *os_user_name(struct os_name_cache *c, unsigned uid);
const char *os_group_name(struct os_name_cache *c, unsigned gid);
