/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched: how threads are scheduled.
 *
 * os.sched_getscheduler, os.sched_setscheduler, os.sched_getparam,
 * os.sched_setparam, os.sched_getaffinity, os.sched_setaffinity,
 * os.sched_rr_get_interval, os.sched_get_priority_min, _max, os.sched_yield,
 * os.getpriority, os.setpriority, os.cpu_count, os.process_cpu_count,
 * os.getloadavg.
 *
 * Deviations: the policy is told without SCHED_RESET_ON_FORK, which is a field.
 */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/sched/sched.h"
#include "cli/parse.h"
#include "os/process.h"
#include "os/users.h"

/* ---- options ---- */

static const struct cli_choice yes_no[] = { { "yes", 1, "" }, { "no", 0, "" }, CLI_CHOICES_END };

/* --affinity */
static const char *parse_option(void *data, int which, const char *text) {
    (void)which;
    struct sched_args *args = data;
    struct cli_cpus cpus;
    const char *why = cli_parse_cpus(text, &cpus);
    if (why)
        return why;
    cli_cpus_finish(&args->affinity);
    args->affinity = cpus;
    args->affinity_text = text;
    return NULL;
}

enum { CHOICES_POLICY = 1, CHOICES_YES_NO };

static const struct cli_choice *const choices[] = {
    [CHOICES_POLICY] = scheduling_policies,
    [CHOICES_YES_NO] = yes_no,
};

#define TARGET_ROWS                                                                                \
    { CLI_FLAG(struct sched_args, threads), .name = "threads",                                     \
      .help = "all threads of the processes, not only the main ones" },                            \
        { CLI_UNSIGNED(struct sched_args, pgrp), .name = "pgrp", .metavar = "N",                   \
          .help = "the processes of a process group (0: this one)" },                              \
    {                                                                                              \
        CLI_TEXT(struct sched_args, user),                                                         \
            .name = "user", .metavar = "U", .complete = CLI_COMPLETE_USER,                         \
            .help = "the processes of a user (name or real user id)"                               \
    }

static const struct cli_option show_options[] = {
    CLI_GROUP("Which"),
    TARGET_ROWS,
    CLI_OPTIONS_END,
};

static const struct cli_option set_options[] = {
    CLI_GROUP("Which"),
    TARGET_ROWS,
    CLI_GROUP("What is set"),
    { CLI_CHOICE(struct sched_args, policy, CHOICES_POLICY), .name = "policy", .metavar = "POLICY",
      .help = "the policy" },
    { CLI_UNSIGNED(struct sched_args, priority), .name = "priority", .metavar = "N",
      .help = "the priority: 1 to 99 for fifo and rr, 0 for others" },
    { CLI_INT_IN(struct sched_args, nice, -20, 19), .name = "nice", .metavar = "N",
      .help = "the nice value itself, -20 to 19" },
    { CLI_CALL(0), .name = "affinity", .metavar = "CPUS",
      .help = "the CPUs it may run on: 0-3,8, 0-15:2, or a mask 0xff" },
    { CLI_CHOICE(struct sched_args, reset, CHOICES_YES_NO), .name = "reset-on-fork",
      .metavar = "WHETHER", .help = "children begin with the usual policy" },
    { CLI_TIME(struct sched_args, runtime), .name = "runtime", .metavar = "T", .needs = "deadline",
      .help = "of the policy deadline: CPU time in each period" },
    { CLI_TIME(struct sched_args, deadline), .name = "deadline", .metavar = "T", .needs = "runtime",
      .help = "within what time of a period's begin" },
    { CLI_TIME(struct sched_args, period), .name = "period", .metavar = "T", .needs = "deadline",
      .help = "how long a period is (the deadline, if not given)" },
    CLI_GROUP("How"),
    { CLI_FLAG(struct sched_args, no_strict), .name = "no-strict",
      .help = "accept less than what was asked for, where the kernel gives it silently" },
    { CLI_FLAG(struct sched_args, explain), .name = "explain",
      .help = "when it is not permitted, say what stands in the way" },
    { CLI_TEXT(struct sched_args, status), .name = "status", .metavar = "FILE|fd:N",
      .complete = CLI_COMPLETE_FILE,
      .help = "wait for CMD, and write a record of how it ended there" },
    CLI_OPTIONS_END,
};

/* ---- which threads ---- */

void sched_report(struct cli *cli, const struct sched_thread *t, struct base_error *e) {
    struct buf name = { 0 };
    if (t->listed && e->errnum == ESRCH)
        return;
    buf_add_int(&name, t->tid);
    e->path = buf_cstr(&name);
    cli_report(cli, e);
    buf_finish(&name);
}

/* With an inode the process is looked at first; a PID may also be a thread's. */
static bool check_target(struct cli *cli, const struct pid_operand *t) {
    struct os_process p;
    struct base_error e;
    if (!t->inode)
        return true;
    if (os_process_open(&p, t->pid, t->inode, &e) < 0) {
        e.path = t->text;
        cli_report(cli, &e);
        return false;
    }
    os_process_close(&p);
    return true;
}

static bool add_operands(struct cli *cli, struct buf *threads) {
    bool good = true;
    for (int i = 0; i < cli->call.operand_count; i++) {
        struct pid_operand t;
        if (!pid_operand_parse(cli, cli->call.operands[i], &t))
            return false;
        struct sched_thread thread = { t.pid, false };
        good = check_target(cli, &t);
        if (good)
            buf_add(threads, &thread, sizeof thread);
    }
    return good || threads->len;
}

static bool add_user(struct cli *cli, const char *user, struct buf *pids) {
    struct os_account account;
    struct base_error e;
    int r = os_account_find(user, &account, &e);
    if (r == -ENOENT)
        cli_complain(cli, CLI_EX_NOUSER, user, "no such user");
    else if (r == 0)
        r = os_sched_user(account.uid, pids, &e);
    if (r < 0 && r != -ENOENT) {
        e.path = user;
        cli_report(cli, &e);
    }
    os_account_finish(&account);
    return r == 0;
}

static void add_listed(struct buf *threads, const struct buf *ids) {
    const int *id = (const int *)(const void *)ids->data;
    for (size_t i = 0; i < ids->len / sizeof *id; i++) {
        struct sched_thread t = { id[i], true };
        buf_add(threads, &t, sizeof t);
    }
}

/* Each process by all of its threads. */
static bool expand_threads(struct cli *cli, struct buf *threads) {
    struct buf processes = *threads, ids = { 0 };
    const struct sched_thread *p = (const struct sched_thread *)(const void *)processes.data;
    *threads = (struct buf){ 0 };
    for (size_t i = 0; i < processes.len / sizeof *p; i++) {
        struct base_error e;
        if (os_sched_threads(p[i].tid, &ids, &e) < 0)
            sched_report(cli, &p[i], &e);
    }
    add_listed(threads, &ids);
    threads->failed |= processes.failed || ids.failed;
    buf_finish(&processes);
    buf_finish(&ids);
    return threads->len;
}

bool sched_targets(struct cli *cli, const struct sched_args *args, struct buf *threads) {
    struct base_error e;
    struct buf ids = { 0 };
    struct sched_thread self = { getpid(), false };
    bool good = add_operands(cli, threads);
    if (good && args->pgrp != SCHED_NOT_GIVEN && os_sched_group((int)args->pgrp, &ids, &e) < 0) {
        sched_report(cli, &(struct sched_thread){ (int)args->pgrp, false }, &e);
        good = false;
    }
    if (good && args->user)
        good = add_user(cli, args->user, &ids);
    add_listed(threads, &ids);
    buf_finish(&ids);
    if (good && args->threads && !threads->len)
        buf_add(threads, &self, sizeof self);
    good = good && (!args->threads || expand_threads(cli, threads));
    if (threads->failed)
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    return good && !threads->failed;
}

/* ---- show ---- */

static void show_one(struct cli *cli, const struct sched_thread *t, struct os_sched *s) {
    struct sched_record r = { 0 };
    struct base_error e;
    if (os_sched_get(t->tid, s, &e) < 0) {
        sched_report(cli, t, &e);
        return;
    }
    sched_fill(&r, t->tid, s, false);
    sched_emit(cli, &r);
    sched_record_finish(&r);
}

static void run_show(struct cli *cli, void *data) {
    const struct sched_args *args = data;
    struct buf threads = { 0 };
    struct os_sched s = { 0 };
    const struct sched_thread self = { getpid(), false };
    bool named =
        cli->call.operand_count || args->pgrp != SCHED_NOT_GIVEN || args->user || args->threads;
    if (!cli_begin(cli))
        return;
    if (!named) {
        show_one(cli, &self, &s);
    } else if (sched_targets(cli, args, &threads)) {
        const struct sched_thread *t = (const struct sched_thread *)(const void *)threads.data;
        size_t count = threads.len / sizeof *t;
        for (size_t i = 0; i < count && cli_expect_records(cli, count); i++)
            show_one(cli, &t[i], &s);
    }
    os_sched_finish(&s);
    buf_finish(&threads);
}

/* ---- limits, cpus, yield ---- */

static void run_limits(struct cli *cli, void *data) {
    (void)data;
    if (!cli_begin(cli))
        return;
    for (const struct cli_choice *c = scheduling_policies; c->name[0]; c++) {
        struct cli_value values[SCHED_FIELDS] = { 0 };
        int least, greatest;
        int64_t interval;
        struct base_error e;
        int r = os_sched_range(c->value, &least, &greatest, &e);
        if (r < 0 && r != -EINVAL)
            cli_report(cli, &e);
        if (r < 0)
            continue; /* EINVAL: this kernel does not have it */
        values[SCHED_POLICY] = cli_str(scheduling_policy_name((uint32_t)c->value));
        values[SCHED_PRIORITY_MIN] = cli_int(least);
        values[SCHED_PRIORITY_MAX] = cli_int(greatest);
        if (c->value == SCHED_RR && os_sched_rr_interval(&interval))
            values[SCHED_RR_INTERVAL] = cli_ns(interval);
        cli_emit(cli, values);
    }
}

static void run_cpus(struct cli *cli, void *data) {
    (void)data;
    struct sched_record r = { 0 };
    struct os_sched s = { 0 };
    struct os_cpus c;
    struct base_error e;
    if (!cli_begin(cli))
        return;
    if (os_cpus_get(&c, &e) < 0 || os_sched_get(0, &s, &e) < 0) {
        cli_report(cli, &e);
    } else {
        sched_fill(&r, (int)getpid(), &s, false);
        r.values[SCHED_CPU_COUNT] = cli_int(c.count);
        r.values[SCHED_PROCESS_CPU_COUNT] = cli_int(c.usable);
        if (c.online.len)
            r.values[SCHED_ONLINE] = sched_cpu_list(&c.online, &r.other_cpus);
        if (c.has_quota)
            r.values[SCHED_QUOTA] =
                cli_ns((int64_t)(c.quota_us * UINT64_C(1000000000) / c.period_us));
        for (int i = 0; c.has_load && i < 3; i++)
            r.values[SCHED_LOAD_1 + i] = cli_time(c.load[i].tv_sec, (uint32_t)c.load[i].tv_nsec);
        sched_emit(cli, &r);
    }
    sched_record_finish(&r);
    os_sched_finish(&s);
    os_cpus_finish(&c);
}

static void run_yield(struct cli *cli, void *data) {
    (void)cli, (void)data;
    os_sched_yield();
}

static unsigned choose_view_of_set(const struct cli_call *call, const void *args) {
    (void)args;
    return call->program ? SCHED_VIEW_STATUS : SCHED_VIEW_SET;
}

static void run_set(struct cli *cli, void *args) {
    sched_set(cli, args);
}

static void finish_set_args(void *args) {
    cli_cpus_finish(&((struct sched_args *)args)->affinity);
}

/* ---- the commands ---- */

static const struct sched_args presets = { .policy = -1,
                                           .priority = SCHED_NOT_GIVEN,
                                           .nice = SCHED_NO_NICE,
                                           .reset = -1,
                                           .pgrp = SCHED_NOT_GIVEN };

#define SCHED_COMMON                                                                               \
    .manual = "osbox-sched", .fields = sched_fields, .views = "show set limits cpus status",       \
    .field_count = SCHED_FIELDS, .args_size = sizeof(struct sched_args), .presets = &presets,      \
    .default_format = CLI_FORMAT_TEXT

static const struct cli_command show_command = {
    .name = "show",
    .summary = "print how threads are scheduled",
    .usage = "[OPTION]... [PID[:INODE]]...",
    .description = "Without PID: what a program that is run would have.",
    .options = show_options,
    .operands = CLI_COMPLETE_PID,
    .view = SCHED_VIEW_SHOW,
    .run = run_show,
    SCHED_COMMON,
};

static const struct cli_command set_command = {
    .name = "set",
    .summary = "change how threads are scheduled, and print what it was and is",
    .usage = "[OPTION]... PID[:INODE]...\n[OPTION]... -- CMD [ARG]...",
    .options = set_options,
    .operands = CLI_COMPLETE_PID,
    .dashes_program = true,
    .choices = choices,
    .parse = parse_option,
    .choose_view = choose_view_of_set,
    .finish_args = finish_set_args,
    .run = run_set,
    SCHED_COMMON,
};

static const struct cli_command limits_command = {
    .name = "limits",
    .summary = "print the priorities of each policy",
    .usage = "",
    .no_operands = true,
    .view = SCHED_VIEW_LIMITS,
    .run = run_limits,
    SCHED_COMMON,
};

static const struct cli_command cpus_command = {
    .name = "cpus",
    .summary = "print how many CPUs there are, and for this process",
    .usage = "",
    .no_operands = true,
    .view = SCHED_VIEW_CPUS,
    .run = run_cpus,
    SCHED_COMMON,
};

static const struct cli_command yield_command = {
    .name = "yield",
    .summary = "let others run first, as os.sched_yield",
    .manual = "osbox-sched",
    .usage = "",
    .no_operands = true,
    .run = run_yield,
};

static const struct cli_command *const verbs[] = { &show_command, &set_command,   &limits_command,
                                                   &cpus_command, &yield_command, NULL };

const struct cli_command applet_sched = {
    .name = "sched",
    .summary = "print or change how threads are scheduled",
    .usage = "show|set|limits|cpus|yield [ARGUMENT]...",
    .commands = verbs,
};
