/* SPDX-License-Identifier: 0BSD
 *
 * The records of xattr: an attribute of a file.
 */
#pragma once

#include "applets/xattr/run.h"

extern const struct cli_field xattr_fields[];

/* Emits a record. The value, if a selected field needs it, is read from the file; it is that of
 * w->value if `file` is NULL. An attribute that was removed meanwhile has no record; one that
 * cannot be read is reported, and has a record without the value, unless it is a dump's. `name`
 * NULL: a file without attributes. */
void xattr_emit(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                const char *path, const char *name);

/* Writes the bytes of a value alone, as --hex and --base64 say. */
void xattr_emit_value(const struct xattr_run *r, const struct xattr_work *w,
                      const struct buf *value);
