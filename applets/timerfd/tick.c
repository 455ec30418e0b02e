/* SPDX-License-Identifier: 0BSD
 *
 * timerfd: one record, or one run of a program, for each read of the timer.
 * Expiration k is due at the first one plus k - 1 intervals, whatever happened
 * before: nothing drifts.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "applets/timerfd/timerfd.h"
#include "os/reap.h"
#include "os/signal.h"

struct timerfd_run {
    struct cli *cli;
    const struct timerfd_args *args;
    struct timerfd_plan plan;
    int fd;           /* the timer */
    int64_t armed;    /* when the timer was armed, on the plan's clock */
    int64_t first;    /* when the first expiration is due, on that clock */
    uint64_t seq;     /* of the last record */
    uint64_t expired; /* expirations so far */
    uint64_t skipped; /* the last of them, which no record reports yet */
    bool done;        /* no more ticks */
    bool reader_gone; /* the reader of the records has closed its end */
    bool reaps;       /* orphans are waited for */
    os_sigset held;   /* signals that are blocked from the start */
    int signals;      /* the descriptor for them; -1: none */
    bool records;
    struct timerfd_summary summary;

    /* With a program. */
    struct os_plan program;
    struct os_child child;
    struct program_start start;
    bool running;
    bool is_read;     /* each expiration wakes us, also while ticks are skipped */
    uint64_t run_seq; /* of the tick that started it */
    uint64_t queued;  /* runs that wait for the previous one to end */
    int status;       /* of the first run that failed */
};

/* ---- records ---- */

static void set_ns(struct cli_value *ns, struct cli_value *seconds, int64_t value) {
    *ns = cli_int(value);
    *seconds = cli_ns(value);
}

static void emit(struct timerfd_run *t, struct cli_value *values, const char *event) {
    values[TIMERFD_EVENT] = cli_str(event);
    if (!t->records)
        return;
    cli_emit(t->cli, values);
    cli_flush(t->cli);
}

/* `run` is what the tick does to the program; NULL without one. */
static void emit_tick(struct timerfd_run *t, uint64_t expirations, int64_t due, const char *run) {
    struct cli_value values[TIMERFD_FIELDS] = { 0 };
    int64_t now = os_clock_ns(t->plan.clock, NULL);
    values[TIMERFD_SEQ] = cli_uint(t->seq);
    values[TIMERFD_EXPIRATIONS] = cli_uint(expirations);
    values[TIMERFD_MISSED] = cli_uint(expirations ? expirations - 1 : 0);
    set_ns(&values[TIMERFD_SCHEDULED_NS], &values[TIMERFD_SCHEDULED], due);
    set_ns(&values[TIMERFD_NOW_NS], &values[TIMERFD_NOW], now);
    set_ns(&values[TIMERFD_LATE_NS], &values[TIMERFD_LATE], now - due);
    values[TIMERFD_RUN] = cli_str(run);
    if (expirations)
        timerfd_summary_add(&t->summary, expirations, now - due);
    emit(t, values, "tick");
}

/* The last expirations so far. */
static void emit_expirations(struct timerfd_run *t, uint64_t expirations, const char *run) {
    t->seq++;
    emit_tick(t, expirations, t->first + (int64_t)(t->expired - 1) * t->plan.timer.interval, run);
}

static void emit_skipped(struct timerfd_run *t) {
    if (t->skipped)
        emit_expirations(t, t->skipped, "skipped");
    t->skipped = 0;
}

/* ---- the program ---- */

/* While no program runs, all children are orphans. */
static void reap_orphans(const struct timerfd_run *t) {
    int pid;
    while (t->reaps && (pid = os_reap_find()) != 0)
        os_reap(pid);
}

static void fail_program(struct timerfd_run *t, const struct base_error *e) {
    struct cli_value values[TIMERFD_FIELDS] = { 0 };
    program_fail(t->cli, &t->program, e, values + TIMERFD_WAIT, values + TIMERFD_WHY);
    program_fill_start(&t->start, values + TIMERFD_START);
    values[TIMERFD_SEQ] = cli_uint(t->run_seq);
    emit(t, values, "exit");
    t->done = true;
    t->queued = 0;
}

static bool skips(const struct timerfd_run *t) {
    return t->args->overlap == TIMERFD_DEFAULT || t->args->overlap == TIMERFD_SKIP;
}

static void start_program(struct timerfd_run *t) {
    struct base_error e;
    t->child = (struct os_child){ .group = true,
                                  .kill_after = os_child_limit(t->args->kill_after),
                                  .signo = t->args->signo ? t->args->signo : SIGTERM,
                                  .held = t->held };
    t->run_seq = t->seq;
    t->is_read = !skips(t) || t->args->cancel_on_set;
    int r = program_record_start(t->cli, TIMERFD_START, t->program.argv, &t->start, &e);
    if (r == 0)
        r = os_child_start(&t->child, &t->program, &e);
    if (r < 0)
        fail_program(t, &e);
    else
        t->running = true;
}

static void end_program(struct timerfd_run *t) {
    struct cli_value values[TIMERFD_FIELDS] = { 0 };
    char name[16];
    emit_skipped(t);
    program_fill(&t->child, name, values + TIMERFD_WAIT);
    program_fill_start(&t->start, values + TIMERFD_START);
    values[TIMERFD_SEQ] = cli_uint(t->run_seq);
    emit(t, values, "exit");
    int status = os_wait_shell_status(&t->child.result);
    if (t->status == 0 && !t->child.timed_out)
        t->status = status;
    /* A signal that would have ended us between two runs ends us now. */
    if (t->child.terminated) {
        t->cli->outcome.signal = t->child.terminated;
        t->cli->outcome.signals_group = t->child.has_keys;
        t->done = true;
        t->queued = 0;
    }
    t->running = false;
    os_child_finish(&t->child);
    if (t->queued) {
        t->queued--;
        start_program(t);
    }
}

/* Expirations while the program of an earlier one runs. */
static void overlap(struct timerfd_run *t, uint64_t expirations) {
    if (skips(t)) {
        t->skipped += expirations;
    } else if (t->args->overlap == TIMERFD_QUEUE) {
        emit_expirations(t, expirations, "queued");
        t->queued += expirations;
    } else { /* at once, as if it had timed out */
        emit_expirations(t, expirations, "killed");
        t->queued = 1;
        if (!t->child.timed_out)
            t->child.deadline = os_monotonic_ns();
    }
}

/* Expirations while no program runs. */
static void run_program(struct timerfd_run *t, uint64_t expirations) {
    emit_expirations(t, expirations, "started");
    if (t->args->overlap == TIMERFD_QUEUE)
        t->queued = expirations - 1;
    start_program(t);
}

/* ---- ticks ---- */

/* The number of expirations left to report: --count and --until apply within a backlog, too. */
static uint64_t expirations_left(const struct timerfd_run *t) {
    uint64_t left = t->args->count ? t->args->count - t->args->now - t->expired : UINT64_MAX;
    if (t->plan.until == INT64_MAX || t->plan.timer.interval == 0)
        return left;
    uint64_t all = (uint64_t)((t->plan.until - t->first) / t->plan.timer.interval) + 1;
    return all - t->expired < left ? all - t->expired : left;
}

static void handle_tick(struct timerfd_run *t, uint64_t expirations) {
    uint64_t left = expirations_left(t);
    if (expirations > left)
        expirations = left;
    t->expired += expirations;
    if (t->running)
        overlap(t, expirations);
    else if (t->program.name)
        run_program(t, expirations);
    else
        emit_expirations(t, expirations, NULL);
    t->done = t->done || expirations == left || t->plan.timer.interval == 0;
    if (t->done)
        emit_skipped(t);
}

/* The tick of --now. */
static void tick_now(struct timerfd_run *t) {
    if (t->armed > t->plan.until)
        return;
    emit_tick(t, 0, t->armed, t->program.name ? "started" : NULL);
    if (t->program.name)
        start_program(t);
    t->done = t->done || t->args->count == 1 || cli_is_broken(t->cli);
}

/* The clock was set. The timer continues (timerfd_create(2)), by the new time. */
static void handle_clock_set(struct timerfd_run *t) {
    struct cli_value values[TIMERFD_FIELDS] = { 0 };
    emit_skipped(t);
    values[TIMERFD_SEQ] = cli_uint(++t->seq);
    set_ns(&values[TIMERFD_NOW_NS], &values[TIMERFD_NOW], os_clock_ns(t->plan.clock, NULL));
    emit(t, values, "clock_set");
    if (t->args->rearm)
        return;
    cli_complain(t->cli, CLI_EX_TEMPFAIL, NULL, "the clock was set");
    t->done = true;
}

/* Whether the next expiration is later than --until. */
static bool is_over(const struct timerfd_run *t) {
    int64_t next, passed;
    if (__builtin_mul_overflow((int64_t)t->expired, t->plan.timer.interval, &passed) ||
        __builtin_add_overflow(t->first, passed, &next))
        return true;
    return next > t->plan.until;
}

static void read_timer(struct timerfd_run *t) {
    struct base_error e;
    uint64_t expirations;
    int r = os_timer_read(t->fd, &expirations, &e);
    if (r == 0)
        handle_tick(t, expirations);
    else if (r == -ECANCELED)
        handle_clock_set(t);
    else if (r != -EAGAIN) {
        cli_report(t->cli, &e);
        t->done = true;
    }
    t->done = t->done || is_over(t) || cli_is_broken(t->cli);
}

/* Returns when --count or --until ends the ticks, on the clock of os_child_poll(). */
static int64_t end_of_ticks(const struct timerfd_run *t) {
    uint64_t left = expirations_left(t);
    int64_t last, due;
    if (left == UINT64_MAX || __builtin_add_overflow(t->expired, left - 1, &last) ||
        __builtin_mul_overflow(last, t->plan.timer.interval, &due) ||
        __builtin_add_overflow(due, t->first, &due))
        return OS_NEVER;
    int64_t now = os_clock_ns(t->plan.clock, NULL);
    return due > now ? os_deadline(due - now) : 0;
}

/* Waits for the program, and for the timer. Ticks that are skipped wake nobody: the timer counts
 * them until the program or the ticks end. */
static void wait_for_both(struct timerfd_run *t) {
    struct base_error e;
    bool counts = !t->done && !t->is_read;
    int64_t until = counts ? end_of_ticks(t) : OS_NEVER;
    struct pollfd fds[1 + OS_CHILD_FDS] = { { .fd = t->done || counts ? -1 : t->fd,
                                              .events = POLLIN } };
    if (os_child_poll(&t->child, fds, 1, until, &e) < 0) {
        cli_report(t->cli, &e);
        os_child_finish(&t->child);
        t->done = true;
        t->running = false;
        return;
    }
    bool at_end = until != OS_NEVER && os_monotonic_ns() >= until;
    if (counts && (t->child.ended || at_end))
        read_timer(t);
    t->is_read = t->is_read || at_end; /* for a clock that was set */
    if (t->child.ended)
        end_program(t);
    if (fds[0].revents && !t->done)
        read_timer(t);
}

/* While no program runs. */
static void read_signals(struct timerfd_run *t) {
    struct signalfd_siginfo signal;
    while (read(t->signals, &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == SIGCHLD)
            continue;
        t->cli->outcome.signal = (int)signal.ssi_signo;
        t->done = true;
    }
    reap_orphans(t);
}

/* When the reader closes its end the ticks end at once, not at the next one. */
static void wait_for_timer(struct timerfd_run *t) {
    struct pollfd fds[] = { { .fd = t->fd, .events = POLLIN },
                            { .fd = t->records ? cli_output_fd(t->cli) : -1, .events = 0 },
                            { .fd = t->signals, .events = POLLIN } };
    while (poll(fds, 3, -1) < 0 && errno == EINTR)
        ;
    if (fds[2].revents) {
        read_signals(t);
    } else if (fds[1].revents & (POLLERR | POLLHUP) && !(fds[0].revents & POLLIN)) {
        t->reader_gone = true;
        t->done = true;
    } else {
        read_timer(t);
    }
}

static void run_ticks(struct timerfd_run *t) {
    reap_orphans(t);
    if (t->args->now)
        tick_now(t);
    while (t->running || t->queued || !t->done) {
        if (t->running)
            wait_for_both(t);
        else
            wait_for_timer(t);
    }
    if (t->program.name)
        cli_answer(t->cli, t->status);
}

/* ---- begin and end ---- */

/* A relative time becomes a point on the clock, so that the time of each expiration is known;
 * except on the time of day, where setting the clock must not move it. */
static bool arm(struct timerfd_run *t) {
    struct base_error e;
    struct os_timer timer = t->plan.timer;
    int64_t now = os_clock_ns(t->plan.clock, &e);
    int flags = t->plan.flags;
    bool is_time_of_day = t->plan.clock == CLOCK_REALTIME || t->plan.clock == CLOCK_REALTIME_ALARM;
    if (now < 0) {
        cli_report(t->cli, &e);
        return false;
    }
    t->armed = now;
    t->first = timer.next;
    if (!(flags & OS_TIMER_ABSTIME)) {
        if (__builtin_add_overflow(now, timer.next, &t->first))
            t->first = INT64_MAX; /* never, also for the kernel */
        if (!is_time_of_day) {
            timer.next = t->first;
            flags |= OS_TIMER_ABSTIME;
        }
    }
    t->done = is_over(t);
    if (os_timer_set(t->fd, flags, &timer, NULL, &e) == 0)
        return true;
    cli_report(t->cli, &e);
    return false;
}

static bool prepare_program(struct timerfd_run *t) {
    struct base_error e;
    program_name(t->cli, &t->program, t->cli->call.program);
    /* Its whole process group is killed. */
    if (t->args->overlap == TIMERFD_KILL)
        os_plan_add(&t->program, (struct os_step){ .kind = OS_STEP_SETPGID, .object = "0" });
    if (os_plan_prepare(&t->program, &e) == 0)
        return true;
    cli_report(t->cli, &e);
    return false;
}

/* With --summary there is a report to print when a signal ends the ticks, and process 1 ends only
 * if it receives the signal itself. */
static bool hold_signals(struct timerfd_run *t) {
    struct base_error e;
    t->reaps = os_is_init();
    if (!t->args->summary && !t->reaps)
        return true;
    t->held = t->reaps ? OS_INIT_SIGNALS : OS_TERMINATIONS;
    t->signals = os_signal_hold(t->held, &e);
    if (t->signals < 0)
        cli_report(t->cli, &e);
    return t->signals >= 0;
}

/* EINVAL, EOPNOTSUPP: this kernel or this machine does not have that clock. */
static void report_clock(struct timerfd_run *t, struct base_error *e) {
    e->path = timerfd_clock_name(t->plan.clock);
    if (e->errnum == EINVAL || e->errnum == EOPNOTSUPP)
        cli_report_as(t->cli, t->cli->call.program ? CLI_EX_RUN : CLI_EX_UNAVAILABLE, e);
    else
        cli_report(t->cli, e);
}

static bool prepare(struct timerfd_run *t) {
    struct base_error e;
    if (!program_own_status(t->cli, &t->program))
        return false;
    t->records = !t->cli->call.program || t->args->status;
    if (t->cli->call.program && !prepare_program(t))
        return false;
    if (!hold_signals(t)) /* after the program's signal mask was read */
        return false;
    t->fd = os_timer_create(t->plan.clock, true, &e);
    if (t->fd < 0)
        report_clock(t, &e);
    if (t->fd < 0 || !arm(t))
        return false;
    t->cli->outcome.program_ran = true; /* all that osbox does before it runs has succeeded */
    return true;
}

void timerfd_tick(struct cli *cli, const struct timerfd_args *args) {
    struct timerfd_run t = {
        .cli = cli, .args = args, .fd = -1, .signals = -1, .program = os_plan_init()
    };
    if (args->summary)
        t.summary.buckets = calloc(TIMERFD_BUCKETS, sizeof *t.summary.buckets);
    if (args->summary && !t.summary.buckets)
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    else if (timerfd_make_plan(cli, args, &t.plan) && prepare(&t))
        run_ticks(&t);
    timerfd_summary_print(cli, &t.summary);
    if (t.reader_gone || cli_output_error(cli) == EPIPE)
        cli_lose_reader(cli);
    if (t.signals >= 0)
        close(t.signals);
    if (t.fd >= 0)
        close(t.fd);
    free(t.summary.buckets);
    program_start_finish(&t.start);
    os_plan_finish(&t.program);
}
