/* SPDX-License-Identifier: 0BSD
 *
 * The fields of walk: a file's, and its own.
 */
#pragma once

#include "applets/common/file_record.h"

enum walk_view {
    WALK_VIEW_ENTRY,
    WALK_VIEW_TUPLE,
    WALK_VIEW_SUM,
};

/* The first FILE_FIELDS rows are those of common/file_record.h. */
enum walk_field {
    WALK_NAME = FILE_FIELDS,
    WALK_DEPTH,
    WALK_INO,
    WALK_DIRPATH,
    WALK_DIRNAMES,
    WALK_FILENAMES,
    WALK_FILES,
    WALK_DIRS,
    WALK_BYTES,
    WALK_ALLOCATED,
    WALK_ERRORS,
    WALK_INCOMPLETE,
    WALK_FIELDS,
};

extern const struct cli_field walk_fields[];
