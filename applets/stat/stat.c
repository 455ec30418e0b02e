/* SPDX-License-Identifier: 0BSD
 *
 * osbox stat, osbox lstat: the status of files.
 *
 * os.stat, os.lstat, os.fstat, os.statx, os.statvfs, os.fstatvfs, os.access,
 * os.readlink, os.pathconf, os.fpathconf, os.major, os.minor; of a descriptor
 * os.isatty, os.ttyname, os.get_blocking, os.get_inheritable, os.tcgetpgrp,
 * os.get_terminal_size.
 *
 * Deviations: st_mode is octal in text and table. A descriptor is given with
 * --fd, never as an operand, and `stat -` is a file called "-"; in the forms of
 * GNU stat only (-c, --printf, -t: gnu.c) it is descriptor 0.
 */
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "applets/stat/fields.h"
#include "applets/stat/gnu.h"
#include "cli/paths.h"
#include "os/statvfs.h"

enum stat_follow { FOLLOW_DEFAULT, FOLLOW_ALWAYS, FOLLOW_NEVER };

struct stat_args {
    int follow; /* enum stat_follow */
    int fd;     /* --fd; -1: paths */
    struct base_dir_args base;
    int sync;         /* enum os_sync */
    bool file_system; /* -f */
    bool access;      /* -a was given */
    int access_mode;  /* R_OK | W_OK | X_OK */
    bool effective;
    const char *pathconf;   /* "": all of them */
    const char *gnu_format; /* -c: a newline after each */
    const char *gnu_printf; /* --printf: with backslash escapes */
    bool terse;             /* -t */
};

static const struct cli_choice sync_choices[] = {
    { "default", OS_SYNC_DEFAULT, "as stat(2) does" },
    { "force", OS_SYNC_FORCE, "ask the server of a network file system" },
    { "cached", OS_SYNC_CACHED, "never ask it" },
    CLI_CHOICES_END,
};

/* GNU stat's names for the same. */
static const struct cli_choice cached_choices[] = {
    { "default", OS_SYNC_DEFAULT, "" },
    { "never", OS_SYNC_FORCE, "" },
    { "always", OS_SYNC_CACHED, "" },
    CLI_CHOICES_END,
};

static const char *parse_access(struct stat_args *a, const char *text) {
    int mode = 0;
    for (const char *p = text; *p; p++) {
        if (*p == 'r')
            mode |= R_OK;
        else if (*p == 'w')
            mode |= W_OK;
        else if (*p == 'x')
            mode |= X_OK;
        else if (*p != 'f')
            return "not made of the letters r, w, x and f";
    }
    if (!text[0])
        return "not made of the letters r, w, x and f";
    a->access = true;
    a->access_mode = mode;
    return NULL;
}

enum { CALL_ACCESS };
enum { CHOICES_SYNC = 1, CHOICES_CACHED };
enum { INCLUDE_BASE_DIR };

static const struct cli_option *const includes[] = { [INCLUDE_BASE_DIR] = base_dir_options };

static const struct cli_choice *const choices[] = {
    [CHOICES_SYNC] = sync_choices,
    [CHOICES_CACHED] = cached_choices,
};

static const char *parse_option(void *args, int which, const char *text) {
    (void)which;
    return parse_access(args, text);
}

static const struct cli_option options[] = {
    CLI_GROUP("Which file"),
    { CLI_SET(struct stat_args, follow, FOLLOW_ALWAYS), .letter = 'L', .name = "follow",
      .help = "follow symbolic links (stat's default, as os.stat)" },
    { CLI_SET(struct stat_args, follow, FOLLOW_ALWAYS), .name = "dereference",
      .help = "the same, in GNU stat's words" },
    { CLI_SET(struct stat_args, follow, FOLLOW_NEVER), .letter = 'P', .name = "no-follow",
      .help = "look at the links themselves (lstat's default, and that of -c, --printf, -t)" },
    { CLI_FD(struct stat_args, fd), .name = "fd", .metavar = "N",
      .conflicts = "dir dir-fd files0-from follow no-follow dereference format printf terse",
      .help = "the open descriptor N, as os.fstat; takes no PATH" },
    CLI_INCLUDE(struct stat_args, base, struct base_dir_args, INCLUDE_BASE_DIR),
    { CLI_CHOICE(struct stat_args, sync, CHOICES_SYNC), .name = "sync", .metavar = "HOW",
      .preset = "default", .help = "how fresh the answer has to be" },
    { CLI_CHOICE(struct stat_args, sync, CHOICES_CACHED), .name = "cached", .metavar = "MODE",
      .help = "the same, in GNU stat's words" },
    CLI_GROUP("What is asked"),
    { CLI_FLAG(struct stat_args, file_system), .letter = 'f', .name = "file-system",
      .conflicts = "access pathconf", .help = "the file system that holds it, as os.statvfs" },
    { CLI_CALL(CALL_ACCESS), .letter = 'a', .name = "access", .metavar = "MODE",
      .conflicts = "pathconf",
      .help = "whether access of these kinds is allowed (letters of rwx, or f: it exists), as "
              "os.access; status 1 when it is not" },
    { CLI_FLAG(struct stat_args, effective), .name = "effective", .needs = "access",
      .help = "with --access: for the effective ids, not the real ones" },
    { CLI_TEXT(struct stat_args, pathconf), .name = "pathconf", .metavar = "NAME", .optional = true,
      .help = "limits, as os.pathconf: all, or one such as PC_NAME_MAX" },
    CLI_GROUP("As GNU stat"),
    { CLI_TEXT(struct stat_args, gnu_format), .letter = 'c', .name = "format", .metavar = "FORMAT",
      .conflicts = "printf terse access pathconf output json fields get null",
      .help = "print FORMAT with GNU stat's % directives, and a newline" },
    { CLI_TEXT(struct stat_args, gnu_printf), .name = "printf", .metavar = "FORMAT",
      .conflicts = "terse access pathconf output json fields get null",
      .help = "the same without a newline, but with backslash escapes" },
    { CLI_FLAG(struct stat_args, terse), .letter = 't', .name = "terse",
      .conflicts = "access pathconf output json fields get null", .help = "GNU stat's terse form" },
    CLI_OPTIONS_END,
};

static const struct cli_exit exits[] = {
    { CLI_EX_NO, "--access: not allowed; with -c, --printf, -t: an error with a file" },
    CLI_EXITS_END,
};

/* ---- actions ---- */

static bool is_gnu(const struct stat_args *args) {
    return args->gnu_format || args->gnu_printf || args->terse;
}

static bool follows(const struct stat_args *args) {
    return args->follow == FOLLOW_DEFAULT ? !is_gnu(args) : args->follow == FOLLOW_ALWAYS;
}

static unsigned choose_view(const struct cli_call *call, const void *data) {
    const struct stat_args *args = data;
    (void)call;
    if (args->file_system)
        return STAT_VIEW_FILE_SYSTEM;
    if (args->access)
        return STAT_VIEW_ACCESS;
    if (args->pathconf)
        return STAT_VIEW_PATHCONF;
    return args->fd >= 0 ? STAT_VIEW_DESCRIPTOR : STAT_VIEW_FILE;
}

static void report(void *cli, const struct base_error *e, bool fatal) {
    if (fatal)
        cli_report(cli, e);
    else
        cli_report_part(cli, e);
}

static struct file_query make_query(struct cli *cli, const struct stat_args *args) {
    uint64_t other_calls = FILE_NEEDS_STATVFS | FILE_NEEDS_ACCESS | FILE_NEEDS_PATHCONF;
    uint64_t needs = cli_needs(cli_writer(cli));
    /* If no other call uses the file, statx is called, because the file may not exist. */
    return (struct file_query){
        .needs = needs & other_calls ? needs : needs | FILE_NEEDS_STATX,
        .sync = (enum os_sync)args->sync,
        .access_mode = args->access_mode,
        .effective = args->effective,
        .fail = report,
        .data = cli,
    };
}

static void stat_path(struct cli *cli, struct file_query *q, const struct os_file *file) {
    struct cli_value values[STAT_FIELDS] = { 0 };
    if (!file_query_fill(cli_writer(cli), q, file, file->path, values))
        return;
    if (q->denied)
        cli_answer(cli, CLI_EX_NO);
    cli_emit(cli, values);
}

static void stat_descriptor(struct cli *cli, const struct stat_args *args) {
    struct os_file file = { args->fd, NULL, true };
    struct cli_value values[STAT_FIELDS] = { 0 };
    struct file_query query = make_query(cli, args);
    struct buf ttyname = { 0 };
    if (cli->call.operand_count) {
        cli_usage(cli, cli->call.operands[0], "no operand goes with --fd");
        return;
    }
    if (!base_dir_check_descriptor(cli, args->fd))
        return;
    if (file_query_fill(cli_writer(cli), &query, &file, NULL, values) &&
        stat_fill_descriptor(&query, args->fd, &ttyname, values)) {
        if (query.denied)
            cli_answer(cli, CLI_EX_NO);
        cli_emit(cli, values);
    }
    buf_finish(&ttyname);
    file_query_finish(&query);
}

static void stat_each(struct cli *cli, const struct stat_args *args, int dir_fd,
                      struct cli_paths *paths) {
    struct file_query query = make_query(cli, args);
    for (const char *path; (path = cli_paths_next(paths));) {
        struct os_file file = { dir_fd, path, follows(args) };
        stat_path(cli, &query, &file);
    }
    file_query_finish(&query);
}

static void stat_paths(struct cli *cli, const struct stat_args *args) {
    struct stat_gnu gnu = { .format = args->gnu_printf ? args->gnu_printf : args->gnu_format,
                            .escapes = args->gnu_printf,
                            .file_system = args->file_system,
                            .follow = follows(args),
                            .sync = (enum os_sync)args->sync };
    struct cli_paths paths;
    int opened;
    int dir_fd = base_dir_open(cli, &args->base, &opened);
    if (dir_fd == -1)
        return;
    if (cli_paths_open(&paths, cli, args->base.files0)) {
        if (is_gnu(args))
            stat_gnu_run(cli, &gnu, dir_fd, &paths);
        else
            stat_each(cli, args, dir_fd, &paths);
        cli_paths_close(&paths);
    }
    if (opened >= 0)
        close(opened);
}

/* --pathconf=NAME is the same as selecting the field. */
static bool choose_pathconf(struct cli *cli, const struct stat_args *args) {
    if (!args->pathconf || !args->pathconf[0] || cli->call.common.fields)
        return true;
    for (unsigned i = 0; os_pathconf_names[i].number >= 0; i++) {
        if (strcmp(os_pathconf_names[i].name, args->pathconf) == 0) {
            cli->call.common.fields = args->pathconf;
            return true;
        }
    }
    cli_usage(cli, args->pathconf, "no such name; --pathconf prints them all");
    return false;
}

static void run(struct cli *cli, void *data) {
    const struct stat_args *args = data;
    if (!choose_pathconf(cli, args) || !cli_begin(cli))
        return;
    if (args->fd >= 0)
        stat_descriptor(cli, args);
    else
        stat_paths(cli, args);
}

#define STAT_COMMON                                                                                \
    .usage = "[OPTION]... PATH...\n[OPTION]... --files0-from=FILE\n[OPTION]... --fd=N",            \
    .options = options, .includes = includes, .choices = choices, .parse = parse_option,           \
    .choose_view = choose_view, .fields = stat_fields,                                             \
    .views = "file file-system access pathconf descriptor", .field_count = STAT_FIELDS,            \
    .exits = exits, .never = CLI_NEVER(CLI_EX_NOUSER) | CLI_NEVER(CLI_EX_CANTCREAT),               \
    .args_size = sizeof(struct stat_args), .operands = CLI_COMPLETE_FILE,                          \
    .default_format = CLI_FORMAT_TEXT, .run = run

static const struct stat_args stat_presets = { .fd = -1, .base.dir_fd = -1 };
static const struct stat_args lstat_presets = { .fd = -1,
                                                .base.dir_fd = -1,
                                                .follow = FOLLOW_NEVER };

const struct cli_command applet_stat = {
    .name = "stat",
    .summary = "print what the kernel knows about files, as os.stat",
    .presets = &stat_presets,
    STAT_COMMON,
};

const struct cli_command applet_lstat = {
    .name = "lstat",
    .summary = "the same without following symbolic links, as os.lstat",
    .presets = &lstat_presets,
    STAT_COMMON,
};
