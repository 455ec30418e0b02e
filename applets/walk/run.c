/* SPDX-License-Identifier: 0BSD
 *
 * What the forms of walk share.
 */
#include <dirent.h>
#include <errno.h>

#include "applets/walk/run.h"

struct os_file walk_file(const struct walk_args *args, const struct os_walk_entry *e) {
    if (e->depth)
        return (struct os_file){ e->dir_fd, e->name, false };
    /* A link that cannot be resolved is itself. */
    return (struct os_file){ e->dir_fd, args->fd >= 0 ? NULL : e->path, e->type != DT_LNK };
}

bool walk_fail_loop(const struct walk_args *args, const struct os_walk_entry *e,
                    struct os_walk_chunk *c) {
    bool loops = args->follow && e->nowhere == ELOOP;
    if (loops)
        os_walk_fail(c, ELOOP, false, "stat", e->path);
    return loops;
}

bool walk_report(void *data, const struct base_error *error, bool vanished, void *totals) {
    const struct walk_run *run = data;
    int on_error = run->args->on_error;
    (void)totals;
    if (on_error == WALK_IGNORE || (vanished && on_error != WALK_STRICT))
        return true;
    cli_report(run->cli, error);
    return on_error != WALK_STOP;
}

bool walk_emit(void *data, struct buf *out, void *totals) {
    const struct walk_run *run = data;
    (void)totals;
    return cli_emit_formatted(run->cli, out);
}
