/* SPDX-License-Identifier: 0BSD
 *
 * Many random bytes, made by several threads.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/vec.h"
#include "os/clock.h"
#include "os/random_choice.h"
#include "os/random_stream.h"

enum {
    STACK = 128 * 1024, /* of a thread: nothing here recurses */
    PIECES_WORTH = 8,   /* for each thread, or it is not worth starting */
    PIECES_CHOICE = 16, /* for each thread, or timing two sources is not worth it */
};

struct stream {
    pthread_mutex_t lock;
    unsigned flags;
    bool choose;   /* the vDSO and getrandom(2) are timed */
    uint64_t left; /* bytes that no thread has claimed */
    os_random_consume *consume;
    void *data;
    bool stopped;
    int failed;              /* -errno of the first failure; 0: none */
    struct base_error error; /* of that */
    struct os_random total;  /* totals of the threads */
    uint64_t bytes_from[OS_RANDOM_SOURCES];
};

struct worker {
    struct stream *stream;
    struct os_random random;
    struct os_random_choice choice;
    uint64_t bytes_from[OS_RANDOM_SOURCES];
};

static void add_counts(struct os_random *total, const struct os_random *r) {
    total->calls += r->calls;
    total->interrupted += r->interrupted;
    total->partial += r->partial;
    total->bytes += r->bytes;
    total->threads += r->threads;
}

/* The thread's CPU time: another thread that runs in between does not count. */
static int64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return os_timespec_ns(now);
}

/* Incomplete pieces are not timed; each of them is the last one of its thread. */
static int fill_from_faster(struct worker *w, unsigned char *piece, size_t size,
                            struct base_error *e) {
    struct os_random_choice *c = &w->choice;
    bool timed = os_random_choice_timed(c);
    os_random_use(&w->random, os_random_choice_next(c) ? OS_RANDOM_FROM_CALL : OS_RANDOM_FROM_VDSO);
    int64_t before = timed ? cpu_ns() : 0;
    int err = os_random_fill(&w->random, piece, size, e);
    if (size == OS_RANDOM_PIECE)
        os_random_choice_add(c, size, timed ? cpu_ns() - before : 0);
    return err;
}

static int fill(struct worker *w, unsigned char *piece, size_t size, struct base_error *e) {
    int err = w->stream->choose && os_random_has_both(&w->random)
                  ? fill_from_faster(w, piece, size, e)
                  : os_random_fill(&w->random, piece, size, e);
    w->bytes_from[w->random.source] += size;
    return err;
}

/* Called with the lock held; other pieces that are ready wait. */
static void make_pieces(struct worker *w, unsigned char *piece) {
    struct stream *s = w->stream;
    while (s->left && !s->stopped) {
        size_t size = s->left < OS_RANDOM_PIECE ? (size_t)s->left : OS_RANDOM_PIECE;
        struct base_error e;
        s->left -= size;
        pthread_mutex_unlock(&s->lock);
        int err = fill(w, piece, size, &e);
        pthread_mutex_lock(&s->lock);
        if (err < 0 && !s->failed) {
            s->failed = err;
            s->error = e;
        }
        if (s->failed || (!s->stopped && !s->consume(s->data, piece, size)))
            s->stopped = true;
    }
}

/* A thread without memory does nothing; the others make its pieces. */
static void work(struct stream *s, unsigned char *piece) {
    struct worker w = { .stream = s };
    if (!piece)
        return;
    pthread_mutex_lock(&s->lock);
    os_random_init(&w.random, s->flags, s->left);
    w.random.threads = s->left > 0;
    make_pieces(&w, piece);
    add_counts(&s->total, &w.random);
    for (unsigned i = 0; i < OS_RANDOM_SOURCES; i++)
        s->bytes_from[i] += w.bytes_from[i];
    pthread_mutex_unlock(&s->lock);
    os_random_finish(&w.random);
    explicit_bzero(piece, OS_RANDOM_PIECE);
}

static void *run_thread(void *data) {
    unsigned char *piece = malloc(OS_RANDOM_PIECE);
    work(data, piece);
    free(piece);
    return NULL;
}

struct threads BASE_VEC(pthread_t);

/* Starts up to `count` threads, fewer if memory or threads are short. */
static void start_threads(struct stream *s, uint64_t count, struct threads *threads) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return;
    pthread_attr_setstacksize(&attributes, STACK);
    while (count-- > 0 && vec_reserve(threads, 1) &&
           pthread_create(&thread, &attributes, run_thread, s) == 0)
        threads->items[threads->count++] = thread;
    pthread_attr_destroy(&attributes);
}

static enum os_random_source main_source(const struct stream *s) {
    enum os_random_source most = OS_RANDOM_FROM_NOTHING;
    for (unsigned i = 0; i < OS_RANDOM_SOURCES; i++)
        if (s->bytes_from[i] > s->bytes_from[most])
            most = (enum os_random_source)i;
    return most;
}

int os_random_stream(struct os_random *r, uint64_t size, unsigned jobs, os_random_consume *consume,
                     void *data, struct base_error *e) {
    struct stream s = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .flags = r->flags,
        .left = size,
        .consume = consume,
        .data = data,
    };
    struct threads threads = { 0 };
    unsigned char *piece = malloc(OS_RANDOM_PIECE);
    if (!piece)
        return base_fail(e, ENOMEM, "malloc", NULL);
    uint64_t worth = size / ((uint64_t)PIECES_WORTH * OS_RANDOM_PIECE);
    uint64_t count = worth < jobs ? worth : jobs;
    s.choose = size / ((uint64_t)PIECES_CHOICE * OS_RANDOM_PIECE) >= (count ? count : 1);
    if (count > 1)
        start_threads(&s, count - 1, &threads);
    work(&s, piece);
    for (size_t i = 0; i < threads.count; i++)
        pthread_join(threads.items[i], NULL);
    vec_finish(&threads);
    free(piece);
    add_counts(r, &s.total);
    if (s.total.bytes)
        r->source = main_source(&s);
    if (s.failed && e)
        *e = s.error;
    return s.failed;
}
