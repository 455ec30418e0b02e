/* SPDX-License-Identifier: 0BSD
 *
 * popen's bytes: one loop reads what the command writes, passes it on, keeps it,
 * makes events of it, and types into its terminal. It waits for nothing but
 * poll: whoever stops reading or writing stops only what depends on it.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "applets/popen/popen.h"
#include "base/io.h"

enum {
    BLOCK = 65536,
    SPLICE = 1 << 20,
    LINE_NS = 50000000,      /* an event waits that long for the end of its line */
    PROGRESS_NS = 200000000, /* between two lines of --progress */
};

/* ---- a stream ---- */

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

/* Whether more may come of it. */
static bool is_reading(const struct popen_stream *s) {
    return s->fd >= 0 && !s->hung_up;
}

static void close_stream(struct popen_stream *s) {
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* The command goes on as if it were kept; the record says that it is not. */
static void forget(struct popen_stream *s, int errnum) {
    s->forgotten = errnum;
    base_spool_finish(&s->spool);
}

void popen_stream_close(struct popen_stream *s) {
    close_stream(s);
    if (s->forgotten)
        return;
    int r = base_spool_view(&s->spool, &s->kept, &s->kept_size);
    if (r < 0)
        forget(s, -r);
}

void popen_stream_finish(struct popen_stream *s) {
    base_spool_finish(&s->spool);
    buf_finish(&s->pending);
    buf_finish(&s->line);
}

/* The reader of what passes on has gone, or its disk is full: the command is to see it too, as it
 * would without us. */
static void lose(struct popen_stream *s, int errnum) {
    s->lost = errnum;
    s->out = -1;
    buf_clear(&s->pending);
    s->sent = 0;
    s->full = false;
    close_stream(s);
}

/* How many of the pending bytes --buffering lets pass now. A line that is longer than a block does
 * so in parts, as with stdio. */
static size_t due(const struct popen_stream *s) {
    size_t size = s->pending.len - s->sent;
    const char *bytes = s->pending.data + s->sent;
    if (!is_reading(s) || s->buffering <= 0 || size == 0 || (s->buffering == 1 && size >= BLOCK))
        return size;
    if (s->buffering > 1)
        return size - size % (size_t)s->buffering;
    const char *newline = memrchr(bytes, '\n', size);
    return newline ? (size_t)(newline + 1 - bytes) : 0;
}

/* To a pipe or a terminal, no more than what poll(2) says there is room for. */
static void pass_on(struct popen_stream *s) {
    size_t size = due(s);
    if (s->careful && size > PIPE_BUF)
        size = PIPE_BUF;
    if (size == 0)
        return;
    int r = base_write(s->out, s->pending.data + s->sent, size);
    if (r < 0) {
        lose(s, -r);
        return;
    }
    s->sent += size;
    if (s->sent < s->pending.len / 2)
        return;
    s->pending.len -= s->sent;
    memmove(s->pending.data, s->pending.data + s->sent, s->pending.len);
    s->sent = 0;
}

static void emit_line(struct popen_run *p, struct popen_stream *s, bool partial) {
    popen_emit_event(p, s, partial);
    buf_clear(&s->line);
}

/* No more comes of the line that it was in. */
static void end_line(struct popen_run *p, struct popen_stream *s) {
    if (s->line.len)
        emit_line(p, s, true);
}

static void take_events(struct popen_run *p, struct popen_stream *s, const char *bytes,
                        size_t size) {
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

static void count_bytes(struct popen_stream *s, size_t size) {
    s->total += size;
    if (s->left > 0)
        s->left = size < (size_t)s->left ? s->left - (int)size : 0;
}

static void take(struct popen_run *p, struct popen_stream *s, const char *bytes, size_t size) {
    uint64_t left = s->total < s->limit ? s->limit - s->total : 0;
    size_t kept = size < left ? size : (size_t)left;
    count_bytes(s, size);
    if (s->out >= 0)
        buf_add(&s->pending, bytes, size);
    if (s->events)
        take_events(p, s, bytes, kept);
    int r = s->captured && !s->forgotten ? base_spool_add(&s->spool, bytes, kept) : 0;
    if (r < 0)
        forget(s, -r);
    if (s->pending.failed || s->line.failed)
        lose(s, ENOMEM);
}

/* 1: moved, or nothing to move for now; 0: this is no way to move it. */
static int splice_on(struct popen_stream *s) {
    ssize_t moved = splice(s->fd, NULL, s->out, NULL, SPLICE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (moved > 0) {
        count_bytes(s, (size_t)moved);
        return 1;
    }
    if (moved == 0) {
        close_stream(s);
        return 1;
    }
    if (errno == EINVAL) { /* a terminal, or a file in append mode */
        s->splices = false;
        return 0;
    }
    if (errno == EAGAIN)
        s->full = true; /* there was something to read */
    else if (errno != EINTR)
        lose(s, errno);
    return 1;
}

static int read_stream(struct popen_run *p, struct popen_stream *s) {
    char room[BLOCK];
    if (s->splices && splice_on(s))
        return 0;
    ssize_t size = base_read(s->fd, room, sizeof room);
    if (size > 0) {
        take(p, s, room, (size_t)size);
        return 0;
    }
    /* All have closed the terminal's other side. Ours stays: its end would be a SIGHUP. */
    s->hung_up = size == -EIO && s->terminal;
    if (size < 0 && !s->hung_up)
        return (int)size;
    end_line(p, s);
    if (!s->hung_up)
        close_stream(s);
    return 0;
}

/* ---- the terminal's input ---- */

/* End of input is a character of its own to a terminal: twice, as the first may only end a line
 * that has no newline. */
static void type_end(struct popen_input *in) {
    struct termios mode;
    if (tcgetattr(in->terminal, &mode) < 0)
        return;
    char end = (char)mode.c_cc[VEOF];
    buf_add_char(&in->pending, end);
    buf_add_char(&in->pending, end);
}

static void close_input(struct popen_input *in) {
    if (in->fd > STDERR_FILENO)
        close(in->fd);
    in->fd = -1;
}

static void read_input(struct popen_input *in) {
    char room[PIPE_BUF];
    ssize_t size = base_read(in->fd, room, sizeof room);
    if (size > 0) {
        buf_add(&in->pending, room, (size_t)size);
        return;
    }
    in->lost = (int)-size;
    close_input(in);
    type_end(in);
}

/* A line at a time, as a terminal keeps no more than 4095 bytes of one. What it does not take now
 * it takes later: our side does not block. */
static void write_input(struct popen_input *in) {
    const char *bytes = in->pending.data + in->sent;
    size_t size = in->pending.len - in->sent;
    const char *newline = memchr(bytes, '\n', size);
    size_t part = newline ? (size_t)(newline + 1 - bytes) : size;
    ssize_t written = write(in->terminal, bytes, part);
    if (written < 0 && errno != EAGAIN && errno != EINTR) {
        close_input(in); /* the command has gone */
        in->sent = in->pending.len;
    }
    in->sent += written > 0 ? (size_t)written : 0;
    if (in->sent == in->pending.len) {
        buf_clear(&in->pending);
        in->sent = 0;
    }
}

/* ---- the loop ---- */

static void show_progress(struct popen_run *p, bool last) {
    int64_t now = os_monotonic_ns(), tenths = (now - p->child.started) / 100000000;
    uint64_t bytes = 0;
    struct buf line = { 0 };
    for (unsigned i = 0; i < p->count; i++)
        bytes += p->streams[i].total;
    buf_add_str(&line, "\rpopen: ");
    buf_add_int(&line, tenths / 10);
    buf_add_char(&line, '.');
    buf_add_int(&line, tenths % 10);
    buf_add_str(&line, " s, ");
    buf_add_uint(&line, bytes);
    buf_add_str(&line, last ? " bytes\n" : " bytes");
    if (!line.failed)
        base_write(STDERR_FILENO, line.data, line.len);
    buf_finish(&line);
    p->shown = now;
}

/* What a stream waits for; `out` before more is read of it. Nothing is read while records of what
 * was read before are on their way. */
static struct pollfd wish_of(const struct popen_run *p, const struct popen_stream *s) {
    if (s->out >= 0 && (s->full || due(s)))
        return (struct pollfd){ .fd = s->out, .events = POLLOUT };
    bool waits = s->events && p->events.pending.len;
    return (struct pollfd){ .fd = is_reading(s) && !waits ? s->fd : -1, .events = POLLIN };
}

static struct pollfd wish_of_input(const struct popen_run *p) {
    const struct popen_input *in = &p->input;
    if (p->child.ended)
        return (struct pollfd){ .fd = -1 };
    if (in->pending.len)
        return (struct pollfd){ .fd = in->terminal, .events = POLLOUT };
    return (struct pollfd){ .fd = in->fd, .events = POLLIN };
}

static int take_ready(struct popen_run *p, struct popen_stream *s, const struct pollfd *ready) {
    if (!ready->revents)
        return 0;
    if (ready->fd == s->fd && ready->events == POLLIN)
        return read_stream(p, s);
    if (s->full) {
        s->full = false; /* the next round reads again */
        if (ready->revents & POLLERR)
            lose(s, EPIPE);
        return 0;
    }
    pass_on(s);
    return 0;
}

/* Events whose line has waited for its end long enough. */
static int64_t flush_lines(struct popen_run *p) {
    int64_t now = os_monotonic_ns(), next = OS_NEVER;
    for (unsigned i = 0; i < p->count; i++) {
        struct popen_stream *s = &p->streams[i];
        if (s->line.len && now >= s->line_time + LINE_NS)
            emit_line(p, s, true);
        if (s->line.len && s->line_time + LINE_NS < next)
            next = s->line_time + LINE_NS;
    }
    return next;
}

static bool is_open(const struct popen_run *p) {
    for (unsigned i = 0; i < p->count; i++)
        if (is_reading(&p->streams[i]))
            return true;
    return false;
}

/* Whether what was read is still on its way out. */
static bool is_behind(const struct popen_run *p) {
    for (unsigned i = 0; i < p->count; i++)
        if (p->streams[i].pending.len || p->streams[i].full)
            return true;
    return p->events.pending.len;
}

/* Somebody else may hold a stream of a command that has ended: it is leaked. */
static void leave_stream(struct popen_run *p, struct popen_stream *s) {
    end_line(p, s);
    s->leaked = s->leaked || is_reading(s);
    s->full = false;
    close_stream(s);
}

/* Whether only what is there is read now: its time is up, or --on-exit says so. */
static bool is_draining(const struct popen_run *p) {
    return p->args->on_exit == POPEN_DRAIN || os_monotonic_ns() >= p->child.deadline;
}

/* Whether what was there when the command had ended has been read. A terminal does not tell how
 * much that is: it has when there is nothing for now. */
static bool is_drained(const struct popen_run *p, struct popen_stream *s) {
    if (s->terminal)
        return p->drained;
    if (s->left < 0 && ioctl(s->fd, FIONREAD, &s->left) < 0)
        s->left = 0;
    return s->left == 0;
}

/* Whether nobody holds its other side: then it is read to its end, which comes. */
static bool is_ending(const struct popen_stream *s) {
    struct pollfd look = { .fd = s->fd };
    return poll(&look, 1, 0) > 0 && look.revents & POLLHUP;
}

static void apply_on_exit(struct popen_run *p) {
    bool draining = is_draining(p);
    if (p->args->on_exit == POPEN_KILL && p->child.group && is_open(p))
        kill(-p->child.pid, SIGKILL);
    for (unsigned i = 0; i < p->count; i++) {
        struct popen_stream *s = &p->streams[i];
        if (!is_reading(s))
            continue;
        if (p->args->on_exit == POPEN_CLOSE || (draining && is_drained(p, s) && !is_ending(s)))
            leave_stream(p, s);
    }
}

static int64_t next_time(struct popen_run *p) {
    int64_t next = flush_lines(p);
    if (p->child.ended && is_draining(p))
        return is_behind(p) ? next : 0; /* a terminal is looked at once more */
    if (p->child.ended && p->child.deadline < next)
        next = p->child.deadline;
    if (p->args->progress && p->shown + PROGRESS_NS < next)
        next = p->shown + PROGRESS_NS;
    return next;
}

/* The terminal's size follows that of ours, unless one was given. */
static void resize(struct popen_run *p) {
    struct winsize size;
    bool follows = p->input.terminal >= 0 && !p->args->size.ws_col;
    if (p->child.resized && follows && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(p->input.terminal, TIOCSWINSZ, &size);
    p->child.resized = false;
}

/* Nobody reads the records: there is nobody to go on for. */
static void lose_events(struct popen_run *p) {
    p->cli->output.error = p->events.lost;
    for (unsigned i = 0; i < p->count; i++)
        close_stream(&p->streams[i]);
}

static int poll_once(struct popen_run *p, struct base_error *e) {
    struct pollfd fds[4 + OS_CHILD_FDS];
    bool ready = false, ended = p->child.ended;
    int64_t next = next_time(p); /* may make events of what has waited long enough */
    for (unsigned i = 0; i < p->count; i++)
        fds[i] = wish_of(p, &p->streams[i]);
    fds[p->count] = wish_of_input(p);
    fds[p->count + 1] = wish_of(p, &p->events);
    int r = os_child_poll(&p->child, fds, p->count + 2, next, e);
    if (r < 0)
        return r;
    resize(p);
    for (unsigned i = 0; i < p->count && r == 0; i++) {
        ready = ready || fds[i].revents;
        r = take_ready(p, &p->streams[i], &fds[i]);
    }
    if (fds[p->count + 1].revents)
        pass_on(&p->events);
    if (p->events.lost)
        lose_events(p);
    if (fds[p->count].revents && p->input.pending.len)
        write_input(&p->input);
    else if (fds[p->count].revents)
        read_input(&p->input);
    /* What was written before the end is there only when the end was known before the look. */
    p->drained = ended && !ready;
    return r < 0 ? base_fail(e, -r, "read", NULL) : 0;
}

int popen_loop(struct popen_run *p, struct base_error *e) {
    while (!p->child.ended || is_open(p) || is_behind(p)) {
        int r = poll_once(p, e);
        if (r < 0)
            return r;
        if (p->child.ended)
            apply_on_exit(p);
        if (p->args->progress && os_monotonic_ns() >= p->shown + PROGRESS_NS)
            show_progress(p, false);
    }
    if (p->args->progress)
        show_progress(p, true);
    return 0;
}
