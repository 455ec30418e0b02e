/* SPDX-License-Identifier: 0BSD
 *
 * Who reads which directory of a walk, and when what it holds is handed over.
 *
 * All directories that were listed and not yet handed over stand in one list,
 * in the order of handing over: a directory that was read has its children
 * right behind it (bottom-up: before it). The threads take the first that nobody
 * reads; the chunk of the first in the list is handed over by whoever finds it
 * complete. So every thread reads, none waits while there is work, and the
 * bytes are those of a single thread.
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "os/walk_node.h"

enum {
    WINDOW = 4 * 1024 * 1024, /* bytes of chunks that may wait, before threads stop reading ahead */
    NODE_COST = 256,          /* what a directory counts for in it, besides its chunk */
    STACK = 128 * 1024,       /* of a thread: nothing here recurses */
    OPEN_LEAST = 6,
    OPEN_MOST = 512,
    OPEN_SPARE = 8,          /* descriptors left to the callbacks and to opening again */
    SPARE_LARGE = 32 * 1024, /* a buffer that is larger is not kept */
    BATCH = 32,              /* directories handed over at a time */
    THREADS_WORTH = 4,       /* directories that wait, before another thread is started */
};

/* The lock is held for less time than falling asleep and being woken takes: glibc's mutex is told
 * to try for a while before it sleeps, musl's does so by itself. */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define MUTEX_INITIALIZER PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#else
#define MUTEX_INITIALIZER PTHREAD_MUTEX_INITIALIZER
#endif

/* The buffer of a chunk that was handed over is kept for another one. The lock is held. */
static void keep_buffer(struct walk_shared *s, struct walk_node *node) {
    if (!node->chunk.out.data || s->spare_count == WALK_SPARES)
        return;
    buf_clear(&node->chunk.out);
    s->spares[s->spare_count++] = node->chunk.out;
    node->chunk.out = (struct buf){ 0 };
}

/* ---- waiting ---- */

static void wait_for_change(struct walk_shared *s) {
    s->waiting++;
    pthread_cond_wait(&s->changed, &s->lock);
    s->waiting--;
}

static void wake(struct walk_shared *s) {
    if (s->waiting)
        pthread_cond_broadcast(&s->changed);
}

/* ---- handing over ---- */

static void stop(struct walk_shared *s) {
    s->stopped = true;
    wake(s);
}

static bool hand_over_errors(const struct os_walk *walk, struct os_walk_chunk *c, void *totals) {
    bool go_on = true;
    for (size_t at = 0; at < c->errors.len && go_on;) {
        struct os_walk_error error;
        struct base_error e;
        memcpy(&error, c->errors.data + at, sizeof error);
        struct os_file where = { AT_FDCWD, c->errors.data + at + sizeof error, false };
        os_file_fail(&where, error.errnum, error.operation, &e);
        go_on = walk->ops->error(walk->data, &e, error.vanished, totals);
        at += sizeof error + error.path_size;
    }
    buf_clear(&c->errors);
    return go_on;
}

/* The walk ends. */
static bool lack_memory(const struct os_walk *walk, void *totals) {
    struct base_error e;
    base_fail(&e, ENOMEM, "malloc", NULL);
    walk->ops->error(walk->data, &e, false, totals);
    return false;
}

/* What has been made of a directory so far. The lock is not held. */
static bool hand_over_chunk(const struct os_walk *walk, struct walk_node *node) {
    if (node->chunk.out.failed || node->chunk.errors.failed || node->line.failed)
        return lack_memory(walk, node->totals);
    if (node->chunk.out.len && !walk->ops->emit(walk->data, &node->chunk.out, node->totals))
        return false;
    return hand_over_errors(walk, &node->chunk, node->totals);
}

/* A directory's path, from the names above it; NULL: memory is short. */
static const char *path_of(struct buf *b, const struct walk_node *node) {
    if (!buf_reserve(b, node->path_size + 1))
        return NULL;
    for (const struct walk_node *step = node; step; step = step->parent) {
        if (step->parent)
            b->data[step->parent->path_size] = '/';
        memcpy(b->data + step->path_size - step->name_size, step->name, step->name_size);
    }
    b->data[node->path_size] = '\0';
    return b->data;
}

/* Bottom-up, what comes after all that is in the directory. */
static bool leave(struct walk_shared *s, struct walk_node *node) {
    const struct os_walk *walk = s->walk;
    if (walk->ops->leave && !node->closed_to_us) {
        struct os_walk_directory d = {
            .path = path_of(&s->path, node),
            .path_size = node->path_size,
            .depth = node->depth,
            .totals = node->totals,
            .parent_totals = node->parent ? node->parent->totals : NULL,
        };
        if (!d.path)
            return lack_memory(walk, node->totals);
        walk->ops->leave(walk->data, &d, &node->line);
    }
    if (node->line.failed)
        return lack_memory(walk, node->totals);
    return !node->line.len ||
           walk->ops->emit(walk->data, &node->line, node->parent ? node->parent->totals : NULL);
}

/* Takes those that are complete from the beginning of the list, some at a time: the lock is taken
 * once for them all, but what waits for room in the window does not wait long. */
static struct walk_list take_ready(struct walk_shared *s) {
    struct walk_list ready = { 0 };
    struct walk_node *node;
    for (unsigned i = 0; i < BATCH && (node = s->order.first) && node->state == WALK_READY; i++) {
        os_walk_list_remove(&s->order, node);
        os_walk_list_append(&ready, node);
    }
    return ready;
}

/* Hands over the beginning of the list, as far as it is complete. The lock is held, but not while
 * something is handed over. */
static void hand_over_ready(struct walk_shared *s) {
    if (s->emitting)
        return;
    s->emitting = true;
    while (s->order.first && s->order.first->state == WALK_READY && !s->stopped) {
        struct walk_list ready = take_ready(s);
        pthread_mutex_unlock(&s->lock);
        bool go_on = true;
        size_t size = 0;
        for (struct walk_node *node = ready.first; node; node = node->next) {
            go_on = go_on && hand_over_chunk(s->walk, node) && leave(s, node);
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
        if (!go_on)
            stop(s);
        wake(s);
    }
    s->emitting = false;
}

bool os_walk_hand_over(struct walk_worker *w, struct walk_node *node) {
    struct walk_shared *s = w->shared;
    bool go_on = true;
    pthread_mutex_lock(&s->lock);
    s->buffered += node->chunk.out.len - node->buffered;
    node->buffered = node->chunk.out.len;
    while (!s->stopped && (s->order.first != node || s->emitting) && s->buffered > WINDOW &&
           !s->walk->bottom_up)
        wait_for_change(s);
    if (s->order.first == node && !s->emitting && !s->walk->bottom_up) {
        s->emitting = true;
        pthread_mutex_unlock(&s->lock);
        go_on = hand_over_chunk(s->walk, node);
        pthread_mutex_lock(&s->lock);
        s->emitting = false;
        s->buffered -= node->buffered;
        node->buffered = 0;
        if (!go_on)
            stop(s);
        wake(s);
    }
    go_on = !s->stopped;
    pthread_mutex_unlock(&s->lock);
    return go_on;
}

/* ---- who reads what ---- */

/* The first node that waits, if it may be read now: reading ahead is bounded, but the first of all
 * is always read. The lock is held. */
static struct walk_node *claim(struct walk_shared *s) {
    struct walk_node *node = s->unread;
    while (node && node->state != WALK_WAITING)
        node = node->next_unread;
    if (!node || (node != s->order.first && s->buffered > WINDOW))
        return NULL;
    node->state = WALK_CLAIMED;
    return node;
}

/* A directory was read: its children take their places. The lock is held. */
static void settle(struct walk_worker *w, struct walk_node *node) {
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
    os_walk_node_release(w->shared, w->last);
    w->last = node;
}

/* A directory goes out before its subdirectories are chosen: with one thread it is its turn. */
static void steer(struct walk_worker *w, struct walk_node *node) {
    struct walk_shared *s = w->shared;
    struct buf names = { 0 };
    struct os_walk_directory d = { .path = path_of(&s->path, node),
                                   .path_size = node->path_size,
                                   .depth = node->depth };
    if (!d.path)
        s->failed = ENOMEM;
    bool go_on =
        d.path && hand_over_chunk(s->walk, node) && s->walk->ops->steer(s->walk->data, &d, &names);
    if (names.failed)
        s->failed = ENOMEM;
    for (size_t at = 0; at < names.len && go_on && !s->failed;) {
        const char *name = names.data + at + 1;
        struct walk_node *child = os_walk_node_new(w, node, name, strlen(name));
        if (!child) {
            s->failed = ENOMEM;
        } else {
            child->unlisted = names.data[at] == 'n';
            child->link = s->walk->follow;
            os_walk_list_append(&w->children, child);
        }
        at += strlen(name) + 2;
    }
    s->stopped |= !go_on || s->failed;
    buf_finish(&names);
}

static void read_claimed(struct walk_worker *w, struct walk_node *node) {
    struct walk_shared *s = w->shared;
    if (s->spare_count)
        node->chunk.out = s->spares[--s->spare_count];
    os_walk_pin_parent(s, node);
    pthread_mutex_unlock(&s->lock);
    if (os_walk_read(w, node) && s->walk->ops->steer)
        steer(w, node);
    if (!w->children.first)
        os_walk_close_early(s, node);
    pthread_mutex_lock(&s->lock);
    settle(w, node);
}

static void *run_thread(void *shared);

static bool is_worth_a_thread(const struct walk_shared *s) {
    unsigned waiting = 0;
    /* Each one has two descriptors that cannot be closed: of what it reads, and of its parent. */
    if (s->threads >= s->walk->jobs || s->waiting || 2 * (s->threads + 1) > s->open_most)
        return false;
    for (const struct walk_node *node = s->unread; node && waiting < THREADS_WORTH;
         node = node->next_unread)
        waiting += node->state == WALK_WAITING;
    return waiting >= THREADS_WORTH;
}

/* A thread that cannot be started is one less: the others do its work. */
static void start_thread(struct walk_shared *s) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return;
    pthread_attr_setstacksize(&attributes, STACK);
    if (buf_reserve(&s->thread_ids, sizeof thread) &&
        pthread_create(&thread, &attributes, run_thread, s) == 0) {
        buf_add(&s->thread_ids, &thread, sizeof thread);
        s->threads++;
    }
    pthread_attr_destroy(&attributes);
}

static void work(struct walk_worker *w) {
    struct walk_shared *s = w->shared;
    while (!s->stopped && s->order.first) {
        struct walk_node *node = claim(s);
        if (!node) {
            wait_for_change(s);
            continue;
        }
        read_claimed(w, node);
        if (is_worth_a_thread(s))
            start_thread(s);
        wake(s);
        hand_over_ready(s);
    }
    wake(s);
}

static void finish_worker(struct walk_worker *w) {
    os_walk_node_release(w->shared, w->last);
    buf_finish(&w->path);
    buf_finish(&w->room);
    buf_finish(&w->entries);
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
    const pthread_t *threads = (const pthread_t *)(const void *)s->thread_ids.data;
    for (size_t i = 0; i < s->thread_ids.len / sizeof *threads; i++)
        pthread_join(threads[i], NULL);
    buf_finish(&s->thread_ids);
}

/* ---- a walk ---- */

static void finish_shared(struct walk_shared *s) {
    while (s->spare_count)
        buf_finish(&s->spares[--s->spare_count]);
    os_walk_nodes_free(s->free_nodes);
    buf_finish(&s->path);
}

/* The last component without slashes at its end: what patterns look at. */
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

/* Follows TOP if `where` says so; a link that leads nowhere is there all the same: *nowhere. */
static int stat_top(const struct os_file *w, struct stat *st, int *nowhere, struct base_error *e) {
    const char *path = os_file_path(w);
    *nowhere = 0;
    if (fstatat(w->dir_fd, path, st, os_file_flags(w)) == 0)
        return 0;
    int errnum = errno;
    bool dangling = (errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP) && w->path &&
                    w->follow && fstatat(w->dir_fd, path, st, AT_SYMLINK_NOFOLLOW) == 0;
    *nowhere = errnum;
    return dangling ? 0 : os_file_fail(w, errnum, "stat", e);
}

static unsigned descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > OPEN_MOST + OPEN_SPARE)
        return OPEN_MOST;
    return limit.rlim_cur < OPEN_LEAST + OPEN_SPARE ? OPEN_LEAST
                                                    : (unsigned)limit.rlim_cur - OPEN_SPARE;
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

/* TOP as an entry: 1, enter it; 0, it is done; -errno. */
static int take_top(struct walk_worker *w, struct walk_node *node, const char *top,
                    struct base_error *error) {
    struct walk_shared *s = w->shared;
    const struct os_walk *walk = s->walk;
    struct stat st;
    int nowhere;
    int r = stat_top(s->where, &st, &nowhere, error);
    if (r < 0)
        return r;
    struct os_walk_entry e = {
        .path = top,
        .path_size = strlen(top),
        .type = IFTODT(st.st_mode),
        .is_directory = S_ISDIR(st.st_mode),
        .nowhere = nowhere,
        .ino = st.st_ino,
        .dir_fd = s->where->dir_fd,
    };
    name_of_top(top, &e);
    s->top_size = w->top_size = e.top_size;
    struct os_walk_chunk c = { 0 };
    bool enter = walk->ops->entry(walk->data, w->scratch, &e, &c) && e.is_directory;
    bool failed = c.out.failed || c.errors.failed;
    if (failed)
        base_fail(error, ENOMEM, "malloc", top);
    else if (enter && walk->bottom_up) {
        node->line = c.out;
        c.out = (struct buf){ 0 };
    } else if (c.out.len && !walk->ops->emit(walk->data, &c.out, NULL)) {
        s->stopped = true;
    }
    if (!hand_over_errors(walk, &c, node->totals))
        s->stopped = true;
    buf_finish(&c.out);
    buf_finish(&c.errors);
    return failed ? -ENOMEM : enter && !s->stopped;
}

int os_walk(const struct os_walk *walk, const struct os_file *where, const char *top,
            struct base_error *e) {
    struct walk_shared s = {
        .walk = walk,
        .where = where,
        .lock = MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .open_most = descriptors(),
        .threads = 1,
    };
    struct walk_worker w;
    struct walk_node *node =
        init_worker(&w, &s) ? os_walk_node_new(&w, NULL, top, strlen(top)) : NULL;
    int r = node ? take_top(&w, node, top, e) : base_fail(e, ENOMEM, "malloc", top);
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

unsigned os_usable_cpus(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? (unsigned)count : 1;
}
