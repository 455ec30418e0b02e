/* SPDX-License-Identifier: 0BSD
 *
 * popen: a stream of the command. Its bytes are passed on, kept, or printed as
 * events. Nothing here waits: the loop polls for what a stream needs next.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "applets/popen/run.h"
#include "base/io.h"
#include "os/clock.h"

enum {
    BLOCK = 65536,      /* small enough to be in the processor's cache when it is written */
    TURN = 16,          /* blocks that a stream may read while others wait */
    LINE_NS = 50000000, /* an event waits that long for the end of its line */
};

/* A write to a file waits at most for the disk; /dev/null and /dev/full answer at once. */
static bool never_blocks(const struct stat *file) {
    bool null = file->st_rdev == makedev(1, 3) || file->st_rdev == makedev(1, 7);
    return S_ISREG(file->st_mode) || S_ISBLK(file->st_mode) || (S_ISCHR(file->st_mode) && null);
}

void popen_stream_open(struct popen_stream *s, const char *name, int fd, int out,
                       const struct popen_args *args) {
    struct stat file;
    *s = (struct popen_stream){
        .name = name,
        .fd = fd,
        .out = out,
        .own_out = -1,
        .buffering = args->buffering,
        .limit = args->limit,
        .left = -1,
    };
    base_spool_init(&s->spool);
    if (out >= 0 && fstat(out, &file) == 0) {
        s->careful = !never_blocks(&file);
        s->to_pipe = S_ISFIFO(file.st_mode);
    }
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

static void close_out(struct popen_stream *s) {
    if (s->own_out >= 0)
        close(s->own_out);
    s->out = s->own_out = -1;
}

void popen_stream_finish(struct popen_stream *s) {
    close_out(s);
    base_spool_finish(&s->spool);
    buf_finish(&s->pending);
    buf_finish(&s->line);
}

/* ---- passing on ---- */

/* The reader of the output has closed it, or the disk is full: the command must see the same error
 * as without us. */
static void lose_output(struct popen_stream *s, int errnum) {
    s->lost = errnum;
    close_out(s);
    buf_clear(&s->pending);
    s->sent = 0;
    popen_stream_stop(s);
}

/* How many of the bytes --buffering lets pass now. A line longer than a block passes in parts, as
 * with stdio. */
static size_t passable(const struct popen_stream *s, const char *bytes, size_t size) {
    if (!popen_stream_is_reading(s) || s->buffering <= 0 || size == 0 ||
        (s->buffering == 1 && size >= BLOCK))
        return size;
    if (s->buffering > 1)
        return size - size % (size_t)s->buffering;
    const char *newline = memrchr(bytes, '\n', size);
    return newline ? (size_t)(newline + 1 - bytes) : 0;
}

static bool is_passable(const struct popen_stream *s) {
    return s->out >= 0 && passable(s, s->pending.data + s->sent, s->pending.len - s->sent);
}

/* A large write to a pipe would wait for its reader. The pipe is opened once more for us, without
 * blocking, because the flags of the inherited descriptor are those of other processes, too. */
static void open_pipe_again(struct popen_stream *s) {
    int fd = base_reopen(s->out, O_WRONLY | O_NONBLOCK);
    s->to_pipe = false; /* one attempt */
    if (fd < 0)
        return;
    s->out = s->own_out = fd;
    s->careful = false;
}

/* Writes what `out` has room for, and returns how much that is. Unless `ready`, poll(2) has not
 * reported room: it promises PIPE_BUF bytes. */
static size_t write_some(struct popen_stream *s, const char *bytes, size_t size, bool ready) {
    if (size > PIPE_BUF && s->to_pipe)
        open_pipe_again(s);
    if (s->careful && !ready)
        return 0;
    if (s->careful && size > PIPE_BUF)
        size = PIPE_BUF;
    ssize_t written = base_write_once(s->out, bytes, size);
    if (written >= 0)
        return (size_t)written;
    if (written != -EAGAIN)
        lose_output(s, (int)-written);
    return 0;
}

static void write_pending(struct popen_stream *s) {
    const char *bytes = s->pending.data + s->sent;
    s->sent += write_some(s, bytes, passable(s, bytes, s->pending.len - s->sent), true);
    if (s->sent < s->pending.len / 2)
        return;
    s->pending.len -= s->sent;
    memmove(s->pending.data, s->pending.data + s->sent, s->pending.len);
    s->sent = 0;
}

/* Keeps what cannot be written at once. */
static void pass_on(struct popen_stream *s, const char *bytes, size_t size) {
    size_t now = s->pending.len ? 0 : passable(s, bytes, size);
    size_t written = now ? write_some(s, bytes, now, false) : 0;
    if (s->out >= 0)
        buf_add(&s->pending, bytes + written, size - written);
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
        pass_on(s, bytes, size);
    if (s->events)
        add_lines(p, s, bytes, kept);
    int r = s->captured && !s->forgotten ? base_spool_add(&s->spool, bytes, kept) : 0;
    if (r < 0)
        stop_keeping(s, -r);
    if (s->pending.failed || s->line.failed)
        lose_output(s, ENOMEM);
}

/* The terminal's other side is closed everywhere. Ours stays open: closing it means SIGHUP. */
static void end_stream(struct popen_run *p, struct popen_stream *s) {
    end_line(p, s);
    s->hung_up = s->terminal;
    if (!s->terminal)
        popen_stream_stop(s);
}

/* Returns 1 if there may be more to read and nothing to write first, 0, or -errno. */
static int read_block(struct popen_run *p, struct popen_stream *s) {
    if (!buf_reserve(&p->block, BLOCK))
        return -ENOMEM;
    ssize_t size = base_read_once(s->fd, p->block.data, BLOCK);
    if (size == -EAGAIN)
        return 0;
    if (size > 0) {
        receive(p, s, p->block.data, (size_t)size);
        return popen_stream_is_reading(s) && !is_passable(s) && !s->events;
    }
    if (size < 0 && !(size == -EIO && s->terminal))
        return (int)size;
    end_stream(p, s);
    return 0;
}

static int read_stream(struct popen_run *p, struct popen_stream *s, short revents) {
    int r = 1;
    if (!(revents & POLLIN) && !s->terminal) {
        end_stream(p, s); /* POLLHUP: nothing is left to read */
        return 0;
    }
    for (int i = 0; i < TURN && r > 0; i++)
        r = read_block(p, s);
    return r < 0 ? r : 0;
}

/* ---- what the loop needs ---- */

struct pollfd popen_stream_poll(const struct popen_stream *s, bool held) {
    if (is_passable(s))
        return (struct pollfd){ .fd = s->out, .events = POLLOUT };
    bool reads = popen_stream_is_reading(s) && !held;
    return (struct pollfd){ .fd = reads ? s->fd : -1, .events = POLLIN };
}

int popen_stream_handle(struct popen_run *p, struct popen_stream *s, const struct pollfd *ready) {
    if (!ready->revents)
        return 0;
    if (ready->fd == s->fd && ready->events == POLLIN)
        return read_stream(p, s, ready->revents);
    write_pending(s);
    return 0;
}

bool popen_stream_is_behind(const struct popen_stream *s) {
    return s->pending.len;
}

void popen_stream_leave(struct popen_run *p, struct popen_stream *s) {
    end_line(p, s);
    s->leaked = s->leaked || popen_stream_is_reading(s);
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
