/* SPDX-License-Identifier: 0BSD
 *
 * popen: one loop moves the command's output and input, and supervises the
 * command. It waits in poll(2) only: a reader or writer that stops delays only
 * what depends on it.
 */
#include <unistd.h>

#include "applets/popen/run.h"
#include "base/io.h"
#include "os/clock.h"

static void show_progress(struct popen_run *p, int64_t now, bool last) {
    int64_t tenths = (now - p->child.started) / OS_NS_PER_MS / 100;
    uint64_t bytes = 0;
    struct buf text = { 0 };
    for (unsigned i = 0; i < p->count; i++)
        bytes += p->streams[i].total;
    buf_add_int(&text, tenths / 10);
    buf_add_char(&text, '.');
    buf_add_int(&text, tenths % 10);
    buf_add_str(&text, " s, ");
    buf_add_uint(&text, bytes);
    buf_add_str(&text, " bytes");
    cli_progress_show(&p->progress, &text, last);
    buf_finish(&text);
}

/* ---- the state of all streams ---- */

static bool is_open(const struct popen_run *p) {
    for (unsigned i = 0; i < p->count; i++)
        if (popen_stream_is_reading(&p->streams[i]))
            return true;
    return false;
}

/* Whether bytes that were read have yet to be written. */
static bool is_behind(const struct popen_run *p) {
    for (unsigned i = 0; i < p->count; i++)
        if (popen_stream_is_behind(&p->streams[i]))
            return true;
    return p->events.pending.len;
}

/* Nobody reads the records: stop. */
static void lose_events(struct popen_run *p) {
    cli_set_output_error(p->cli, p->events.lost);
    for (unsigned i = 0; i < p->count; i++)
        popen_stream_stop(&p->streams[i]);
}

/* ---- after the command has ended ---- */

/* Whether to read only what is already in the pipes: the timeout has passed, or --on-exit requests
 * it. */
static bool is_draining(const struct popen_run *p) {
    return p->args->on_exit == POPEN_DRAIN || os_monotonic_ns() >= p->child.deadline;
}

static void apply_on_exit(struct popen_run *p) {
    bool draining = is_draining(p);
    if (p->args->on_exit == POPEN_KILL && p->child.group && is_open(p))
        kill(-p->child.pid, SIGKILL);
    for (unsigned i = 0; i < p->count; i++) {
        struct popen_stream *s = &p->streams[i];
        if (!popen_stream_is_reading(s))
            continue;
        bool drained =
            draining && popen_stream_is_drained(s, p->quiet) && !popen_stream_is_ending(s);
        if (p->args->on_exit == POPEN_CLOSE || drained)
            popen_stream_leave(p, s);
    }
}

/* ---- the loop ---- */

/* Prints events whose line has waited long enough. Returns when the next one has. */
static int64_t flush_lines(struct popen_run *p) {
    int64_t now = os_monotonic_ns(), next = OS_NEVER;
    for (unsigned i = 0; i < p->count; i++) {
        int64_t due = popen_stream_flush_line(p, &p->streams[i], now);
        next = due < next ? due : next;
    }
    return next;
}

static int64_t next_deadline(struct popen_run *p) {
    int64_t next = flush_lines(p), input = popen_input_deadline(p);
    next = input < next ? input : next;
    if (p->child.ended && is_draining(p))
        return is_behind(p) ? next : 0; /* polls a terminal once more */
    if (p->child.ended && p->child.deadline < next)
        next = p->child.deadline;
    if (p->progress.enabled && p->progress.shown_at + CLI_PROGRESS_NS < next)
        next = p->progress.shown_at + CLI_PROGRESS_NS + 1;
    return next;
}

enum { OWN_FDS = 2, FDS = POPEN_STREAMS + OWN_FDS + OS_CHILD_FDS };

/* Fills in what to poll for. Nothing more is read while records of what was read before are
 * pending. Returns the number of descriptors. */
static unsigned set_up(struct popen_run *p, struct pollfd fds[static FDS]) {
    for (unsigned i = 0; i < p->count; i++)
        fds[i] = popen_stream_poll(&p->streams[i], p->streams[i].events && p->events.pending.len);
    fds[p->count] = popen_input_poll(p);
    fds[p->count + 1] = popen_stream_poll(&p->events, false);
    return p->count + OWN_FDS;
}

static int handle(struct popen_run *p, const struct pollfd *fds, struct base_error *e) {
    bool ready = false;
    int r = 0;
    for (unsigned i = 0; i < p->count && r == 0; i++) {
        ready = ready || fds[i].revents;
        r = popen_stream_handle(p, &p->streams[i], &fds[i]);
    }
    popen_stream_handle(p, &p->events, &fds[p->count + 1]);
    if (p->events.lost)
        lose_events(p);
    popen_input_handle(&p->input, &fds[p->count]);
    p->quiet = !ready;
    return r < 0 ? base_fail(e, -r, "read", NULL) : 0;
}

/* Stops with the command. What it wrote before is passed on before that, as far as nobody has to
 * wait for it, or the user would see it only after the command has continued. */
static int stop(struct popen_run *p, struct base_error *e) {
    enum { ROUNDS = 1000 }; /* others may write on */
    struct pollfd fds[FDS];
    int r = 0;
    if (!p->child.stopping)
        return 0;
    for (int i = 0; i < ROUNDS && r == 0 && poll(fds, set_up(p, fds), 0) > 0; i++)
        r = handle(p, fds, e);
    popen_input_restore(&p->input);
    os_child_stop(&p->child);
    return r;
}

static int poll_once(struct popen_run *p, struct base_error *e) {
    struct pollfd fds[FDS];
    bool ended = p->child.ended;
    popen_input_update(p);
    int64_t next = next_deadline(p); /* may add events */
    unsigned count = set_up(p, fds);
    int r = os_child_poll(&p->child, fds, count, next, e);
    if (r == 0)
        r = handle(p, fds, e);
    /* What was written before the end is certain to be readable only if the end was seen before the
     * poll. */
    p->quiet = p->quiet && ended;
    return r == 0 ? stop(p, e) : r;
}

int popen_loop(struct popen_run *p, struct base_error *e) {
    while (!p->child.ended || is_open(p) || is_behind(p)) {
        int r = poll_once(p, e);
        if (r < 0)
            return r;
        if (p->child.ended)
            apply_on_exit(p);
        int64_t now = p->progress.enabled ? os_monotonic_ns() : 0;
        if (cli_progress_is_due(&p->progress, now))
            show_progress(p, now, false);
    }
    if (p->progress.enabled)
        show_progress(p, os_monotonic_ns(), true);
    return 0;
}
