/* SPDX-License-Identifier: 0BSD
 *
 * xattr restore: sets the attributes of a dump, below a directory and nowhere
 * else.
 *
 * Consecutive records of a file are set together: ACLs after other attributes,
 * because they change the mode, and capabilities last, because other changes
 * remove them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applets/xattr/read.h"
#include "applets/xattr/restore.h"
#include "applets/xattr/select.h"
#include "base/file_set.h"
#include "base/io.h"
#include "os/xattr.h"

enum { RESTORE_PATH, RESTORE_NAME, RESTORE_RESULT, RESTORE_ERROR, RESTORE_ERRNO, RESTORE_FIELDS };

static const struct cli_field fields[] = {
    [RESTORE_PATH] = { .name = "path",
                       .type = CLI_BYTES,
                       .views = 1,
                       .defaults = 1,
                       .help = "the path as the dump has it" },
    [RESTORE_NAME] = { .name = "name",
                       .type = CLI_BYTES,
                       .views = 1,
                       .defaults = 1,
                       .help = "the attribute's name; null for all of a file" },
    [RESTORE_RESULT] = { .name = "result",
                         .type = CLI_ENUM,
                         .views = 1,
                         .defaults = 1,
                         .help = "set, same, removed or skipped" },
    [RESTORE_ERROR] = { .name = "error",
                        .type = CLI_ENUM,
                        .views = 1,
                        .defaults = 1,
                        .help = "why it was skipped: the errno's name" },
    [RESTORE_ERRNO] = { .name = "errno", .type = CLI_INT, .views = 1, .help = "and its number" },
};

/* An attribute of the current file; name and value are offsets into `texts`. */
struct item {
    size_t name, value, size, order;
    int rank;
};

struct items BASE_VEC(struct item);

struct restore {
    struct cli *cli;
    const struct xattr_args *args;
    int root;
    bool begun;      /* `path` and `items` are a file's */
    bool incomplete; /* not all of the dump was read */
    bool failed;     /* memory was short for the file */
    struct buf path; /* NUL-terminated */
    struct items items;
    struct buf texts;
    struct buf present, names;    /* scratch */
    struct base_file_set cleaned; /* files that were cleaned */
};

/* ---- results ---- */

static void emit_result(struct restore *r, const char *name, const char *result, int errnum) {
    struct cli_value values[RESTORE_FIELDS] = {
        [RESTORE_PATH] = cli_str(r->path.data),
        [RESTORE_NAME] = cli_str(name),
        [RESTORE_RESULT] = cli_str(result),
    };
    if (errnum) {
        values[RESTORE_ERROR] = cli_str(cli_errno_name(errnum));
        values[RESTORE_ERRNO] = cli_int(errnum);
    }
    cli_emit(r->cli, values);
}

static void skip(struct restore *r, const char *name, struct base_error *e) {
    e->path = r->path.data;
    e->fd = -1;
    cli_report(r->cli, e);
    emit_result(r, name, "skipped", e->errnum);
}

/* ---- files that were cleaned: the attributes of one file may be in several places of a dump, or
 * below several of its names ---- */

/* Returns whether a file is seen for the first time. If memory is short, which is reported, nothing
 * is removed. */
static bool is_new(struct restore *r, const struct stat *st) {
    struct base_error e;
    int added = base_file_set_add(&r->cleaned, st->st_dev, st->st_ino);
    if (added < 0) {
        base_fail(&e, -added, "malloc", NULL);
        skip(r, NULL, &e);
    }
    return added > 0;
}

/* ---- one file ---- */

static const char *name_of(const struct restore *r, const struct item *item) {
    return r->texts.data + item->name;
}

static bool holds(const struct restore *r, const char *name) {
    for (size_t i = 0; i < r->items.count; i++)
        if (strcmp(name_of(r, &r->items.items[i]), name) == 0)
            return true;
    return false;
}

/* Removes what the dump does not have, except the label that SELinux gives every file. */
static void remove_others(struct restore *r, const struct os_file *file) {
    struct base_error e;
    buf_clear(&r->names);
    if (os_xattr_list(file, &r->names, &e) < 0) {
        skip(r, NULL, &e);
        return;
    }
    for (size_t at = 0; at < r->names.len; at += strlen(r->names.data + at) + 1) {
        const char *name = r->names.data + at;
        if (holds(r, name) || !xattr_selects(r->args, name) ||
            strcmp(name, "security.selinux") == 0)
            continue;
        int result = r->args->dry_run ? 0 : os_xattr_remove(file, name, &e);
        if (result == 0)
            emit_result(r, name, "removed", 0);
        else if (result != -ENODATA) /* the removal of another may have taken it */
            skip(r, name, &e);
    }
}

static void set_item(struct restore *r, const struct os_file *file, const struct item *item) {
    struct base_error e;
    const char *name = name_of(r, item), *value = r->texts.data + item->value;
    buf_clear(&r->present);
    int result = os_xattr_get(file, name, &r->present, &e);
    if (result == 0 && r->present.len == item->size &&
        (!item->size || memcmp(r->present.data, value, item->size) == 0)) {
        emit_result(r, name, "same", 0);
        return;
    }
    if (result == 0 || result == -ENODATA)
        result = r->args->dry_run ? 0 : os_xattr_set(file, name, value, item->size, 0, &e);
    if (result < 0)
        skip(r, name, &e);
    else
        emit_result(r, name, "set", 0);
}

/* Opens the file; its path may refer to another one later. */
static int open_file(const struct restore *r, struct stat *st, struct base_error *e) {
    int fd = os_file_open_beneath(r->root, r->path.data, e);
    if (fd < 0)
        return fd;
    int errnum = fstat(fd, st) < 0 ? errno : 0;
    if (!errnum && S_ISLNK(st->st_mode) && !r->args->no_follow)
        errnum = ELOOP;
    if (!errnum)
        return fd;
    close(fd);
    base_fail(e, errnum, errnum == ELOOP ? "openat2" : "fstat", r->path.data);
    if (errnum == ELOOP)
        e->hint = "a symbolic link is not followed; with --no-follow it gets them itself";
    return -errnum;
}

static int by_rank(const void *a, const void *b) {
    const struct item *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void skip_file(struct restore *r, const struct base_error *e) {
    struct base_error first = *e;
    size_t count = r->items.count;
    skip(r, count ? name_of(r, &r->items.items[0]) : NULL, &first);
    for (size_t i = 1; i < count; i++)
        emit_result(r, name_of(r, &r->items.items[i]), "skipped", e->errnum);
}

static void restore_file(struct restore *r) {
    struct stat st;
    struct base_error e;
    int fd = open_file(r, &st, &e);
    if (fd < 0) {
        skip_file(r, &e);
        return;
    }
    struct os_file file = { fd, NULL, true };
    /* The rest of the dump may contain what would be removed. */
    if (r->args->delete_extra && !r->incomplete && is_new(r, &st))
        remove_others(r, &file);
    if (r->items.count)
        qsort(r->items.items, r->items.count, sizeof r->items.items[0], by_rank);
    for (size_t i = 0; i < r->items.count && !cli_is_broken(r->cli); i++)
        set_item(r, &file, &r->items.items[i]);
    close(fd);
}

static void finish_file(struct restore *r) {
    if (r->begun && (r->failed || r->texts.failed || r->path.failed)) {
        cli_complain(r->cli, CLI_EX_OSERR, NULL, "out of memory");
        buf_finish(&r->path); /* the next file may fit into memory */
        buf_finish(&r->texts);
    } else if (r->begun) {
        restore_file(r);
    }
    r->begun = r->failed = false;
    r->items.count = 0;
    buf_clear(&r->texts);
}

/* ---- the dump ---- */

static int rank_of(const char *name) {
    if (strncmp(name, "system.posix_acl_", 17) == 0)
        return 1;
    return strcmp(name, "security.capability") == 0 ? 2 : 0;
}

static void add_record(struct restore *r, const struct xattr_record *record) {
    size_t size = record->path.len + 1; /* with its NUL */
    if (r->begun && (r->path.len != size || memcmp(r->path.data, record->path.data, size) != 0))
        finish_file(r);
    if (!r->begun) {
        buf_clear(&r->path);
        buf_add(&r->path, record->path.data, size);
        r->begun = true;
    }
    if (record->empty || !xattr_selects(r->args, record->name.data))
        return;
    struct item item = {
        .name = r->texts.len,
        .value = r->texts.len + record->name.len + 1,
        .size = record->value.len,
        .order = r->items.count,
        .rank = rank_of(record->name.data),
    };
    buf_add(&r->texts, record->name.data, record->name.len + 1);
    buf_add(&r->texts, record->value.data, record->value.len);
    if (!vec_push(&r->items, item))
        r->failed = true;
}

static void complain_line(struct cli *cli, const struct xattr_reader *reader, const char *name,
                          const char *why) {
    struct buf message = { 0 };
    buf_add_str(&message, "line ");
    buf_add_uint(&message, reader->lines.number);
    buf_add_str(&message, ": ");
    buf_add_str(&message, why);
    cli_complain(cli, CLI_EX_DATAERR, name, buf_cstr(&message));
    buf_finish(&message);
}

static void restore_all(struct restore *r, int fd, const char *name) {
    struct xattr_reader reader;
    struct xattr_record record = { 0 };
    enum xattr_read_result result;
    struct base_error e;
    const char *why;
    int errnum;
    xattr_reader_init(&reader, fd);
    while ((result = xattr_read(&reader, &record, &why, &errnum)) != XATTR_READ_END &&
           !cli_is_broken(r->cli)) {
        if (result == XATTR_READ_RECORD) {
            add_record(r, &record);
        } else if (result == XATTR_READ_BAD) {
            complain_line(r->cli, &reader, name, why);
        } else {
            base_fail(&e, errnum, "read", name);
            cli_report(r->cli, &e);
            break;
        }
    }
    r->incomplete = result != XATTR_READ_END;
    finish_file(r);
    xattr_reader_finish(&reader);
    xattr_record_finish(&record);
}

static void run(struct cli *cli, void *data) {
    struct restore r = { .cli = cli, .args = data };
    struct base_error e;
    const char *name = cli->call.operand_count ? cli->call.operands[0] : "-";
    bool standard = strcmp(name, "-") == 0;
    if (cli->call.operand_count > 1) {
        cli_usage(cli, cli->call.operands[1], "there is one FILE only");
        return;
    }
    if (!cli_begin(cli))
        return;
    struct os_file root = { AT_FDCWD, r.args->root, true };
    int fd = standard ? STDIN_FILENO : base_open(AT_FDCWD, name, O_RDONLY);
    r.root = fd < 0 ? base_fail(&e, -fd, "open", name) : os_file_open_directory(&root, &e);
    if (r.root < 0) {
        cli_report(cli, &e);
    } else {
        restore_all(&r, fd, standard ? "standard input" : name);
        close(r.root);
    }
    if (fd >= 0 && !standard)
        close(fd);
    buf_finish(&r.path);
    vec_finish(&r.items);
    buf_finish(&r.texts);
    buf_finish(&r.present);
    buf_finish(&r.names);
    base_file_set_finish(&r.cleaned);
}

static const struct cli_option *const includes[] = { xattr_filter_options };

static const struct cli_option options[] = {
    CLI_GROUP("Which files"),
    { CLI_TEXT(struct xattr_args, root), .name = "root", .metavar = "DIR", .preset = ".",
      .complete = CLI_COMPLETE_DIRECTORY, .help = "the directory that all paths are below" },
    { CLI_FLAG(struct xattr_args, no_follow), .letter = 'P', .name = "no-follow",
      .help = "symbolic links get attributes themselves; otherwise they are refused" },
    CLI_GROUP("Which attributes"),
    CLI_INCLUDE_ROWS(0),
    { CLI_FLAG(struct xattr_args, delete_extra), .name = "delete-extra",
      .help = "remove those that the dump does not have of a file that it has" },
    CLI_GROUP("How"),
    { CLI_FLAG(struct xattr_args, dry_run), .name = "dry-run",
      .help = "change nothing; tell what would be done" },
    CLI_OPTIONS_END,
};

static const struct xattr_args presets = { .root = "." };

const struct cli_command xattr_restore = {
    .name = "restore",
    .summary = "set what a dump holds, below one directory only",
    .usage = "[OPTION]... [FILE]",
    .manual = "osbox-xattr",
    .options = options,
    .includes = includes,
    .parse = xattr_parse_option,
    .finish_args = xattr_args_finish,
    .fields = fields,
    .views = "restore",
    .field_count = RESTORE_FIELDS,
    .args_size = sizeof(struct xattr_args),
    .presets = &presets,
    .operands = CLI_COMPLETE_FILE,
    .default_format = CLI_FORMAT_TEXT,
    .run = run,
};
