/* SPDX-License-Identifier: 0BSD
 *
 * popen: a stream of the command. Its bytes are passed on, kept, or printed as
 * events. Nothing here waits: the loop polls for what a stream needs next.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applets/popen/run.h"
#include "base/io.h"
#include "os/clock.h"

enum {
    BLOCK = 65536,
    SPLICE = 1 << 20,
    LINE_NS = 50000000, /* an event waits that long for the end of its line */
};

void popen_stream_open(struct popen_stream *s, const char *name, int fd, int out,
                       const struct popen_args *args) {
    struct stat file;
    *s = (struct popen_stream){
        .name = name,
        .fd = fd,
        .out = out,
        .buffering = args->buffering,
        .limit = args->limit,
        .left = -1,
    };
    base_spool_init(&s->spool);
    if (out >= 0 && fstat(out, &file) == 0)
        s->careful = !S_ISREG(file.st_mode) && !S_ISBLK(file.st_mode);
}

bool popen_stream_is_reading(const struct popen_stream *s) {
    return s->fd >= 0 && !s->hung_up;
}

void popen_stream_stop(struct popen_stream *s) {
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* The command continues as if its output were kept; the record reports that it is not. */
static void stop_keeping(struct popen_stream *s, int errnum) {
    s->forgotten = errnum;
    base_spool_finish(&s->spool);
}

void popen_stream_close(struct popen_stream *s) {
    popen_stream_stop(s);
    if (s->forgotten)
        return;
    int r = base_spool_view(&s->spool, &s->kept, &s->kept_size);
    if (r < 0)
        stop_keeping(s, -r);
}

void popen_stream_finish(struct popen_stream *s) {
    base_spool_finish(&s->spool);
    buf_finish(&s->pending);
    buf_finish(&s->line);
}

/* ---- passing on ---- */

/* The reader of the output has closed it, or the disk is full: the command must see the same error
 * as without us. */
static void lose_output(struct popen_stream *s, int errnum) {
    s->lost = errnum;
    s->out = -1;
    buf_clear(&s->pending);
    s->sent = 0;
    s->full = false;
    popen_stream_stop(s);
}

/* The number of pending bytes that --buffering lets pass now. A line longer than a block passes in
 * parts, as with stdio. */
static size_t passable(const struct popen_stream *s) {
    size_t size = s->pending.len - s->sent;
    const char *bytes = s->pending.data + s->sent;
    if (!popen_stream_is_reading(s) || s->buffering <= 0 || size == 0 ||
        (s->buffering == 1 && size >= BLOCK))
        return size;
    if (s->buffering > 1)
        return size - size % (size_t)s->buffering;
    const char *newline = memrchr(bytes, '\n', size);
    return newline ? (size_t)(newline + 1 - bytes) : 0;
}

/* To a pipe or a terminal, no more than poll(2) promises room for. */
static void pass_on(struct popen_stream *s) {
    size_t size = passable(s);
    if (s->careful && size > PIPE_BUF)
        size = PIPE_BUF;
    if (size == 0)
        return;
    int r = base_write(s->out, s->pending.data + s->sent, size);
    if (r < 0) {
        lose_output(s, -r);
        return;
    }
    s->sent += size;
    if (s->sent < s->pending.len / 2)
        return;
    s->pending.len -= s->sent;
    memmove(s->pending.data, s->pending.data + s->sent, s->pending.len);
    s->sent = 0;
}

/* ---- events ---- */

static void emit_line(struct popen_run *p, struct popen_stream *s, bool partial) {
    popen_emit_event(p, s, partial);
    buf_clear(&s->line);
}

/* The incomplete line is not continued. */
static void end_line(struct popen_run *p, struct popen_stream *s) {
    if (s->line.len)
        emit_line(p, s, true);
}

static void add_lines(struct popen_run *p, struct popen_stream *s, const char *bytes, size_t size) {
    int64_t now = os_monotonic_ns();
    while (size) {
        const char *newline = memchr(bytes, '\n', size);
        size_t part = newline ? (size_t)(newline + 1 - bytes) : size;
        if (s->line.len == 0)
            s->line_time = now;
        buf_add(&s->line, bytes, part);
        if (newline)
            emit_line(p, s, false);
        else if (s->line.len >= BLOCK)
            emit_line(p, s, true);
        bytes += part;
        size -= part;
    }
}

int64_t popen_stream_flush_line(struct popen_run *p, struct popen_stream *s, int64_t now) {
    if (s->line.len && now >= s->line_time + LINE_NS)
        emit_line(p, s, true);
    return s->line.len ? s->line_time + LINE_NS : OS_NEVER;
}

/* ---- reading ---- */

static void count_bytes(struct popen_stream *s, size_t size) {
    s->total += size;
    if (s->left > 0)
        s->left = size < (size_t)s->left ? s->left - (int)size : 0;
}

static void receive(struct popen_run *p, struct popen_stream *s, const char *bytes, size_t size) {
    uint64_t left = s->total < s->limit ? s->limit - s->total : 0;
    size_t kept = size < left ? size : (size_t)left;
    count_bytes(s, size);
    if (s->out >= 0)
        buf_add(&s->pending, bytes, size);
    if (s->events)
        add_lines(p, s, bytes, kept);
    int r = s->captured && !s->forgotten ? base_spool_add(&s->spool, bytes, kept) : 0;
    if (r < 0)
        stop_keeping(s, -r);
    if (s->pending.failed || s->line.failed)
        lose_output(s, ENOMEM);
}

/* Moves bytes without a copy. Returns false if these descriptors cannot be spliced. */
static bool splice_on(struct popen_stream *s) {
    ssize_t moved = splice(s->fd, NULL, s->out, NULL, SPLICE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (moved > 0) {
        count_bytes(s, (size_t)moved);
        return true;
    }
    if (moved == 0) {
        popen_stream_stop(s);
        return true;
    }
    if (errno == EINVAL) { /* a terminal, or a file in append mode */
        s->splices = false;
        return false;
    }
    if (errno == EAGAIN)
        s->full = true; /* there was something to read */
    else if (errno != EINTR)
        lose_output(s, errno);
    return true;
}

static int read_stream(struct popen_run *p, struct popen_stream *s) {
    char room[BLOCK];
    if (s->splices && splice_on(s))
        return 0;
    ssize_t size = base_read(s->fd, room, sizeof room);
    if (size > 0) {
        receive(p, s, room, (size_t)size);
        return 0;
    }
    /* The terminal's other side is closed everywhere. Ours stays open: closing it means SIGHUP. */
    s->hung_up = size == -EIO && s->terminal;
    if (size < 0 && !s->hung_up)
        return (int)size;
    end_line(p, s);
    if (!s->hung_up)
        popen_stream_stop(s);
    return 0;
}

/* ---- what the loop needs ---- */

struct pollfd popen_stream_poll(const struct popen_stream *s, bool held) {
    if (s->out >= 0 && (s->full || passable(s)))
        return (struct pollfd){ .fd = s->out, .events = POLLOUT };
    bool reads = popen_stream_is_reading(s) && !held;
    return (struct pollfd){ .fd = reads ? s->fd : -1, .events = POLLIN };
}

int popen_stream_handle(struct popen_run *p, struct popen_stream *s, const struct pollfd *ready) {
    if (!ready->revents)
        return 0;
    if (ready->fd == s->fd && ready->events == POLLIN)
        return read_stream(p, s);
    if (s->full) {
        s->full = false; /* the next round reads again */
        if (ready->revents & POLLERR)
            lose_output(s, EPIPE);
        return 0;
    }
    pass_on(s);
    return 0;
}

bool popen_stream_is_behind(const struct popen_stream *s) {
    return s->pending.len || s->full;
}

void popen_stream_leave(struct popen_run *p, struct popen_stream *s) {
    end_line(p, s);
    s->leaked = s->leaked || popen_stream_is_reading(s);
    s->full = false;
    popen_stream_stop(s);
}

bool popen_stream_is_drained(struct popen_stream *s, bool quiet) {
    if (s->terminal)
        return quiet;
    if (s->left < 0 && ioctl(s->fd, FIONREAD, &s->left) < 0)
        s->left = 0;
    return s->left == 0;
}

bool popen_stream_is_ending(const struct popen_stream *s) {
    struct pollfd end = { .fd = s->fd };
    return poll(&end, 1, 0) > 0 && end.revents & POLLHUP;
}
