/* SPDX-License-Identifier: 0BSD
 *
 * osbox walk: the paths of a tree, as os.walk, os.fwalk, os.scandir and
 * os.listdir tell them.
 *
 * Deviations: errors are reported (os.walk ignores them), a link that is its own
 * ancestor is not entered again, paths have no PATH_MAX, TOP itself is printed
 * first. Fields of a link are the link's own, as those of os.DirEntry without
 * following.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <time.h>
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "applets/common/file_query.h"
#include "applets/walk/walk.h"
#include "base/io.h"
#include "base/utf8.h"
#include "cli/paths.h"
#include "cli/quote.h"
#include "cli/table.h"
#include "os/cpuset.h"

static const struct cli_choice on_error_choices[] = {
    { "report", WALK_REPORT, "what vanished while walking is no error" },
    { "strict", WALK_STRICT, "it is" },
    { "stop", WALK_STOP, "end the walk at the first error" },
    { "ignore", WALK_IGNORE, "say nothing, as os.walk" },
    CLI_CHOICES_END,
};

static const char *keep(struct buf *list, const char *pattern) {
    buf_add(list, &pattern, sizeof pattern);
    return list->failed ? "out of memory" : NULL;
}

static const struct {
    unsigned char type;
    char letter;
} types[] = {
    { DT_REG, 'f' },  { DT_DIR, 'd' }, { DT_LNK, 'l' }, { DT_FIFO, 'p' },
    { DT_SOCK, 's' }, { DT_BLK, 'b' }, { DT_CHR, 'c' },
};
enum { TYPES = sizeof types / sizeof types[0] };

static const char *parse_types(const char *text, unsigned *types_given) {
    unsigned set = 0;
    for (; *text; text++) {
        unsigned i = 0;
        while (i < TYPES && types[i].letter != *text)
            i++;
        if (i < TYPES)
            set |= 1U << types[i].type;
        else if (*text != ',')
            return "not made of the letters f, d, l, p, s, b and c";
    }
    *types_given = set;
    return set ? NULL : "names no type";
}

enum { CALL_PRUNE, CALL_EXCLUDE, CALL_NAME, CALL_TYPE };
enum { CHOICES_ON_ERROR = 1 };

static const struct cli_choice *const choices[] = { [CHOICES_ON_ERROR] = on_error_choices };

static const char *parse_option(void *data, int which, const char *text) {
    struct walk_args *args = data;
    switch (which) {
    case CALL_PRUNE:
        return keep(&args->prune, text);
    case CALL_EXCLUDE:
        return keep(&args->exclude, text);
    case CALL_NAME:
        return keep(&args->names, text);
    default:
        return parse_types(text, &args->types);
    }
}

static const struct cli_option options[] = {
    CLI_GROUP("Which tree"),
    { CLI_FD(struct walk_args, fd), .name = "fd", .metavar = "N",
      .conflicts = "dir dir-fd files0-from", .help = "the open directory N; takes no TOP" },
    { CLI_TEXT(struct walk_args, dir), .letter = 'C', .name = "dir", .metavar = "DIR",
      .conflicts = "dir-fd", .complete = CLI_COMPLETE_DIRECTORY,
      .help = "relative TOPs begin at DIR" },
    { CLI_FD(struct walk_args, dir_fd), .name = "dir-fd", .metavar = "N",
      .help = "relative TOPs begin at the open directory N" },
    { CLI_TEXT(struct walk_args, files0), .name = "files0-from", .metavar = "FILE",
      .complete = CLI_COMPLETE_FILE,
      .help = "read NUL-terminated TOPs from FILE, '-' for standard input, as they come" },
    { CLI_FLAG(struct walk_args, follow), .letter = 'L', .name = "follow",
      .help = "enter symbolic links to directories, unless one is its own ancestor" },
    { CLI_FLAG(struct walk_args, one_file_system), .letter = 'x', .name = "one-file-system",
      .help = "do not enter directories of other mounts" },
    { CLI_UNSIGNED(struct walk_args, max_depth), .name = "max-depth", .metavar = "N",
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
    { CLI_UNSIGNED(struct walk_args, min_depth), .name = "min-depth", .metavar = "N",
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

/* ---- what is printed, what is entered ---- */

static bool matches_any(const struct buf *patterns, const char *name, const char *below) {
    const char *const *pattern = (const char *const *)(const void *)patterns->data;
    for (size_t i = 0; i < patterns->len / sizeof *pattern; i++)
        if (fnmatch(pattern[i], strchr(pattern[i], '/') ? below : name, 0) == 0)
            return true;
    return false;
}

static bool matches(const struct buf *patterns, const struct os_walk_entry *e) {
    if (e->depth) {
        const char *below = e->path + e->top_size;
        return matches_any(patterns, e->name, below + (*below == '/'));
    }
    struct buf name = { 0 }; /* without the slashes at its end */
    buf_add(&name, e->name, e->name_size);
    bool found = matches_any(patterns, buf_cstr(&name), "");
    buf_finish(&name);
    return found;
}

bool walk_excludes(const struct walk_args *args, const struct os_walk_entry *e) {
    return e->depth && args->exclude.len && matches(&args->exclude, e);
}

bool walk_enters(const struct walk_args *args, const struct os_walk_entry *e) {
    if (!e->is_directory || (e->depth >= args->max_depth && !args->sum))
        return false;
    return !e->depth || !args->prune.len || !matches(&args->prune, e);
}

bool walk_loops(const struct walk_args *args, const struct os_walk_entry *e,
                struct os_walk_chunk *c) {
    bool loops = args->follow && e->nowhere == ELOOP;
    if (loops)
        os_walk_fail(c, ELOOP, false, "stat", e->path);
    return loops;
}

static bool is_printed(const struct walk_args *args, const struct os_walk_entry *e) {
    if (e->depth < args->min_depth || (args->types && !(args->types >> e->type & 1)))
        return false;
    return !args->names.len || matches(&args->names, e);
}

/* ---- entries ---- */

/* What one thread works with. */
struct entry_scratch {
    struct file_query query;
    struct os_walk_chunk *chunk; /* of the entry in question, for what fails */
    const char *path;
    struct cli_value values[WALK_FIELDS];
};

static void fail_entry(void *data, const struct base_error *e, bool fatal) {
    struct entry_scratch *s = data;
    os_walk_fail(s->chunk, e->errnum, fatal && e->errnum == ENOENT, e->operation, s->path);
}

struct os_file walk_where(const struct walk_args *args, const struct os_walk_entry *e) {
    if (e->depth)
        return (struct os_file){ e->dir_fd, e->name, false };
    /* A link that leads nowhere is itself. */
    return (struct os_file){ e->dir_fd, args->fd >= 0 ? NULL : e->path, e->type != DT_LNK };
}

/* False: the entry is gone, or cannot be looked at. */
static bool ask_file(const struct walk_run *g, struct entry_scratch *s,
                     const struct os_walk_entry *e, struct os_walk_chunk *c) {
    struct os_file w = walk_where(g->args, e);
    s->query.needs = g->needs;
    s->query.fail = fail_entry;
    s->query.data = s;
    s->chunk = c;
    s->path = e->path;
    return file_query_fill(cli_writer(g->cli), &s->query, &w, NULL, s->values);
}

static void put_entry(const struct walk_run *g, struct entry_scratch *s,
                      const struct os_walk_entry *e, struct os_walk_chunk *c) {
    struct cli_value *v = s->values;
    if (g->bare_paths) {
        buf_add_short(&c->out, e->path, e->path_size);
        buf_add_char(&c->out, cli_writer(g->cli)->null ? '\0' : '\n');
        return;
    }
    /* One that cannot be looked at is listed all the same, with what the directory tells. */
    if (g->needs && !ask_file(g, s, e, c))
        memset(v, 0, sizeof s->values);
    v[FILE_PATH] = cli_bytes(e->path, e->path_size);
    v[FILE_TYPE] = cli_str(file_type_name((unsigned)DTTOIF(e->type)));
    v[WALK_NAME] = cli_bytes(e->name, e->name_size);
    v[WALK_DEPTH] = cli_uint(e->depth);
    v[WALK_INO] = cli_uint(e->ino);
    cli_format_record(cli_writer(g->cli), v, false, &c->out);
}

static bool take_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct walk_run *g = data;
    if (walk_excludes(g->args, e))
        return false;
    walk_count(g, e);
    if (is_printed(g->args, e))
        put_entry(g, scratch, e, c);
    walk_loops(g->args, e, c);
    return walk_enters(g->args, e);
}

static void finish_entry_scratch(void *scratch) {
    struct entry_scratch *s = scratch;
    file_query_finish(&s->query);
}

static const struct os_walk_ops entry_ops = {
    .entry = take_entry,
    .emit = walk_emit,
    .error = walk_take_error,
};

/* ---- progress, errors ---- */

enum { PROGRESS_NS = 200000000, PROGRESS_COLUMNS = 40 };

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* The beginning of a path, in as many columns each time: it overwrites the last one. */
static void add_columns(struct buf *line, const char *path, size_t size) {
    struct buf text = { 0 };
    unsigned column = 0;
    cli_quote_text(&text, path, size, '\0');
    for (size_t at = 0; at < text.len;) {
        unsigned cp, n = base_utf8_decode(text.data + at, text.len - at, &cp);
        if (!n || column + cli_width(cp) > PROGRESS_COLUMNS)
            break;
        buf_add(line, text.data + at, n);
        column += cli_width(cp);
        at += n;
    }
    buf_finish(&text);
    for (; column < PROGRESS_COLUMNS; column++)
        buf_add_char(line, ' ');
}

/* A line that overwrites itself: entries, rate, the directory that is read (NULL: at the end). */
static void show_progress(struct walk_run *g, const char *directory, size_t size) {
    uint64_t entries = atomic_load_explicit(&g->entries, memory_order_relaxed);
    uint64_t elapsed_ms = (now_ns() - g->started_ns) / 1000000;
    struct buf line = { 0 };
    buf_add_str(&line, "\rwalk: ");
    buf_add_uint(&line, entries);
    buf_add_str(&line, " entries, ");
    buf_add_uint(&line, entries * 1000 / (elapsed_ms + 1));
    buf_add_str(&line, "/s ");
    add_columns(&line, directory, size);
    if (!directory)
        buf_add_char(&line, '\n');
    if (!line.failed)
        base_write(STDERR_FILENO, line.data, line.len);
    buf_finish(&line);
}

void walk_count(struct walk_run *g, const struct os_walk_entry *e) {
    if (!g->args->progress)
        return;
    atomic_fetch_add_explicit(&g->entries, 1, memory_order_relaxed);
    unsigned long long now = now_ns();
    unsigned long long shown = atomic_load_explicit(&g->shown_ns, memory_order_relaxed);
    if (now > shown + PROGRESS_NS && atomic_compare_exchange_strong(&g->shown_ns, &shown, now))
        show_progress(g, e->path, e->depth ? e->path_size - e->name_size : e->path_size);
}

bool walk_emit(void *data, struct buf *out, void *totals) {
    const struct walk_run *g = data;
    (void)totals;
    return cli_emit_formatted(g->cli, out);
}

bool walk_take_error(void *data, const struct base_error *error, bool vanished, void *totals) {
    const struct walk_run *g = data;
    struct walk_totals *t = totals;
    if (vanished && g->args->on_error != WALK_STRICT)
        return true;
    if (g->args->sum && t) {
        t->errors++;
        t->incomplete = true;
    }
    if (g->args->on_error == WALK_IGNORE)
        return true;
    cli_report(g->cli, error);
    return g->args->on_error != WALK_STOP;
}

/* ---- the walks ---- */

static struct os_walk walk_of(struct walk_run *g) {
    const struct walk_args *args = g->args;
    struct os_walk walk = {
        .ops = &entry_ops,
        .data = g,
        .scratch_size = sizeof(struct entry_scratch),
        .scratch_finish = finish_entry_scratch,
        .jobs = args->jobs ? args->jobs : os_usable_cpus(),
        .bottom_up = args->bottom_up,
        .sort = args->sort,
        .follow = args->follow,
        .one_file_system = args->one_file_system,
    };
    if (args->tuples || args->steer) {
        bool steered = args->steer && !args->bottom_up; /* os.walk: too late for a choice */
        walk.ops = steered ? &walk_steer_ops : &walk_tuples_ops;
        walk.scratch_size = sizeof(struct walk_tuple);
        walk.scratch_finish = walk_tuple_finish;
        walk.resolve = true; /* links to directories are dirnames */
        walk.jobs = steered ? 1 : walk.jobs;
    } else if (args->sum) {
        walk.ops = &walk_sum_ops;
        walk.scratch_size = 0;
        walk.scratch_finish = NULL;
        walk.totals_size = sizeof(struct walk_totals);
        walk.bottom_up = true;
    }
    return walk;
}

static bool walk_one(struct walk_run *g, int dir_fd, const char *path, const char *top) {
    struct os_walk walk = walk_of(g);
    struct os_file where = { dir_fd, path, true };
    struct base_error e;
    g->top = top;
    if (os_walk(&walk, &where, top, &e) == 0)
        return g->args->on_error != WALK_STOP || !g->cli->outcome.error;
    cli_report(g->cli, &e);
    return g->args->on_error != WALK_STOP;
}

static void walk_paths(struct walk_run *g) {
    const struct walk_args *args = g->args;
    struct cli *cli = g->cli;
    struct cli_paths paths;
    int opened;
    int dir_fd = base_dir_open(cli, args->dir, args->dir_fd, &opened);
    if (dir_fd == -1)
        return;
    if (!cli->call.operand_count && !args->files0) {
        walk_one(g, dir_fd, ".", ".");
    } else if (cli_paths_open(&paths, cli, args->files0)) {
        for (const char *top; (top = cli_paths_next(&paths)) && walk_one(g, dir_fd, top, top);)
            ;
        cli_paths_close(&paths);
    }
    if (opened >= 0)
        close(opened);
}

static void walk_descriptor(struct walk_run *g) {
    if (g->cli->call.operand_count)
        cli_usage(g->cli, g->cli->call.operands[0], "no operand goes with --fd");
    else if (base_dir_check_descriptor(g->cli, g->args->fd))
        walk_one(g, g->args->fd, NULL, ".");
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

/* Fields that a directory tells by itself cost no call. */
static uint64_t needs_of(const struct cli_writer *w) {
    uint64_t needs = 0;
    for (size_t i = 0; i < w->selected; i++)
        if (w->selection[i] != FILE_TYPE)
            needs |= w->fields[w->selection[i]].needs;
    return needs;
}

/* What walk is asked for most, where a record is the path's own bytes: -o value, not to a terminal,
 * which would have to be protected from them. */
static bool wants_bare_paths(const struct cli_writer *w) {
    return w->format == CLI_FORMAT_VALUE && !w->terminal && w->selected == 1 &&
           w->selection[0] == FILE_PATH;
}

static void run(struct cli *cli, void *data) {
    const struct walk_args *args = data;
    struct walk_run g = {
        .cli = cli,
        .args = args,
        .replies = { .fd = STDIN_FILENO, .delimiter = '\n', .longest = SIZE_MAX },
        .started_ns = now_ns(),
    };
    atomic_init(&g.shown_ns, g.started_ns);
    if (!begin(cli, args))
        return;
    g.needs = needs_of(cli_writer(cli));
    g.bare_paths = wants_bare_paths(cli_writer(cli));
    if (args->fd >= 0)
        walk_descriptor(&g);
    else
        walk_paths(&g);
    if (args->progress)
        show_progress(&g, NULL, 0);
    walk_links_finish(&g.links);
    base_lines_finish(&g.replies);
    buf_finish(&g.listed);
}

static const struct walk_args presets = { .fd = -1, .dir_fd = -1, .max_depth = ~0U };

const struct cli_command applet_walk = {
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
    .presets = &presets,
    .operands = CLI_COMPLETE_FILE,
    .default_format = CLI_FORMAT_VALUE,
    .run = run,
};
