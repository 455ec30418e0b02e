/* SPDX-License-Identifier: 0BSD
 *
 * The state of a run of xattr.
 */
#include <errno.h>

#include "applets/xattr/run.h"

void xattr_fail(const struct xattr_run *r, const struct xattr_work *w, struct base_error *e,
                const char *path) {
    e->path = path;
    if (w->chunk)
        os_walk_fail(w->chunk, e->errnum, e->errnum == ENOENT && w->depth, e->operation, path);
    else
        cli_report(r->cli, e);
}

void xattr_work_finish(void *work) {
    struct xattr_work *w = work;
    buf_finish(&w->names);
    buf_finish(&w->value);
    buf_finish(&w->decoded);
    vec_finish(&w->sorted);
    os_name_cache_finish(&w->users);
    os_name_cache_finish(&w->groups);
}

void xattr_args_finish(void *args) {
    vec_finish(&((struct xattr_args *)args)->match);
}
