/* SPDX-License-Identifier: 0BSD
 *
 * osbox walk: the paths of a tree, as os.walk, os.fwalk, os.scandir and
 * os.listdir return them.
 *
 * Deviations: errors are reported (os.walk ignores them), a link that is its own
 * ancestor is not entered again, paths have no PATH_MAX, TOP itself is printed
 * first. Fields of a link are the link's own, as those of os.DirEntry without
 * following.
 */
#include <stdint.h>
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "applets/walk/entries.h"
#include "applets/walk/fields.h"
#include "applets/walk/steer.h"
#include "applets/walk/sum.h"
#include "applets/walk/tuples.h"
#include "cli/paths.h"
#include "os/cpuset.h"

static const struct cli_choice on_error_choices[] = {
    { "report", WALK_REPORT, "what vanished while walking is no error" },
    { "strict", WALK_STRICT, "it is" },
    { "stop", WALK_STOP, "end the walk at the first error" },
    { "ignore", WALK_IGNORE, "say nothing, as os.walk" },
    CLI_CHOICES_END,
};

enum { CALL_PRUNE, CALL_EXCLUDE, CALL_NAME, CALL_TYPE };
enum { CHOICES_ON_ERROR = 1 };

static const struct cli_choice *const choices[] = { [CHOICES_ON_ERROR] = on_error_choices };

static const char *parse_option(void *data, int which, const char *text) {
    struct walk_args *args = data;
    switch (which) {
    case CALL_PRUNE:
        return walk_pattern_add(&args->select.prune, text);
    case CALL_EXCLUDE:
        return walk_pattern_add(&args->select.exclude, text);
    case CALL_NAME:
        return walk_pattern_add(&args->select.names, text);
    default:
        return walk_types_parse(&args->select.types, text);
    }
}

static const struct cli_option options[] = {
    CLI_GROUP("Which tree"),
    { CLI_FD(struct walk_args, fd), .name = "fd", .metavar = "N",
      .conflicts = "dir dir-fd files0-from", .help = "the open directory N; takes no TOP" },
    { CLI_TEXT(struct walk_args, base.dir), .letter = 'C', .name = "dir", .metavar = "DIR",
      .conflicts = "dir-fd", .complete = CLI_COMPLETE_DIRECTORY,
      .help = "relative TOPs begin at DIR" },
    { CLI_FD(struct walk_args, base.dir_fd), .name = "dir-fd", .metavar = "N",
      .help = "relative TOPs begin at the open directory N" },
    { CLI_TEXT(struct walk_args, base.files0), .name = "files0-from", .metavar = "FILE",
      .complete = CLI_COMPLETE_FILE,
      .help = "read NUL-terminated TOPs from FILE, '-' for standard input, as they come" },
    { CLI_FLAG(struct walk_args, follow), .letter = 'L', .name = "follow",
      .help = "enter symbolic links to directories, unless one is its own ancestor" },
    { CLI_FLAG(struct walk_args, one_file_system), .letter = 'x', .name = "one-file-system",
      .help = "do not enter directories of other mounts" },
    { CLI_UNSIGNED(struct walk_args, select.max_depth), .name = "max-depth", .metavar = "N",
      .help = "do not go deeper than N below TOP; with --sum, do not print deeper" },
    { CLI_CALL(CALL_PRUNE), .name = "prune", .metavar = "GLOB",
      .help = "print what matches but do not enter it" },
    { CLI_CALL(CALL_EXCLUDE), .name = "exclude", .metavar = "GLOB",
      .help = "neither print nor enter what matches" },
    CLI_GROUP("What is printed"),
    { CLI_FLAG(struct walk_args, bottom_up), .name = "bottom-up",
      .help = "each directory after what is in it" },
    { CLI_FLAG(struct walk_args, sort), .name = "sort",
      .help = "each directory in the order of the names' bytes" },
    { CLI_CALL(CALL_NAME), .name = "name", .metavar = "GLOB", .help = "only what matches" },
    { CLI_CALL(CALL_TYPE), .name = "type", .metavar = "LETTERS",
      .help = "only these types: f d l p s b c" },
    { CLI_UNSIGNED(struct walk_args, select.min_depth), .name = "min-depth", .metavar = "N",
      .help = "only what is at least N below TOP" },
    { CLI_FLAG(struct walk_args, tuples), .name = "tuples", .conflicts = "sum name type",
      .help = "a record for each directory: dirpath, dirnames, filenames" },
    { CLI_FLAG(struct walk_args, sum), .name = "sum", .conflicts = "name type steer",
      .help = "a record for each directory: the totals of all below it, itself included" },
    { CLI_FLAG(struct walk_args, steer), .name = "steer",
      .conflicts = "name type min-depth files0-from output",
      .help =
          "--tuples -J, and after each record read a line: a JSON array of the names to enter" },
    CLI_GROUP("How"),
    { CLI_CHOICE(struct walk_args, on_error, CHOICES_ON_ERROR), .name = "on-error",
      .metavar = "HOW", .preset = "report", .help = "what to do about directories that fail" },
    { CLI_UNSIGNED(struct walk_args, jobs), .letter = 'j', .name = "jobs", .metavar = "N",
      .help = "threads at the most (default: the usable CPUs); the output is the same" },
    { CLI_FLAG(struct walk_args, progress), .name = "progress",
      .help = "tell of the progress on standard error" },
    CLI_OPTIONS_END,
};

static struct os_walk make_walk(struct walk_run *run) {
    const struct walk_args *args = run->args;
    struct os_walk walk = {
        .data = run,
        .jobs = args->jobs ? args->jobs : os_usable_cpus(),
        .bottom_up = args->bottom_up,
        .sort = args->sort,
        .follow = args->follow,
        .one_file_system = args->one_file_system,
    };
    if (args->sum)
        walk_sum_set(&walk);
    else if (args->tuples || args->steer)
        /* Bottom-up it is too late to choose, as in os.walk. */
        walk_tuples_set(&walk, args->steer && !args->bottom_up);
    else
        walk_entries_set(&walk);
    return walk;
}

/* False: --on-error=stop ends the run here. */
static bool walk_top(struct walk_run *run, int dir_fd, const char *path, const char *top) {
    struct os_walk walk = make_walk(run);
    struct os_file file = { dir_fd, path, true };
    struct base_error e;
    run->top = top;
    int r = os_walk(&walk, &file, top, &e);
    if (r < 0)
        cli_report(run->cli, &e);
    return run->args->on_error != WALK_STOP || (r == 0 && !run->cli->outcome.error);
}

static void walk_paths(struct walk_run *run) {
    const struct walk_args *args = run->args;
    struct cli *cli = run->cli;
    struct cli_paths paths;
    int opened;
    int dir_fd = base_dir_open(cli, &args->base, &opened);
    if (dir_fd == -1)
        return;
    if (!cli->call.operand_count && !args->base.files0) {
        walk_top(run, dir_fd, ".", ".");
    } else if (cli_paths_open(&paths, cli, args->base.files0)) {
        for (const char *top; (top = cli_paths_next(&paths)) && walk_top(run, dir_fd, top, top);)
            ;
        cli_paths_close(&paths);
    }
    if (opened >= 0)
        close(opened);
}

static void walk_descriptor(struct walk_run *run) {
    if (run->cli->call.operand_count)
        cli_usage(run->cli, run->cli->call.operands[0], "no operand goes with --fd");
    else if (base_dir_check_descriptor(run->cli, run->args->fd))
        walk_top(run, run->args->fd, NULL, ".");
}

static unsigned choose_view(const struct cli_call *call, const void *data) {
    const struct walk_args *args = data;
    (void)call;
    if (args->sum)
        return WALK_VIEW_SUM;
    return args->tuples || args->steer ? WALK_VIEW_TUPLE : WALK_VIEW_ENTRY;
}

static bool begin(struct cli *cli, const struct walk_args *args) {
    if (args->steer)
        cli_set_format(cli, CLI_FORMAT_JSON);
    if (!cli_begin(cli))
        return false;
    return args->sum || cli_expect_records(cli, 2);
}

static void run(struct cli *cli, void *data) {
    const struct walk_args *args = data;
    struct walk_run walk = {
        .cli = cli,
        .args = args,
        .replies.lines = { .fd = STDIN_FILENO, .delimiter = '\n', .longest = SIZE_MAX },
    };
    if (!begin(cli, args))
        return;
    walk_entries_begin(&walk);
    walk_progress_init(&walk.progress, cli, args->progress);
    if (args->fd >= 0)
        walk_descriptor(&walk);
    else
        walk_paths(&walk);
    walk_progress_finish(&walk.progress);
    base_file_set_finish(&walk.counted);
    walk_replies_finish(&walk.replies);
}

static void finish_args(void *data) {
    struct walk_args *args = data;
    walk_selection_finish(&args->select);
}

static const struct walk_args presets = { .fd = -1, .base.dir_fd = -1, .select.max_depth = ~0U };

const struct cli_command applet_walk = {
    .never = CLI_NEVER(CLI_EX_NOUSER) | CLI_NEVER(CLI_EX_CANTCREAT),
    .name = "walk",
    .summary = "print the paths of a tree, as os.walk",
    .usage = "[OPTION]... [TOP]...\n[OPTION]... --files0-from=FILE\n[OPTION]... --fd=N",
    .options = options,
    .choices = choices,
    .parse = parse_option,
    .choose_view = choose_view,
    .fields = walk_fields,
    .views = "entry tuple sum",
    .field_count = WALK_FIELDS,
    .args_size = sizeof(struct walk_args),
    .finish_args = finish_args,
    .presets = &presets,
    .operands = CLI_COMPLETE_FILE,
    .default_format = CLI_FORMAT_VALUE,
    .run = run,
};
