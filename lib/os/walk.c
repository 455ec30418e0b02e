/* SPDX-License-Identifier: 0BSD
 *
 * Which thread reads which directory of a walk, and when.
 *
 * All directories that were listed and not yet emitted are in one list, in the
 * order of output: a directory that was read is followed immediately by its
 * children (bottom-up: preceded). Each thread claims the first one that is not
 * claimed yet; the thread that finds the first in the list ready emits it. So
 * every thread reads, none waits while there is work, and the output is that of
 * a single thread.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "os/walk_node.h"

enum {
    NODE_COST = 256,    /* size of a directory in the window, besides its chunk */
    STACK = 128 * 1024, /* of a thread: nothing here recurses */
    THREADS_WORTH = 4,  /* directories that wait, before another thread is started */
};

/* The lock is held for a shorter time than it takes to sleep and be woken: glibc's mutex can spin
 * for a while before it sleeps, musl's always does. */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define MUTEX_INITIALIZER PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#else
#define MUTEX_INITIALIZER PTHREAD_MUTEX_INITIALIZER
#endif

/* ---- who reads what ---- */

/* Returns the first node that is not claimed, if it may be read now: reading ahead is bounded, but
 * the first of all is always read. The lock is held. */
static struct walk_node *claim(struct walk_shared *s) {
    struct walk_node *node = s->unread;
    while (node && node->state != WALK_WAITING)
        node = node->next_unread;
    if (!node || (node != s->order.first && s->buffered > WALK_WINDOW))
        return NULL;
    node->state = WALK_CLAIMED;
    return node;
}

/* A directory was read, with the result of os_walk_read(): its children take their places. The
 * lock is held. */
static void settle(struct walk_worker *w, struct walk_node *node, int r) {
    struct walk_shared *s = w->shared;
    for (struct walk_node *child = w->children.first; child; child = child->next) {
        node->references++;
        if (child->state != WALK_WAITING)
            continue;
        node->pending++;
        os_walk_unread_insert(s, node, child);
    }
    os_walk_unread_remove(s, node);
    os_walk_list_splice(&s->order, s->walk->bottom_up ? node->previous : node, &w->children);
    os_walk_unpin_parent(s, node);
    os_walk_settle(s, node);
    node->state = WALK_READY;
    s->buffered += node->chunk.out.len + NODE_COST - node->buffered;
    node->buffered = node->chunk.out.len + NODE_COST;
    /* The path stays the thread's; so does the node. */
    node->references++;
    os_walk_node_release(s, w->last);
    w->last = node;
    if (r < 0)
        os_walk_stop(s, r);
}

/* The children that a reply to steer() names. Returns 0 or -ENOMEM. */
static int add_steered(struct walk_worker *w, struct walk_node *node, const struct buf *names) {
    if (names->failed)
        return -ENOMEM;
    for (size_t at = 0; at < names->len;) {
        const char *name = names->data + at + 1;
        struct walk_node *child = os_walk_node_new(w, node, name, strlen(name));
        if (!child)
            return -ENOMEM;
        child->unlisted = names->data[at] == 'n';
        child->link = w->shared->walk->follow;
        os_walk_list_append(&w->children, child);
        at += strlen(name) + 2;
    }
    return 0;
}

/* A directory is emitted before its subdirectories are chosen: with one thread it is its turn.
 * Returns 0, or -errno for os_walk_stop(). */
static int steer(struct walk_worker *w, struct walk_node *node) {
    struct walk_shared *s = w->shared;
    const struct os_walk *walk = s->walk;
    struct buf names = { 0 };
    int r = os_walk_emit(walk, &node->chunk, node->totals, node->totals);
    if (r < 0)
        return r;
    struct os_walk_directory d = {
        .path = os_walk_path(s, node),
        .path_size = node->path_size,
        .depth = node->depth,
    };
    if (!d.path)
        return -ENOMEM;
    r = walk->ops->steer(walk->data, &d, &names) ? add_steered(w, node, &names) : -ECANCELED;
    buf_finish(&names);
    return r;
}

/* Reads a node that was claimed. The lock is held, but released meanwhile. */
static void read_claimed(struct walk_worker *w, struct walk_node *node) {
    struct walk_shared *s = w->shared;
    if (s->spare_count)
        node->chunk.out = s->spares[--s->spare_count];
    int parent_fd = os_walk_pin_parent(s, node);
    pthread_mutex_unlock(&s->lock);
    int r = os_walk_read(w, node, parent_fd);
    if (r > 0 && s->walk->ops->steer)
        r = steer(w, node);
    if (!w->children.first)
        os_walk_close_early(s, node);
    pthread_mutex_lock(&s->lock);
    settle(w, node, r);
}

static void *run_thread(void *shared);

static bool is_worth_a_thread(const struct walk_shared *s) {
    unsigned waiting = 0;
    /* Each thread has two descriptors that cannot be closed: the one it reads, and that of its
     * parent. */
    if (s->threads >= s->walk->jobs || s->waiting || 2 * (s->threads + 1) > s->open_most)
        return false;
    for (const struct walk_node *node = s->unread; node && waiting < THREADS_WORTH;
         node = node->next_unread)
        waiting += node->state == WALK_WAITING;
    return waiting >= THREADS_WORTH;
}

/* If a thread cannot be started, the others do its work. */
static void start_thread(struct walk_shared *s) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return;
    pthread_attr_setstacksize(&attributes, STACK);
    if (vec_reserve(&s->started, 1) && pthread_create(&thread, &attributes, run_thread, s) == 0) {
        s->started.items[s->started.count++] = thread;
        s->threads++;
    }
    pthread_attr_destroy(&attributes);
}

static void work(struct walk_worker *w) {
    struct walk_shared *s = w->shared;
    while (!s->stopped && s->order.first) {
        struct walk_node *node = claim(s);
        if (!node) {
            os_walk_wait(s);
            continue;
        }
        read_claimed(w, node);
        if (is_worth_a_thread(s))
            start_thread(s);
        os_walk_wake(s);
        os_walk_emit_ready(s);
    }
    os_walk_wake(s);
}

static void finish_worker(struct walk_worker *w) {
    os_walk_node_release(w->shared, w->last);
    buf_finish(&w->path);
    buf_finish(&w->room);
    vec_finish(&w->kept);
    buf_finish(&w->names);
    if (w->scratch && w->shared->walk->scratch_finish)
        w->shared->walk->scratch_finish(w->scratch);
    free(w->scratch);
    os_walk_nodes_free(w->free_nodes);
}

static bool init_worker(struct walk_worker *w, struct walk_shared *s) {
    *w = (struct walk_worker){ .shared = s, .top_size = s->top_size };
    size_t size = s->walk->scratch_size;
    w->scratch = size ? calloc(1, size) : NULL;
    return !size || w->scratch;
}

static void *run_thread(void *shared) {
    struct walk_shared *s = shared;
    struct walk_worker w;
    pthread_mutex_lock(&s->lock);
    if (init_worker(&w, s))
        work(&w);
    finish_worker(&w);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void join_threads(struct walk_shared *s) {
    for (size_t i = 0; i < s->started.count; i++)
        pthread_join(s->started.items[i], NULL);
    vec_finish(&s->started);
}

/* ---- a walk ---- */

static void finish_shared(struct walk_shared *s) {
    while (s->spare_count)
        buf_finish(&s->spares[--s->spare_count]);
    os_walk_nodes_free(s->free_nodes);
    buf_finish(&s->path);
}

/* The last component, without trailing slashes, which patterns are matched against. */
static void name_of_top(const char *top, struct os_walk_entry *e) {
    size_t end = strlen(top);
    while (end > 1 && top[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && top[start - 1] != '/')
        start--;
    e->name = top + (start < end ? start : 0);
    e->name_size = end - (start < end ? start : 0);
    e->top_size = end == 1 && top[0] == '/' ? 0 : end;
}

/* Follows TOP if requested; a link that cannot be resolved is an entry all the same, and *nowhere
 * is the errno. */
static int stat_top(const struct os_file *file, struct stat *st, int *nowhere,
                    struct base_error *e) {
    const char *path = os_file_path(file);
    *nowhere = 0;
    if (fstatat(file->dir_fd, path, st, os_file_flags(file)) == 0)
        return 0;
    int errnum = errno;
    bool dangling = (errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP) && file->path &&
                    file->follow && fstatat(file->dir_fd, path, st, AT_SYMLINK_NOFOLLOW) == 0;
    *nowhere = errnum;
    return dangling ? 0 : os_file_fail(file, errnum, "stat", e);
}

static void run_walk(struct walk_worker *w, struct walk_node *top) {
    struct walk_shared *s = w->shared;
    os_walk_list_append(&s->order, top);
    s->unread = top;
    pthread_mutex_lock(&s->lock);
    work(w);
    pthread_mutex_unlock(&s->lock);
    join_threads(s);
    for (struct walk_node *node = s->order.first, *next; node; node = next) { /* after a stop */
        next = node->next;
        os_walk_node_release(s, node);
    }
}

/* Lists TOP itself. Returns 1: enter it; 0: the walk is complete, or was stopped; or -errno. */
static int list_top(struct walk_worker *w, struct walk_node *node, const char *top,
                    struct base_error *error) {
    struct walk_shared *s = w->shared;
    const struct os_walk *walk = s->walk;
    struct stat st;
    int nowhere;
    int r = stat_top(s->top_file, &st, &nowhere, error);
    if (r < 0)
        return r;
    struct os_walk_entry e = {
        .path = top,
        .path_size = strlen(top),
        .type = (unsigned char)IFTODT(st.st_mode),
        .is_directory = S_ISDIR(st.st_mode),
        .nowhere = nowhere,
        .ino = st.st_ino,
        .dir_fd = s->top_file->dir_fd,
    };
    name_of_top(top, &e);
    s->top_size = w->top_size = e.top_size;
    struct os_walk_chunk c = { 0 };
    bool enter = walk->ops->entry(walk->data, w->scratch, &e, &c) && e.is_directory;
    if (enter && walk->bottom_up) {
        node->line = c.out; /* if that failed, emit_line() finds out */
        c.out = (struct buf){ 0 };
    }
    r = os_walk_emit(walk, &c, NULL, node->totals);
    buf_finish(&c.out);
    buf_finish(&c.errors);
    if (r == -ENOMEM)
        return base_fail(error, ENOMEM, "malloc", top);
    return enter && r == 0;
}

int os_walk(const struct os_walk *walk, const struct os_file *file, const char *top,
            struct base_error *e) {
    struct walk_shared s = {
        .walk = walk,
        .top_file = file,
        .lock = MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .open_most = os_walk_open_limit(),
        .threads = 1,
    };
    struct walk_worker w;
    struct walk_node *node =
        init_worker(&w, &s) ? os_walk_node_new(&w, NULL, top, strlen(top)) : NULL;
    int r = node ? list_top(&w, node, top, e) : base_fail(e, ENOMEM, "malloc", top);
    if (r > 0) {
        run_walk(&w, node);
        r = s.failed ? base_fail(e, s.failed, "malloc", top) : 0;
    } else if (node) {
        os_walk_node_release(&s, node);
    }
    finish_worker(&w);
    finish_shared(&s);
    return r;
}
