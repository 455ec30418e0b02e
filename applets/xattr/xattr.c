/* SPDX-License-Identifier: 0BSD
 *
 * osbox xattr: extended attributes of files.
 *
 * os.listxattr (list), os.getxattr (get), os.setxattr (set), os.removexattr
 * (remove); dump and restore keep all of them in a file.
 *
 * Deviations: a path is required, where os.listxattr uses the current directory
 * without one. There is a dir_fd, which these functions of os lack.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/xattr.h>

#include "applets/xattr/each.h"
#include "applets/xattr/record.h"
#include "applets/xattr/restore.h"
#include "applets/xattr/select.h"
#include "applets/xattr/value.h"
#include "os/xattr.h"

enum { INCLUDE_FILE, INCLUDE_BASE_DIR, INCLUDE_FILTER };

static const struct cli_option *const includes[] = {
    [INCLUDE_FILE] = xattr_file_options,
    [INCLUDE_BASE_DIR] = base_dir_options,
    [INCLUDE_FILTER] = xattr_filter_options,
};

#define FILE_ROWS                                                                                  \
    CLI_INCLUDE_ROWS(INCLUDE_FILE),                                                                \
        CLI_INCLUDE(struct xattr_args, base, struct base_dir_args, INCLUDE_BASE_DIR)

#define XATTR_COMMON                                                                               \
    .manual = "osbox-xattr", .args_size = sizeof(struct xattr_args), .presets = &presets,          \
    .includes = includes, .parse = xattr_parse_option, .finish_args = xattr_args_finish,           \
    .operands = CLI_COMPLETE_FILE
#define XATTR_RECORDS .fields = xattr_fields, .views = "list get dump", .field_count = XATTR_FIELDS

static const struct xattr_args presets = { .fd = -1, .base.dir_fd = -1 };

/* NAME, and VALUE if there is one, precede the paths. */
static const char *take_operand(struct cli *cli, const char *what) {
    if (!cli->call.operand_count) {
        cli_usage(cli, NULL, what);
        return NULL;
    }
    cli->call.operand_count--;
    return *cli->call.operands++;
}

static const char *take_name(struct cli *cli) {
    return take_operand(cli, "the NAME of an attribute is missing; --help tells more");
}

/* ---- list, dump ---- */

static void list_one(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                     const char *path) {
    struct base_error e;
    buf_clear(&w->names);
    if (os_xattr_list(file, &w->names, &e) < 0) {
        xattr_fail(r, w, &e, path);
        return;
    }
    for (size_t at = 0; at < w->names.len; at += strlen(w->names.data + at) + 1)
        if (xattr_selects(r->args, w->names.data + at))
            xattr_emit(r, w, file, path, w->names.data + at);
}

static void dump_one(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                     const char *path) {
    struct base_error e;
    size_t shown = 0;
    buf_clear(&w->names);
    int result = os_xattr_list(file, &w->names, &e);
    if (result == 0 && !xattr_sort_names(&w->names, &w->sorted))
        result = base_fail(&e, ENOMEM, "malloc", path);
    if (result < 0) {
        xattr_fail(r, w, &e, path);
        return;
    }
    for (size_t i = 0; i < w->sorted.count; i++) {
        const char *name = w->sorted.items[i];
        if (!xattr_selects(r->args, name))
            continue;
        shown++;
        xattr_emit(r, w, file, path, name);
    }
    if (!shown && r->args->empty)
        xattr_emit(r, w, NULL, path, NULL);
}

static void run_each(struct cli *cli, const struct xattr_args *args, struct xattr_run *r) {
    r->cli = cli;
    r->args = args;
    if (cli->call.command->fields && !cli_begin(cli))
        return;
    r->needs = cli_needs(cli_writer(cli));
    xattr_each(r);
}

static void run_list(struct cli *cli, void *args) {
    struct xattr_run r = { .act = list_one };
    run_each(cli, args, &r);
}

static const struct cli_option list_options[] = {
    FILE_ROWS,
    CLI_GROUP("Which attributes"),
    CLI_INCLUDE_ROWS(INCLUDE_FILTER),
    CLI_OPTIONS_END,
};

static const struct cli_command list_command = {
    .name = "list",
    .summary = "print the names of attributes, as os.listxattr",
    .usage = "[OPTION]... PATH...\n[OPTION]... --files0-from=FILE\n[OPTION]... --fd=N",
    .options = list_options,
    .default_format = CLI_FORMAT_TEXT,
    .view = XATTR_VIEW_LIST,
    .run = run_list,
    XATTR_RECORDS,
    XATTR_COMMON,
};

static void run_dump(struct cli *cli, void *args) {
    struct xattr_run r = { .act = dump_one, .dump = true };
    run_each(cli, args, &r);
}

static const struct cli_option dump_options[] = {
    FILE_ROWS,
    CLI_GROUP("Which attributes"),
    CLI_INCLUDE_ROWS(INCLUDE_FILTER),
    { CLI_FLAG(struct xattr_args, empty), .name = "empty",
      .help = "a record for files without attributes too: name and value are null" },
    CLI_OPTIONS_END,
};

static const struct cli_command dump_command = {
    .name = "dump",
    .summary = "print attributes and values as JSON Lines, for restore",
    .usage = "[OPTION]... PATH...\n[OPTION]... --files0-from=FILE\n[OPTION]... --fd=N",
    .options = dump_options,
    .default_format = CLI_FORMAT_JSON,
    .view = XATTR_VIEW_DUMP,
    .run = run_dump,
    XATTR_RECORDS,
    XATTR_COMMON,
};

/* ---- get ---- */

static void get_one(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                    const char *path) {
    struct base_error e;
    buf_clear(&w->value);
    int result = os_xattr_get(file, r->name, &w->value, &e);
    if (result == -ENODATA && r->args->recursive)
        return;
    if (result < 0)
        xattr_fail(r, w, &e, path);
    else if (cli_writer(r->cli)->format == CLI_FORMAT_RAW)
        xattr_emit_value(r, w, &w->value);
    else
        xattr_emit(r, w, NULL, path, r->name);
}

static void run_get(struct cli *cli, void *args) {
    struct xattr_run r = { .act = get_one };
    if ((r.name = take_name(cli)))
        run_each(cli, args, &r);
}

static const struct cli_option get_options[] = {
    FILE_ROWS,
    CLI_GROUP("How the value is printed"),
    { CLI_SET(struct xattr_args, encoding, XATTR_HEX), .name = "hex",
      .conflicts = "base64 output json fields get", .help = "in hex, and a newline" },
    { CLI_SET(struct xattr_args, encoding, XATTR_BASE64), .name = "base64",
      .conflicts = "output json fields get", .help = "in base64, and a newline" },
    CLI_OPTIONS_END,
};

static const struct cli_command get_command = {
    .name = "get",
    .summary = "print the value of an attribute, as os.getxattr",
    .usage = "[OPTION]... NAME PATH...\n[OPTION]... --files0-from=FILE NAME\n"
             "[OPTION]... --fd=N NAME",
    .options = get_options,
    .default_format = CLI_FORMAT_RAW,
    .view = XATTR_VIEW_GET,
    .run = run_get,
    XATTR_RECORDS,
    XATTR_COMMON,
};

/* ---- set, remove ---- */

/* In a tree, files that cannot have such an attribute are skipped. */
static bool cannot_have(const struct xattr_run *r, const struct xattr_work *w) {
    return w->depth && strncmp(r->name, "user.", 5) == 0 && w->type != DT_REG && w->type != DT_DIR;
}

static void set_one(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                    const char *path) {
    struct base_error e;
    if (!cannot_have(r, w) &&
        os_xattr_set(file, r->name, r->value.data, r->value.len, r->args->flags, &e) < 0)
        xattr_fail(r, w, &e, path);
}

static const char capability[] = "security.capability";

static void run_set(struct cli *cli, void *data) {
    const struct xattr_args *args = data;
    struct xattr_run r = { .act = set_one };
    const char *text = NULL;
    /* --cap determines the attribute, so that its name may be omitted. */
    bool named =
        !args->cap || (cli->call.operand_count && strcmp(cli->call.operands[0], capability) == 0);
    r.name = named ? take_name(cli) : capability;
    if (!r.name)
        return;
    if (!args->from && !args->cap &&
        !(text = take_operand(cli, "the VALUE is missing; --help tells more")))
        return;
    if (xattr_value(cli, args, text, &r.value)) {
        if (r.value.failed)
            cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
        else
            run_each(cli, args, &r);
    }
    buf_finish(&r.value);
}

static const struct cli_option set_options[] = {
    FILE_ROWS,
    CLI_GROUP("The value"),
    { CLI_SET(struct xattr_args, flags, XATTR_CREATE), .name = "create", .conflicts = "replace",
      .help = "fail if the attribute exists (XATTR_CREATE)" },
    { CLI_SET(struct xattr_args, flags, XATTR_REPLACE), .name = "replace",
      .help = "fail unless the attribute exists (XATTR_REPLACE)" },
    { CLI_TEXT(struct xattr_args, from), .name = "from", .metavar = "FILE", .conflicts = "cap",
      .complete = CLI_COMPLETE_FILE,
      .help = "the value is what FILE holds, '-' for standard input; takes no VALUE" },
    { CLI_SET(struct xattr_args, encoding, XATTR_HEX), .name = "hex", .conflicts = "base64 cap",
      .help = "the value is written in hex" },
    { CLI_SET(struct xattr_args, encoding, XATTR_BASE64), .name = "base64", .conflicts = "cap",
      .help = "the value is written in base64" },
    { CLI_TEXT(struct xattr_args, cap), .name = "cap", .metavar = "TEXT",
      .help = "security.capability as text, such as cap_net_raw=ep; takes no NAME and no VALUE" },
    { CLI_UNSIGNED(struct xattr_args, rootid), .name = "rootid", .metavar = "UID", .needs = "cap",
      .help = "with --cap: they hold in the user namespace whose root is UID" },
    CLI_OPTIONS_END,
};

static const struct cli_command set_command = {
    .name = "set",
    .summary = "set an attribute, as os.setxattr",
    .usage = "[OPTION]... NAME VALUE PATH...\n[OPTION]... NAME --from=FILE PATH...\n"
             "[OPTION]... [security.capability] --cap=TEXT PATH...\n"
             "[OPTION]... --files0-from=FILE NAME VALUE\n[OPTION]... --fd=N NAME VALUE",
    .options = set_options,
    .run = run_set,
    XATTR_COMMON,
};

static void remove_one(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                       const char *path) {
    struct base_error e;
    if (cannot_have(r, w))
        return;
    int result = os_xattr_remove(file, r->name, &e);
    if (result < 0 && !(result == -ENODATA && r->args->recursive))
        xattr_fail(r, w, &e, path);
}

static void run_remove(struct cli *cli, void *args) {
    struct xattr_run r = { .act = remove_one };
    if ((r.name = take_name(cli)))
        run_each(cli, args, &r);
}

static const struct cli_option remove_options[] = { FILE_ROWS, CLI_OPTIONS_END };

static const struct cli_command remove_command = {
    .name = "remove",
    .summary = "remove an attribute, as os.removexattr",
    .usage = "[OPTION]... NAME PATH...\n[OPTION]... --files0-from=FILE NAME\n"
             "[OPTION]... --fd=N NAME",
    .options = remove_options,
    .run = run_remove,
    XATTR_COMMON,
};

static const struct cli_command *const verbs[] = {
    &list_command, &get_command, &set_command, &remove_command, &dump_command, &xattr_restore, NULL
};

const struct cli_command applet_xattr = {
    .name = "xattr",
    .summary = "extended attributes of files, as os.getxattr and its kin",
    .usage = "list PATH...\nget NAME PATH...\nset NAME VALUE PATH...\nremove NAME PATH...\n"
             "dump PATH...\nrestore [FILE]",
    .commands = verbs,
};
