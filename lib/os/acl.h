/* SPDX-License-Identifier: 0BSD
 *
 * POSIX ACLs (acl(5)) as stored in the attributes system.posix_acl_access and
 * system.posix_acl_default: version 2, entries of 8 bytes, little endian,
 * sorted by tag and id.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "os/users.h"

/* Appends the entries in acl(5)'s short text form: "u::rw-,u:1000:r--,g::r--,m::r--,o::r--". Users
 * and groups are printed by name if the caches (both may be NULL: numbers only) find one that is
 * unambiguous in this form. Returns NULL, or what is wrong with the value. */
const char *os_acl_text(const void *value, size_t size, struct os_name_cache *users,
                        struct os_name_cache *groups, struct buf *b);
