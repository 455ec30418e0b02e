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
 * Deviations: the policy is printed without SCHED_RESET_ON_FORK, which is a field.
 */
#include <sched.h>
#include <unistd.h>

#include "applets/sched/sched.h"
#include "os/cpus.h"
#include "os/proc.h"

/* ---- options ---- */

static const struct cli_choice yes_no[] = { { "yes", 1, "" }, { "no", 0, "" }, CLI_CHOICES_END };

/* --affinity */
static const char *parse_option(void *data, int which, const char *text) {
    (void)which;
    struct sched_args *args = data;
    const char *why = os_cpuset_parse(text, &args->affinity);
    if (!why)
        args->affinity_text = text;
    return why;
}

enum { CHOICES_POLICY = 1, CHOICES_YES_NO };

static const struct cli_choice *const choices[] = {
    [CHOICES_POLICY] = scheduling_policies,
    [CHOICES_YES_NO] = yes_no,
};

static const struct cli_option target_options[] = {
    { CLI_FLAG(struct sched_args, threads), .name = "threads",
      .help = "all threads of the processes, not only the main ones" },
    { CLI_UNSIGNED(struct sched_args, pgrp), .name = "pgrp", .metavar = "N",
      .help = "the processes of a process group (0: this one)" },
    { CLI_TEXT(struct sched_args, user), .name = "user", .metavar = "U",
      .complete = CLI_COMPLETE_USER, .help = "the processes of a user (name or real user id)" },
    CLI_OPTIONS_END,
};

enum { INCLUDE_TARGET };

static const struct cli_option *const includes[] = { [INCLUDE_TARGET] = target_options };

static const struct cli_option show_options[] = {
    CLI_GROUP("Which"),
    CLI_INCLUDE_ROWS(INCLUDE_TARGET),
    CLI_OPTIONS_END,
};

static const struct cli_option set_options[] = {
    CLI_GROUP("Which"),
    CLI_INCLUDE_ROWS(INCLUDE_TARGET),
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
    { CLI_TIME(struct sched_args, runtime), .name = "runtime", .metavar = "T",
      .help = "CPU time in each period of deadline; alone, the slice of other and batch" },
    { CLI_TIME(struct sched_args, deadline), .name = "deadline", .metavar = "T", .needs = "runtime",
      .help = "within what time of a period's begin" },
    { CLI_TIME(struct sched_args, period), .name = "period", .metavar = "T", .needs = "deadline",
      .help = "how long a period is (the deadline, if not given)" },
    CLI_GROUP("How"),
    { CLI_FLAG(struct sched_args, no_strict), .name = "no-strict",
      .help = "accept less than what was asked for, where the kernel gives it silently" },
    { CLI_FLAG(struct sched_args, explain), .name = "explain",
      .help = "when it is not permitted, say what stands in the way" },
    { CLI_PLACE(struct sched_args, status), .name = "status", .metavar = "FILE|fd:N",
      .help = "wait for CMD, and write a record of how it ended there" },
    CLI_OPTIONS_END,
};

/* ---- show ---- */

static void show_one(struct cli *cli, const struct sched_thread *t, bool has_cpu,
                     struct os_sched *s) {
    struct sched_record r = { 0 };
    struct base_error e;
    int cpu;
    if (os_sched_get(t->tid, s, &e) < 0) {
        sched_report(cli, t, &e);
        return;
    }
    sched_fill(&r, t->tid, s, false);
    if (has_cpu && os_sched_cpu(t->tid, &cpu))
        r.values[SCHED_CPU] = cli_int(cpu);
    sched_emit(cli, &r);
    sched_record_finish(&r);
}

static void run_show(struct cli *cli, void *data) {
    const struct sched_args *args = data;
    struct sched_threads threads = { 0 };
    struct os_sched s = { 0 };
    const struct sched_thread self = { getpid(), false };
    bool named =
        cli->call.operand_count || args->pgrp != SCHED_NOT_GIVEN || args->user || args->threads;
    if (!cli_begin(cli))
        return;
    bool has_cpu = cli_wants(cli_writer(cli), SCHED_CPU);
    if (!named) {
        show_one(cli, &self, has_cpu, &s);
    } else if (sched_targets(cli, args, &threads)) {
        struct base_error e;
        int proc = has_cpu ? os_proc_state(&e) : OS_PROC_MISSING;
        bool all = proc == OS_PROC_OURS;
        if (proc < 0)
            cli_report_part(cli, &e);
        for (size_t i = 0; i < threads.count && cli_expect_records(cli, threads.count); i++)
            show_one(cli, &threads.items[i], all || (has_cpu && threads.items[i].tid == self.tid),
                     &s);
    }
    os_sched_finish(&s);
    vec_finish(&threads);
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
        if (c.online.count)
            sched_fill_cpus(&r, SCHED_ONLINE, &c.online);
        if (c.quota != OS_QUOTA_UNKNOWN)
            r.values[SCHED_QUOTA_LIMITED] = cli_bool(c.quota == OS_QUOTA_LIMITED);
        if (c.quota == OS_QUOTA_LIMITED)
            r.values[SCHED_QUOTA] = cli_ns(c.quota_ns);
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

static bool sets_nothing(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    (void)call;
    return !sched_changes_attr(args) && args->nice == SCHED_NO_NICE && !args->affinity.count;
}

static bool lacks_priority(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    (void)call;
    return scheduling_has_priority(args->policy) && args->priority == SCHED_NOT_GIVEN;
}

static bool has_fields_alone(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    return call->program && !args->status && call->common.fields;
}

static bool lacks_runtime(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    (void)call;
    return args->policy == OS_SCHED_DEADLINE && !args->deadline;
}

static bool has_deadline_alone(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    (void)call;
    return args->deadline && args->policy >= 0 && args->policy != OS_SCHED_DEADLINE;
}

static bool has_runtime_alone(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    (void)call;
    return args->runtime != SCHED_NO_RUNTIME && !args->deadline && args->policy >= 0 &&
           !sched_is_normal((uint32_t)args->policy);
}

static bool has_status_alone(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    return !call->program && args->status;
}

static bool has_no_target(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    return !call->program && !call->operand_count && args->pgrp == SCHED_NOT_GIVEN && !args->user;
}

static bool has_targets_and_program(const struct cli_call *call, const void *data) {
    const struct sched_args *args = data;
    return call->program && (call->operand_count || args->threads ||
                             args->pgrp != SCHED_NOT_GIVEN || args->user || !call->program[0]);
}

static const struct cli_rule set_rules[] = {
    { sets_nothing, NULL, "set what? --policy, --priority, --nice, --affinity and others say it" },
    { has_fields_alone, "--fields", "requires --status, because a program is run" },
    { lacks_priority, "--policy", scheduling_lacks_priority },
    { lacks_runtime, "--policy", "deadline needs --runtime and --deadline" },
    { has_deadline_alone, "--deadline", sched_deadline_policy },
    { has_runtime_alone, "--runtime", sched_runtime_policy },
    { has_status_alone, "--status", "goes with a program" },
    { has_no_target, NULL, "of what? PID, --pgrp, --user, or '--' and a program say it" },
    { has_targets_and_program, NULL, "takes PIDs, or '--' and a program" },
    { NULL, NULL, NULL },
};

static unsigned choose_view_of_set(const struct cli_call *call, const void *args) {
    (void)args;
    return call->program ? SCHED_VIEW_STATUS : SCHED_VIEW_SET;
}

static void run_set(struct cli *cli, void *args) {
    sched_set(cli, args);
}

static void finish_set_args(void *args) {
    os_cpuset_finish(&((struct sched_args *)args)->affinity);
}

/* ---- the commands ---- */

static const struct sched_args presets = { .policy = -1,
                                           .priority = SCHED_NOT_GIVEN,
                                           .nice = SCHED_NO_NICE,
                                           .reset = -1,
                                           .runtime = SCHED_NO_RUNTIME,
                                           .pgrp = SCHED_NOT_GIVEN };

#define SCHED_COMMON                                                                               \
    .manual = "osbox-sched", .includes = includes, .fields = sched_fields,                         \
    .views = "show set limits cpus status", .field_count = SCHED_FIELDS,                           \
    .args_size = sizeof(struct sched_args), .presets = &presets, .default_format = CLI_FORMAT_TEXT

enum {
    NEVER_WITHOUT_PROCESSES =
        CLI_NEVER(CLI_EX_DATAERR) | CLI_NEVER(CLI_EX_NOUSER) | CLI_NEVER(CLI_EX_CANTCREAT)
};

static const struct cli_command show_command = {
    .never = CLI_NEVER(CLI_EX_DATAERR) | CLI_NEVER(CLI_EX_CANTCREAT),
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

static const struct cli_exit set_exits[] = {
    { CLI_EX_PROTOCOL, "the kernel set another slice" },
    CLI_EXITS_END,
};

static const struct cli_command set_command = {
    .exits = set_exits,
    .never = CLI_NEVER(CLI_EX_DATAERR) | CLI_NEVER(CLI_EX_CANTCREAT),
    .name = "set",
    .summary = "change how threads are scheduled, and print what it was and is",
    .usage = "[OPTION]... PID[:INODE]...\n[OPTION]... -- CMD [ARG]...",
    .options = set_options,
    .operands = CLI_COMPLETE_PID,
    .dashes_program = true,
    .choices = choices,
    .parse = parse_option,
    .rules = set_rules,
    .choose_view = choose_view_of_set,
    .finish_args = finish_set_args,
    .run = run_set,
    SCHED_COMMON,
};

static const struct cli_command limits_command = {
    .never = NEVER_WITHOUT_PROCESSES,
    .name = "limits",
    .summary = "print the priorities of each policy",
    .usage = "",
    .no_operands = true,
    .view = SCHED_VIEW_LIMITS,
    .run = run_limits,
    SCHED_COMMON,
};

static const struct cli_command cpus_command = {
    .never = NEVER_WITHOUT_PROCESSES,
    .name = "cpus",
    .summary = "print how many CPUs there are, and for this process",
    .usage = "",
    .no_operands = true,
    .view = SCHED_VIEW_CPUS,
    .run = run_cpus,
    SCHED_COMMON,
};

static const struct cli_command yield_command = {
    .never = NEVER_WITHOUT_PROCESSES,
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
    .never = NEVER_WITHOUT_PROCESSES,
    .name = "sched",
    .summary = "print or change how threads are scheduled",
    .usage = "show|set|limits|cpus|yield [ARGUMENT]...",
    .commands = verbs,
};
