/* SPDX-License-Identifier: 0BSD
 *
 * The field table of walk.
 */
#include "applets/walk/fields.h"

enum {
    ENTRY_VIEW = 1 << WALK_VIEW_ENTRY,
    TUPLE_VIEW = 1 << WALK_VIEW_TUPLE,
    SUM_VIEW = 1 << WALK_VIEW_SUM,
    WALK_VIEWS_PATH = ENTRY_VIEW,
    WALK_VIEWS_STAT = ENTRY_VIEW,
    WALK_VIEWS_FILE = ENTRY_VIEW,
    WALK_VIEWS_SYSTEM = 0,
    WALK_VIEWS_SYSTEM_MORE = 0,
    WALK_VIEWS_ACCESS = 0,
    WALK_VIEWS_LIMIT = 0,
    WALK_NAMEABLE = ENTRY_VIEW,
    WALK_DEFAULTS_PATH = ENTRY_VIEW,
    WALK_DEFAULTS_STAT = 0,
    WALK_DEFAULTS_FILE = 0,
    WALK_DEFAULTS_SYSTEM = 0,
    WALK_DEFAULTS_SYSTEM_MORE = 0,
    WALK_DEFAULTS_ACCESS = 0,
    WALK_DEFAULTS_LIMIT = 0,
};

#define ENTRY_FIELD(name_, type_, help_)                                                           \
    { .name = name_, .type = type_, .views = ENTRY_VIEW, .help = help_ }
#define SUM_FIELD(name_, type_, help_)                                                             \
    { .name = name_, .type = type_, .views = SUM_VIEW, .defaults = SUM_VIEW, .help = help_ }

const struct cli_field walk_fields[] = {
    FILE_RECORD_ROWS(0, WALK),
    [WALK_NAME] = ENTRY_FIELD("name", CLI_BYTES, "the last component of the path"),
    [WALK_DEPTH] = ENTRY_FIELD("depth", CLI_UINT, "0 is TOP"),
    [WALK_INO] =
        ENTRY_FIELD("ino", CLI_UINT, "inode number in the directory, as os.DirEntry.inode"),
    [WALK_DIRPATH] = { .name = "dirpath",
                       .type = CLI_BYTES,
                       .views = TUPLE_VIEW | SUM_VIEW,
                       .defaults = TUPLE_VIEW | SUM_VIEW,
                       .help = "the directory" },
    [WALK_DIRNAMES] = { .name = "dirnames",
                        .type = CLI_LIST,
                        .item = CLI_BYTES,
                        .views = TUPLE_VIEW,
                        .defaults = TUPLE_VIEW,
                        .help = "its subdirectories, links to directories among them" },
    [WALK_FILENAMES] = { .name = "filenames",
                         .type = CLI_LIST,
                         .item = CLI_BYTES,
                         .views = TUPLE_VIEW,
                         .defaults = TUPLE_VIEW,
                         .help = "all other names in it" },
    [WALK_FILES] = SUM_FIELD("files", CLI_UINT, "entries that are no directories"),
    [WALK_DIRS] = SUM_FIELD("dirs", CLI_UINT, "directories, itself among them"),
    [WALK_BYTES] = SUM_FIELD("bytes", CLI_UINT, "sizes, hard links once"),
    [WALK_ALLOCATED] = SUM_FIELD("allocated", CLI_UINT, "allocated bytes, hard links once"),
    [WALK_ERRORS] = SUM_FIELD("errors", CLI_UINT, "what could not be read"),
    [WALK_INCOMPLETE] = SUM_FIELD("incomplete", CLI_BOOL, "whether something could not be read"),
};

_Static_assert(sizeof walk_fields / sizeof walk_fields[0] == WALK_FIELDS, "a row for each field");
_Static_assert((int)WALK_FIELDS <= (int)CLI_FIELDS_MAX, "the selection has room");
