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
    int64_t next = flush_lines(p);
    if (p->child.ended && is_draining(p))
        return is_behind(p) ? next : 0; /* polls a terminal once more */
    if (p->child.ended && p->child.deadline < next)
        next = p->child.deadline;
    if (p->progress.enabled && p->progress.shown_at + CLI_PROGRESS_NS < next)
        next = p->progress.shown_at + CLI_PROGRESS_NS + 1;
    return next;
}

/* Stops with the command. Meanwhile others use the terminal. */
static void stop(struct popen_run *p) {
    if (!p->child.stopping)
        return;
    popen_input_restore(&p->input);
    os_child_stop(&p->child);
    popen_input_make_raw(&p->input);
}

static int poll_once(struct popen_run *p, struct base_error *e) {
    struct pollfd fds[POPEN_STREAMS + 2 + OS_CHILD_FDS];
    struct pollfd *input = &fds[p->count], *events = &fds[p->count + 1];
    bool ready = false, ended = p->child.ended;
    int64_t next = next_deadline(p); /* may add events */
    /* Nothing more is read while records of what was read before are pending. */
    for (unsigned i = 0; i < p->count; i++)
        fds[i] = popen_stream_poll(&p->streams[i], p->streams[i].events && p->events.pending.len);
    *input = popen_input_poll(p);
    *events = popen_stream_poll(&p->events, false);
    int r = os_child_poll(&p->child, fds, p->count + 2, next, e);
    if (r < 0)
        return r;
    stop(p);
    popen_terminal_resize(p);
    for (unsigned i = 0; i < p->count && r == 0; i++) {
        ready = ready || fds[i].revents;
        r = popen_stream_handle(p, &p->streams[i], &fds[i]);
    }
    popen_stream_handle(p, &p->events, events);
    if (p->events.lost)
        lose_events(p);
    popen_input_handle(&p->input, input);
    /* What was written before the end is certain to be readable only if the end was seen before the
     * poll. */
    p->quiet = ended && !ready;
    return r < 0 ? base_fail(e, -r, "read", NULL) : 0;
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
