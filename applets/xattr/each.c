/* SPDX-License-Identifier: 0BSD
 *
 * The files that a verb of xattr works on: operands, lists, a descriptor, trees.
 */
#include <dirent.h>
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "applets/xattr/each.h"
#include "cli/paths.h"
#include "os/cpuset.h"
#include "os/xattr.h"

const struct cli_option xattr_file_options[] = {
    CLI_GROUP("Which file"),
    { CLI_FLAG(struct xattr_args, no_follow), .letter = 'P', .name = "no-follow",
      .help = "the attributes of symbolic links themselves" },
    { CLI_FLAG(struct xattr_args, recursive), .letter = 'R', .name = "recursive",
      .help = "all files below a directory too; links below it are not followed" },
    { CLI_FD(struct xattr_args, fd), .name = "fd", .metavar = "N",
      .conflicts = "dir dir-fd files0-from no-follow",
      .help = "the open descriptor N; takes no PATH" },
    CLI_OPTIONS_END,
};

/* ---- trees ---- */

static bool take_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    const struct xattr_run *r = data;
    struct xattr_work *w = scratch;
    struct os_file file = { e->dir_fd, e->name, false };
    if (!e->depth)
        file = (struct os_file){ e->dir_fd, r->args->fd >= 0 ? NULL : e->path,
                                 !r->args->no_follow && e->type != DT_LNK };
    w->chunk = c;
    w->depth = e->depth;
    w->type = e->type;
    r->act(r, w, &file, e->path);
    return e->is_directory;
}

static bool emit(void *data, struct buf *out, void *totals) {
    const struct xattr_run *r = data;
    (void)totals;
    if (cli_writer(r->cli)->format != CLI_FORMAT_RAW)
        return cli_emit_formatted(r->cli, out);
    cli_write(r->cli, out->data, out->len);
    buf_clear(out);
    return !cli_is_broken(r->cli);
}

/* Files that vanish during the walk are not errors. */
static bool take_error(void *data, const struct base_error *error, bool vanished, void *totals) {
    const struct xattr_run *r = data;
    struct base_error e = *error;
    (void)totals;
    if (vanished)
        return true;
    if (strstr(e.operation, "xattr"))
        os_xattr_explain(&e, r->name);
    cli_report(r->cli, &e);
    return true;
}

static const struct os_walk_ops tree_ops = {
    .entry = take_entry,
    .emit = emit,
    .error = take_error,
};

static void each_in_tree(struct xattr_run *r, const struct os_file *file, const char *top) {
    struct base_error e;
    struct os_walk walk = {
        .ops = &tree_ops,
        .data = r,
        .scratch_size = sizeof(struct xattr_work),
        .scratch_finish = xattr_work_finish,
        .jobs = os_usable_cpus(),
        .sort = r->dump,
    };
    if (os_walk(&walk, file, top, &e) < 0)
        cli_report(r->cli, &e);
}

/* ---- all of them ---- */

static void each_path(struct xattr_run *r, struct xattr_work *w) {
    struct cli *cli = r->cli;
    const struct xattr_args *args = r->args;
    struct cli_paths paths;
    int opened;
    int dir_fd = base_dir_open(cli, &args->base, &opened);
    if (dir_fd == -1)
        return;
    if (cli_paths_open(&paths, cli, args->base.files0)) {
        for (const char *path; (path = cli_paths_next(&paths));) {
            struct os_file file = { dir_fd, path, !args->no_follow };
            if (args->recursive)
                each_in_tree(r, &file, path);
            else
                r->act(r, w, &file, path);
        }
        cli_paths_close(&paths);
    }
    if (opened >= 0)
        close(opened);
}

void xattr_each(struct xattr_run *r) {
    struct cli *cli = r->cli;
    struct xattr_work w = { .type = DT_UNKNOWN };
    struct os_file file = { r->args->fd, NULL, true };
    bool records = cli->call.command->fields && cli_writer(cli)->format != CLI_FORMAT_RAW;
    if (r->args->recursive && records && !cli_expect_records(cli, 2))
        return;
    if (file.dir_fd < 0)
        each_path(r, &w);
    else if (cli->call.operand_count)
        cli_usage(cli, cli->call.operands[0], "no operand goes with --fd");
    else if (base_dir_check_descriptor(cli, file.dir_fd) && r->args->recursive)
        each_in_tree(r, &file, ".");
    else if (!cli->outcome.error)
        r->act(r, &w, &file, NULL);
    xattr_work_finish(&w);
}
