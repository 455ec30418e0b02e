/* SPDX-License-Identifier: 0BSD
 *
 * The working directory: os.getcwdb.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* Appends the path of the working directory, however long it is; nothing if it has none: it was
 * removed, or is outside our root. A path that is too long for getcwd(2) is found by going up,
 * which needs the permission to read the directories above. Returns 0, or -errno. */
int os_cwd(struct buf *b, struct base_error *e);
