/* SPDX-License-Identifier: 0BSD
 *
 * What the verbs of xattr share: xattr.c list, get, set, remove, dump;
 * xattr_each.c the files they work on; xattr_record.c their records;
 * xattr_value.c values as users write them; xattr_restore.c restore, and
 * xattr_read.c the dumps that it reads.
 */
#pragma once

#include "cli/cli.h"
#include "os/users.h"
#include "os/walk.h"
#include "os/xattr.h"

enum xattr_view { XATTR_VIEW_LIST, XATTR_VIEW_GET, XATTR_VIEW_DUMP };
enum xattr_field {
    XATTR_PATH,
    XATTR_NAME,
    XATTR_SIZE,
    XATTR_VALUE,
    XATTR_DECODED,
    XATTR_FIELDS,
};
enum { XATTR_NEEDS_VALUE = 1, XATTR_NEEDS_DECODED = 2 };
extern const struct cli_field xattr_fields[];

enum xattr_encoding { XATTR_BYTES, XATTR_HEX, XATTR_BASE64 };
enum xattr_namespace { XATTR_USER = 1, XATTR_SECURITY = 2, XATTR_SYSTEM = 4, XATTR_TRUSTED = 8 };

struct xattr_args {
    bool no_follow;
    bool recursive;
    bool empty;          /* dump: tell of files without attributes, too */
    bool dry_run;        /* restore */
    bool delete_extra;   /* restore */
    int fd;              /* --fd; -1: paths */
    int dir_fd;          /* --dir-fd; -1: the current directory */
    int flags;           /* XATTR_CREATE, XATTR_REPLACE, 0 */
    int encoding;        /* enum xattr_encoding */
    unsigned namespaces; /* enum xattr_namespace, a bit set; 0: all */
    unsigned rootid;
    const char *dir;
    const char *files0;
    const char *from; /* set: the file that holds the value */
    const char *cap;  /* set: capabilities as text */
    const char *root; /* restore */
    struct buf match; /* const char *: patterns */
};

/* What one thread works with. */
struct xattr_work {
    struct os_walk_chunk *chunk; /* of the entry in question; NULL: not in a walk */
    unsigned depth;              /* of that entry */
    unsigned char type;          /* DT_*; DT_UNKNOWN outside of a walk */
    struct buf names, value, decoded;
    struct os_name_cache users, groups;
    struct cli_value values[XATTR_FIELDS];
};

/* One run of a verb; all threads read it. */
struct xattr_run {
    struct cli *cli;
    const struct xattr_args *args;
    const char *name; /* of the attribute; NULL: all that are selected */
    struct buf value; /* set */
    uint64_t needs;   /* of the selected fields */
    bool dump;        /* sorted by bytes; no record without its value */
    /* What the verb does with one file; `path` is NULL for a descriptor. */
    void (*act)(const struct xattr_run *r, struct xattr_work *w, const struct os_file *where,
                const char *path);
};

/* ---- xattr_each.c ---- */

/* Option rows of all verbs that work on files, and of those that work on many attributes. */
#define XATTR_OPTIONS_FILE                                                                         \
    CLI_GROUP("Which file"),                                                                       \
        { CLI_FLAG(struct xattr_args, no_follow), .letter = 'P', .name = "no-follow",              \
          .help = "the attributes of symbolic links themselves" },                                 \
        { CLI_FLAG(struct xattr_args, recursive), .letter = 'R', .name = "recursive",              \
          .help = "all files below a directory too; links below it are not followed" },            \
        { CLI_FD(struct xattr_args, fd), .name = "fd", .metavar = "N",                             \
          .conflicts = "dir dir-fd files0-from no-follow",                                         \
          .help = "the open descriptor N; takes no PATH" },                                        \
        { CLI_TEXT(struct xattr_args, dir),                                                        \
          .letter = 'C',                                                                           \
          .name = "dir",                                                                           \
          .metavar = "DIR",                                                                        \
          .conflicts = "dir-fd",                                                                   \
          .complete = CLI_COMPLETE_DIRECTORY,                                                      \
          .help = "relative PATHs begin at DIR" },                                                 \
        { CLI_FD(struct xattr_args, dir_fd), .name = "dir-fd", .metavar = "N",                     \
          .help = "relative PATHs begin at the open directory N" },                                \
    {                                                                                              \
        CLI_TEXT(struct xattr_args, files0),                                                       \
            .name = "files0-from", .metavar = "FILE", .complete = CLI_COMPLETE_FILE,               \
            .help = "read NUL-terminated PATHs from FILE, '-' for standard input, as they come"    \
    }
#define XATTR_OPTIONS_FILTER                                                                       \
    { CLI_CALL(XATTR_CALL_MATCH), .name = "match", .metavar = "GLOB",                              \
      .help = "only attributes whose whole names match; may be given several times" },             \
    {                                                                                              \
        CLI_CALL(XATTR_CALL_NAMESPACE),                                                            \
            .name = "namespace", .metavar = "LIST",                                                \
            .help = "only attributes of these namespaces: user, security, system, trusted"         \
    }
enum { XATTR_CALL_MATCH, XATTR_CALL_NAMESPACE };
const char *xattr_parse_option(void *args, int which, const char *text);

/* Whether --match and --namespace let an attribute pass. */
bool xattr_selects(const struct xattr_args *args, const char *name);

/* Does what r->act() does with each file that the options and the operands name. */
void xattr_each(struct xattr_run *r);

/* A failure, in the place of the file that it is about. */
void xattr_fail(const struct xattr_run *r, const struct xattr_work *w, struct base_error *e,
                const char *path);

/* ---- xattr_record.c ---- */

/* Emits a record. The value, if a selected field needs it, is asked for; with `where` NULL it is in
 * w->value. One that is gone by now has no record; one that cannot be got is reported, and has one
 * without it, unless that is a dump's. `name` NULL: a file without attributes. */
void xattr_put(const struct xattr_run *r, struct xattr_work *w, const struct os_file *where,
               const char *path, const char *name);

/* Bytes that are no record. */
void xattr_put_raw(const struct xattr_run *r, const struct xattr_work *w, const struct buf *value);

void xattr_work_finish(void *work);

/* Sorts a list of names by their bytes: xattr_sorted() then has `count` of them, which stand behind
 * the list in the same buffer. False: memory is short. */
bool xattr_sort_names(struct buf *names, size_t *count);
const char *const *xattr_sorted(const struct buf *names);

/* ---- xattr_value.c ---- */

/* The value that `set` is asked for, from `text` (VALUE) or the options, into b. False: a report
 * was made. */
bool xattr_value(struct cli *cli, const struct xattr_args *args, const char *text, struct buf *b);

/* ---- xattr_restore.c ---- */

extern const struct cli_command xattr_restore;
