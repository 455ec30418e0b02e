/* SPDX-License-Identifier: 0BSD
 *
 * What the verbs of xattr share: arguments, and the state of a run.
 */
#pragma once

#include "applets/common/base_dir.h"
#include "base/vec.h"
#include "cli/cli.h"
#include "os/users.h"
#include "os/walk.h"

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

enum xattr_encoding { XATTR_BYTES, XATTR_HEX, XATTR_BASE64 };
enum xattr_namespace { XATTR_USER = 1, XATTR_SECURITY = 2, XATTR_SYSTEM = 4, XATTR_TRUSTED = 8 };

struct xattr_patterns BASE_VEC(const char *);
struct xattr_names BASE_VEC(const char *);

struct xattr_args {
    bool no_follow;
    bool recursive;
    bool empty;        /* dump: a record for files without attributes, too */
    bool dry_run;      /* restore */
    bool delete_extra; /* restore */
    int fd;            /* --fd; -1: paths */
    struct base_dir_args base;
    int flags;           /* XATTR_CREATE, XATTR_REPLACE, 0 */
    int encoding;        /* enum xattr_encoding */
    unsigned namespaces; /* enum xattr_namespace, a bit set; 0: all */
    unsigned rootid;
    const char *from; /* set: the file that contains the value */
    const char *cap;  /* set: capabilities as text */
    const char *root; /* restore */
    struct xattr_patterns match;
};

/* The memory of one thread. */
struct xattr_work {
    struct os_walk_chunk *chunk; /* of the current entry; NULL: not in a walk */
    unsigned depth;              /* of that entry */
    unsigned char type;          /* DT_*; DT_UNKNOWN outside of a walk */
    struct buf names, value, decoded;
    struct xattr_names sorted; /* pointers into `names` */
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
    /* Does what the verb does with one file; `path` is NULL for a descriptor. */
    void (*act)(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                const char *path);
};

/* Reports a failure; in a walk, at the place of the file in the output. */
void xattr_fail(const struct xattr_run *r, const struct xattr_work *w, struct base_error *e,
                const char *path);

void xattr_work_finish(void *work);
void xattr_args_finish(void *args);
