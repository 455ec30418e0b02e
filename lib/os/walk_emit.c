/* SPDX-License-Identifier: 0BSD
 *
 * From the chunks of directories to the callbacks of a walk, in order: whichever
 * thread finds that the first directory is ready emits it and those that follow.
 */
#include <errno.h>

#include "os/walk_node.h"

enum {
    SPARE_LARGE = 32 * 1024, /* a larger buffer is not kept */
    BATCH = 32,              /* directories that are emitted between two looks at the order */
};

/* ---- waiting ---- */

void os_walk_wait(struct walk_shared *s) {
    s->waiting++;
    pthread_cond_wait(&s->changed, &s->lock);
    s->waiting--;
}

void os_walk_wake(struct walk_shared *s) {
    if (s->waiting)
        pthread_cond_broadcast(&s->changed);
}

void os_walk_stop(struct walk_shared *s, int r) {
    if (r != -ECANCELED && !s->failed)
        s->failed = -r;
    s->stopped = true;
    os_walk_wake(s);
}

/* ---- failures ---- */

/* The representation of a failure in a chunk. */
struct failure {
    int errnum;
    bool vanished;
    const char *operation;
    size_t path_size; /* bytes that follow, including a NUL */
};

void os_walk_fail_sized(struct os_walk_chunk *c, int errnum, bool vanished, const char *operation,
                        const char *path, size_t size) {
    struct failure failure = { errnum, vanished, operation, size + 1 };
    buf_add(&c->errors, &failure, sizeof failure);
    buf_add(&c->errors, path, size);
    buf_add_char(&c->errors, '\0');
}

void os_walk_fail(struct os_walk_chunk *c, int errnum, bool vanished, const char *operation,
                  const char *path) {
    os_walk_fail_sized(c, errnum, vanished, operation, path, strlen(path));
}

static bool emit_failures(const struct os_walk *walk, struct os_walk_chunk *c, void *totals) {
    bool go_on = true;
    for (size_t at = 0; at < c->errors.len && go_on;) {
        struct failure failure;
        struct base_error e;
        memcpy(&failure, c->errors.data + at, sizeof failure);
        struct os_file file = { AT_FDCWD, c->errors.data + at + sizeof failure, false };
        os_file_fail(&file, failure.errnum, failure.operation, &e);
        go_on = walk->ops->error(walk->data, &e, failure.vanished, totals);
        at += sizeof failure + failure.path_size;
    }
    buf_clear(&c->errors);
    return go_on;
}

/* ---- in order ---- */

int os_walk_emit(const struct os_walk *walk, struct os_walk_chunk *c, void *out_totals,
                 void *totals) {
    if (c->out.failed || c->errors.failed)
        return -ENOMEM;
    if (c->out.len && !walk->ops->emit(walk->data, &c->out, out_totals))
        return -ECANCELED;
    return emit_failures(walk, c, totals) ? 0 : -ECANCELED;
}

const char *os_walk_path(struct walk_shared *s, const struct walk_node *node) {
    struct buf *path = &s->path;
    buf_clear(path);
    if (!buf_reserve(path, node->path_size + 1))
        return NULL;
    for (const struct walk_node *step = node; step; step = step->parent) {
        if (step->parent)
            path->data[step->parent->path_size] = '/';
        memcpy(path->data + step->path_size - step->name_size, step->name, step->name_size);
    }
    path->data[node->path_size] = '\0';
    return path->data;
}

/* Bottom-up, what follows the subtree of a directory: its own line. Returns as os_walk_emit(). */
static int emit_line(struct walk_shared *s, struct walk_node *node) {
    const struct os_walk *walk = s->walk;
    void *parent_totals = node->parent ? node->parent->totals : NULL;
    if (walk->ops->leave && !node->not_entered) {
        struct os_walk_directory d = {
            .path = os_walk_path(s, node),
            .path_size = node->path_size,
            .depth = node->depth,
            .totals = node->totals,
            .parent_totals = parent_totals,
        };
        if (!d.path || node->line.failed)
            return -ENOMEM;
        walk->ops->leave(walk->data, &d, &node->line);
    }
    if (node->line.failed)
        return -ENOMEM;
    return !node->line.len || walk->ops->emit(walk->data, &node->line, parent_totals) ? 0
                                                                                      : -ECANCELED;
}

/* Keeps the buffer of a chunk that was emitted for another one. */
static void keep_buffer(struct walk_shared *s, struct walk_node *node) {
    if (!node->chunk.out.data || s->spare_count == WALK_SPARES)
        return;
    buf_clear(&node->chunk.out);
    s->spares[s->spare_count++] = node->chunk.out;
    node->chunk.out = (struct buf){ 0 };
}

/* Removes the ready nodes at the beginning of the order, a limited number at a time: the lock is
 * taken once for them all, but threads that wait for room in the window do not wait long. */
static struct walk_list take_ready(struct walk_shared *s) {
    struct walk_list ready = { 0 };
    struct walk_node *node;
    for (unsigned i = 0; i < BATCH && (node = s->order.first) && node->state == WALK_READY; i++) {
        os_walk_list_remove(&s->order, node);
        os_walk_list_append(&ready, node);
    }
    return ready;
}

void os_walk_emit_ready(struct walk_shared *s) {
    if (s->emitting)
        return;
    s->emitting = true;
    while (s->order.first && s->order.first->state == WALK_READY && !s->stopped) {
        struct walk_list ready = take_ready(s);
        pthread_mutex_unlock(&s->lock);
        int r = 0;
        size_t size = 0;
        for (struct walk_node *node = ready.first; node; node = node->next) {
            if (r == 0)
                r = os_walk_emit(s->walk, &node->chunk, node->totals, node->totals);
            if (r == 0)
                r = emit_line(s, node);
            size += node->buffered;
            if (node->chunk.out.cap > SPARE_LARGE)
                buf_finish(&node->chunk.out);
        }
        pthread_mutex_lock(&s->lock);
        s->buffered -= size;
        for (struct walk_node *node = ready.first, *next; node; node = next) {
            next = node->next;
            keep_buffer(s, node);
            os_walk_node_release(s, node);
        }
        if (r < 0)
            os_walk_stop(s, r);
        os_walk_wake(s);
    }
    s->emitting = false;
}

int os_walk_emit_part(struct walk_worker *w, struct walk_node *node) {
    struct walk_shared *s = w->shared;
    pthread_mutex_lock(&s->lock);
    s->buffered += node->chunk.out.len - node->buffered;
    node->buffered = node->chunk.out.len;
    while (!s->stopped && (s->order.first != node || s->emitting) && s->buffered > WALK_WINDOW &&
           !s->walk->bottom_up)
        os_walk_wait(s);
    if (s->order.first == node && !s->emitting && !s->walk->bottom_up && !s->stopped) {
        s->emitting = true;
        pthread_mutex_unlock(&s->lock);
        int r = os_walk_emit(s->walk, &node->chunk, node->totals, node->totals);
        pthread_mutex_lock(&s->lock);
        s->emitting = false;
        s->buffered -= node->buffered;
        node->buffered = 0;
        if (r < 0)
            os_walk_stop(s, r);
        os_walk_wake(s);
    }
    bool stopped = s->stopped;
    pthread_mutex_unlock(&s->lock);
    return stopped ? -ECANCELED : 0;
}
