/* SPDX-License-Identifier: 0BSD
 *
 * popen: one run of the command, from its start to the record of its end and the
 * exit status.
 */
#include <unistd.h>

#include "applets/popen/run.h"

static void add_stream(struct popen_run *p, const struct popen_plan *plan, const char *name, int fd,
                       int out) {
    struct popen_stream *s = &p->streams[p->count++];
    popen_stream_open(s, name, fd, plan->passes ? out : -1, p->args);
    s->captured = plan->captures;
    s->events = p->args->events;
    s->terminal = plan->pty >= 0;
}

static void add_streams(struct popen_run *p, struct popen_plan *plan) {
    /* With --tee the record has standard output. */
    int out = plan->to_stdout ? STDERR_FILENO : STDOUT_FILENO;
    if (plan->pty >= 0)
        add_stream(p, plan, "stdout", plan->pty, out);
    if (plan->ends[0] >= 0)
        add_stream(p, plan, "stdout", plan->ends[0], out);
    if (plan->ends[1] >= 0)
        add_stream(p, plan, "stderr", plan->ends[1], STDERR_FILENO);
    plan->ends[0] = plan->ends[1] = -1;
}

static int move(struct popen_run *p, struct base_error *e) {
    int r = popen_loop(p, e);
    popen_input_restore(&p->input);
    for (unsigned i = 0; i < p->count; i++)
        popen_stream_close(&p->streams[i]);
    os_child_finish(&p->child);
    return r;
}

/* Reports output that could not be written, unless SIGPIPE ends osbox, after the record. */
static void report_lost(struct popen_run *p) {
    if (cli_output_error(p->cli) == EPIPE)
        cli_lose_reader(p->cli);
    for (unsigned i = 0; i < p->count; i++) {
        const struct popen_stream *s = &p->streams[i];
        if (s->lost)
            cli_report_lost(p->cli, popen_is_stderr(s) ? STDERR_FILENO : STDOUT_FILENO, s->lost);
    }
}

/* The input that was typed into the terminal may be incomplete. */
static void report_input(struct popen_run *p) {
    struct base_error e;
    if (!p->input.lost)
        return;
    base_fail(&e, p->input.lost, "read", p->args->input);
    if (!p->args->input)
        e.fd = STDIN_FILENO;
    cli_report_as(p->cli, CLI_EX_IOERR, &e);
}

/* Unless a record reports it. */
static void note_writers(struct popen_run *p, const struct popen_plan *plan) {
    for (unsigned i = 0; i < p->count && !plan->records; i++)
        if (p->streams[i].leaked)
            cli_note(p->cli, popen_is_stderr(&p->streams[i])
                                 ? "somebody still holds its standard error"
                                 : "somebody still holds its standard output");
}

static void report_failure(struct popen_run *p, const struct popen_plan *plan,
                           const struct base_error *e) {
    struct cli_value values[POPEN_FIELDS] = { 0 };
    program_fail(p->cli, &plan->os, e, values + POPEN_WAIT, values + POPEN_WHY);
    program_fill_start(&p->start, values + POPEN_START);
    if (plan->records && !p->args->events)
        cli_emit(p->cli, values);
}

void popen_capture(struct cli *cli, const struct popen_args *args, struct popen_plan *plan) {
    struct base_error e;
    struct popen_run p = { .cli = cli,
                           .args = args,
                           .child = { .group = popen_needs_group(args),
                                      .kill_after = os_child_limit(args->time.kill_after),
                                      .signo = args->time.signo,
                                      .own_terminal = args->pty } };
    cli_progress_init(&p.progress, cli, args->progress, os_monotonic_ns());
    int r = popen_plan_prepare(plan, cli, args, &e);
    if (r == 0)
        r = popen_input_open(&p, plan, &e);
    if (r == 0)
        r = program_record_start(cli, POPEN_START, plan->os.argv, &p.start, &e);
    if (r == 0)
        r = program_record_start(cli, POPEN_START, plan->os.argv, &p.start, &e);
    if (r == 0)
        r = os_child_start(&p.child, &plan->os, &e);
    popen_plan_close_child_ends(plan);
    if (r < 0) {
        report_failure(&p, plan, &e);
        program_start_finish(&p.start);
        return;
    }
    cli->outcome.program_ran = true;
    add_streams(&p, plan);
    popen_stream_open(&p.events, "events", -1, cli_output_fd(cli), args);
    p.events.buffering = 0;
    r = move(&p, &e);
    report_input(&p);
    note_writers(&p, plan);
    if (r < 0)
        cli_report(cli, &e);
    else if (plan->records)
        popen_emit_result(&p);
    if (r == 0 && (!plan->to_stdout || args->events))
        program_answer(cli, &p.child);
    else if (r == 0)
        program_interrupt(cli, &p.child);
    report_lost(&p);
    for (unsigned i = 0; i < p.count; i++)
        popen_stream_finish(&p.streams[i]);
    popen_stream_finish(&p.events);
    buf_finish(&p.block);
    program_start_finish(&p.start);
}
