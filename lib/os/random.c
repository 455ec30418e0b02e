/* SPDX-License-Identifier: 0BSD
 *
 * Random bytes of the kernel's generator.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "os/child.h"
#include "os/random.h"

_Static_assert(OS_RANDOM_NONBLOCK == GRND_NONBLOCK, "ABI");
_Static_assert(OS_RANDOM_RANDOM == GRND_RANDOM, "ABI");
_Static_assert(OS_RANDOM_INSECURE == GRND_INSECURE, "ABI");

enum {
    INTERRUPTED_MOST = 50000, /* times in a row, without a byte: nothing would ever come */
    STACK = 128 * 1024,       /* of a thread: nothing here recurses */
    PIECES_WORTH = 8,         /* that each thread has to make, or it is not worth starting */
    WAKE_US = 10000,          /* between looks at the clock, while waiting */
};

static const char RANDOM_DEVICE[] = "/dev/random";
static const char URANDOM_DEVICE[] = "/dev/urandom";

const char *os_random_source_name(enum os_random_source source) {
    static const char names[][12] = { "", "vdso", "getrandom", "urandom", "random" };
    return source == OS_RANDOM_FROM_NOTHING ? NULL : names[source];
}

/* ---- devices ---- */

/* 1:8 and 1:9: anything may stand at that path in a chroot. The descriptor, or -errno. */
static int open_device(const char *path, unsigned number, struct base_error *e) {
    struct stat st;
    int fd = base_open(AT_FDCWD, path, O_RDONLY);
    if (fd < 0)
        return base_fail(e, -fd, "open", path);
    int errnum = fstat(fd, &st) < 0 ? errno : 0;
    if (!errnum && (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, number)))
        errnum = ENODEV;
    if (!errnum)
        return fd;
    close(fd);
    return base_fail(e, errnum, "fstat", path);
}

/* What getrandom(2) would have waited for: /dev/random is readable once the generator is seeded,
 * /dev/urandom always. */
static int wait_device(int fd, int64_t timeout, struct base_error *e) {
    int64_t now = os_monotonic_ns(), end;
    if (__builtin_add_overflow(now, timeout, &end))
        end = OS_NEVER;
    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int64_t left = end > now ? end - now : 0;
        struct timespec t = { (time_t)(left / 1000000000), (long)(left % 1000000000) };
        int n = ppoll(&p, 1, end == OS_NEVER ? NULL : &t, NULL);
        if (n > 0)
            return 0;
        if (n == 0)
            return base_fail(e, EAGAIN, "poll", RANDOM_DEVICE);
        if (errno != EINTR)
            return base_fail(e, errno, "poll", RANDOM_DEVICE);
        now = os_monotonic_ns();
    }
}

static int use_device(struct os_random *r, struct base_error *e) {
    int fd = -1;
    r->source = r->flags & OS_RANDOM_RANDOM ? OS_RANDOM_FROM_RANDOM : OS_RANDOM_FROM_URANDOM;
    if (!(r->flags & OS_RANDOM_INSECURE)) {
        fd = open_device(RANDOM_DEVICE, 8, e);
        if (fd < 0)
            return fd;
        int err = wait_device(fd, r->flags & OS_RANDOM_NONBLOCK ? 0 : OS_NEVER, e);
        if (err < 0 || r->source != OS_RANDOM_FROM_RANDOM)
            close(fd);
        if (err < 0)
            return err;
    }
    if (r->source == OS_RANDOM_FROM_URANDOM)
        fd = open_device(URANDOM_DEVICE, 9, e);
    if (fd < 0)
        return fd;
    r->fd = fd;
    return 0;
}

/* ---- asking ---- */

static bool use_vdso(struct os_random *r) {
    struct os_vgetrandom_params params;
    os_vgetrandom *call = os_vdso_getrandom(&params);
    if (!call)
        return false;
    void *state = mmap(NULL, params.size_of_opaque_state, (int)params.mmap_prot,
                       (int)params.mmap_flags, -1, 0);
    if (state == MAP_FAILED)
        return false;
    r->vdso = call;
    r->state = state;
    r->state_size = params.size_of_opaque_state;
    return true;
}

void os_random_begin(struct os_random *r, unsigned flags, uint64_t expected) {
    *r = (struct os_random){ .flags = flags, .fd = -1 };
    bool vdso = expected >= OS_RANDOM_VDSO_WORTH && use_vdso(r);
    r->source = vdso ? OS_RANDOM_FROM_VDSO : OS_RANDOM_FROM_CALL;
}

void os_random_end(struct os_random *r) {
    if (r->vdso) {
        explicit_bzero(r->state, r->state_size);
        munmap(r->state, r->state_size);
    }
    if (r->fd >= 0)
        close(r->fd);
    r->vdso = NULL;
    r->fd = -1;
}

static ssize_t ask_kernel(void *bytes, size_t size, unsigned flags) {
    ssize_t n = syscall(SYS_getrandom, bytes, size, flags);
    return n < 0 ? -errno : n;
}

static ssize_t ask(const struct os_random *r, void *bytes, size_t size) {
    if (r->fd >= 0) {
        ssize_t n = read(r->fd, bytes, size);
        return n < 0 ? -errno : n;
    }
    if (r->vdso)
        return r->vdso(bytes, size, r->flags, r->state, r->state_size);
    return ask_kernel(bytes, size, r->flags);
}

static int fail_ask(const struct os_random *r, int errnum, struct base_error *e) {
    bool device = r->fd >= 0;
    const char *path = r->source == OS_RANDOM_FROM_RANDOM ? RANDOM_DEVICE : URANDOM_DEVICE;
    return base_fail(e, errnum, device ? "read" : "getrandom", device ? path : NULL);
}

int os_random_fill(struct os_random *r, void *bytes, size_t size, struct base_error *e) {
    unsigned char *p = bytes;
    for (unsigned in_a_row = 0; size > 0;) {
        ssize_t n = ask(r, p, size);
        r->calls++;
        if (n > 0 && (size_t)n <= size) {
            r->partial += (size_t)n < size;
            r->bytes += (size_t)n;
            p += n;
            size -= (size_t)n;
            in_a_row = 0;
        } else if (n == -EINTR && in_a_row < INTERRUPTED_MOST) {
            r->interrupted++;
            in_a_row++;
        } else if ((n == -ENOSYS || n == -EPERM) && r->fd < 0) {
            int err = use_device(r, e);
            if (err < 0)
                return err;
        } else {
            return fail_ask(r, n < 0 ? (int)-n : EIO, e);
        }
    }
    return 0;
}

/* ---- many bytes ---- */

struct stream {
    pthread_mutex_t lock;
    unsigned flags;
    uint64_t left; /* bytes that nobody makes yet */
    os_random_take *take;
    void *data;
    bool stopped;
    int failed;              /* -errno of the first failure; 0: none */
    struct base_error error; /* of that */
    struct os_random total;  /* what the threads did */
};

static void add_counts(struct os_random *total, const struct os_random *r) {
    total->calls += r->calls;
    total->interrupted += r->interrupted;
    total->partial += r->partial;
    total->bytes += r->bytes;
    total->threads += r->threads;
    if (r->calls)
        total->source = r->source;
}

/* With the lock held; what is made meanwhile waits for it. */
static void make_pieces(struct stream *s, struct os_random *r, unsigned char *piece) {
    while (s->left && !s->stopped) {
        size_t size = s->left < OS_RANDOM_PIECE ? (size_t)s->left : OS_RANDOM_PIECE;
        struct base_error e;
        s->left -= size;
        pthread_mutex_unlock(&s->lock);
        int err = os_random_fill(r, piece, size, &e);
        pthread_mutex_lock(&s->lock);
        if (err < 0 && !s->failed) {
            s->failed = err;
            s->error = e;
        }
        if (s->failed || (!s->stopped && !s->take(s->data, piece, size)))
            s->stopped = true;
    }
}

/* A thread without memory is one less; the others make its pieces. */
static void work(struct stream *s, unsigned char *piece) {
    struct os_random r;
    if (!piece)
        return;
    pthread_mutex_lock(&s->lock);
    os_random_begin(&r, s->flags, s->left);
    r.threads = s->left > 0;
    make_pieces(s, &r, piece);
    add_counts(&s->total, &r);
    pthread_mutex_unlock(&s->lock);
    os_random_end(&r);
    explicit_bzero(piece, OS_RANDOM_PIECE);
}

static void *run_thread(void *data) {
    unsigned char *piece = malloc(OS_RANDOM_PIECE);
    work(data, piece);
    free(piece);
    return NULL;
}

/* As many as can be started; their ids are appended to `threads`. */
static void start_threads(struct stream *s, uint64_t most, struct buf *threads) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return;
    pthread_attr_setstacksize(&attributes, STACK);
    while (most-- > 0 && buf_reserve(threads, sizeof thread) &&
           pthread_create(&thread, &attributes, run_thread, s) == 0)
        buf_add(threads, &thread, sizeof thread);
    pthread_attr_destroy(&attributes);
}

int os_random_stream(struct os_random *r, uint64_t size, unsigned jobs, os_random_take *take,
                     void *data, struct base_error *e) {
    struct stream s = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .flags = r->flags,
        .left = size,
        .take = take,
        .data = data,
    };
    struct buf threads = { 0 };
    unsigned char *piece = malloc(OS_RANDOM_PIECE);
    if (!piece)
        return base_fail(e, ENOMEM, "malloc", NULL);
    uint64_t worth = size / ((uint64_t)PIECES_WORTH * OS_RANDOM_PIECE);
    if (worth > 1 && jobs > 1)
        start_threads(&s, (worth < jobs ? worth : jobs) - 1, &threads);
    work(&s, piece);
    const pthread_t *ids = (const pthread_t *)(const void *)threads.data;
    for (size_t i = 0; i < threads.len / sizeof *ids; i++)
        pthread_join(ids[i], NULL);
    buf_finish(&threads);
    free(piece);
    add_counts(r, &s.total);
    if (s.failed && e)
        *e = s.error;
    return s.failed;
}

/* ---- waiting ---- */

static void wake(int signo) {
    (void)signo;
}

/* Blocks in the kernel, as it looks for entropy only while somebody does; a signal is what ends
 * the wait. */
static ssize_t wait_call(int64_t end) {
    char byte;
    ssize_t n;
    unsigned in_a_row = 0;
    do
        n = ask_kernel(&byte, 1, 0);
    while (n == -EINTR && ++in_a_row < INTERRUPTED_MOST && os_monotonic_ns() < end);
    explicit_bzero(&byte, 1);
    return n == -EINTR ? -EAGAIN : n;
}

static ssize_t wait_call_until(int64_t end) {
    struct sigaction action = { .sa_handler = wake }, old_action;
    struct itimerval timer = { { 0, WAKE_US }, { 0, WAKE_US } }, old_timer;
    sigset_t mask, old_mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    sigaction(SIGALRM, &action, &old_action);
    pthread_sigmask(SIG_UNBLOCK, &mask, &old_mask);
    setitimer(ITIMER_REAL, &timer, &old_timer);
    ssize_t n = wait_call(end);
    setitimer(ITIMER_REAL, &old_timer, NULL);
    pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
    sigaction(SIGALRM, &old_action, NULL);
    return n;
}

static int wait_for_device(int64_t timeout, struct base_error *e) {
    int fd = open_device(RANDOM_DEVICE, 8, e);
    if (fd < 0)
        return fd;
    int err = wait_device(fd, timeout, e);
    close(fd);
    return err;
}

int os_random_wait(int64_t timeout, struct base_error *e) {
    char byte;
    int64_t end;
    if (__builtin_add_overflow(os_monotonic_ns(), timeout, &end))
        end = OS_NEVER;
    ssize_t n = ask_kernel(&byte, 1, GRND_NONBLOCK);
    explicit_bzero(&byte, 1);
    if ((n == -EAGAIN || n == -EINTR) && timeout)
        n = end == OS_NEVER ? wait_call(end) : wait_call_until(end);
    if (n == -ENOSYS || n == -EPERM)
        return wait_for_device(timeout, e);
    return n > 0 ? 0 : base_fail(e, n < 0 ? (int)-n : EIO, "getrandom", NULL);
}
