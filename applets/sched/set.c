/* SPDX-License-Identifier: 0BSD
 *
 * sched set: of threads that are there, or of a program that is run. What was
 * set is read back: the kernel leaves out CPUs and says nothing.
 */
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/sched/sched.h"

static bool is_real_time(uint32_t policy) {
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool changes_attr(const struct sched_args *args) {
    return args->policy >= 0 || args->priority != SCHED_NOT_GIVEN || args->reset >= 0 ||
           args->runtime;
}

static bool is_normal(uint32_t policy) {
    return policy == SCHED_OTHER || policy == SCHED_BATCH;
}

/* What an attr becomes; what is not given stays, as far as the policy has it. */
static struct os_sched_attr changed(const struct sched_args *args, struct os_sched_attr a) {
    uint32_t before = a.sched_policy, now = args->policy >= 0 ? (uint32_t)args->policy : before;
    a.sched_policy = now;
    if (args->priority != SCHED_NOT_GIVEN)
        a.sched_priority = args->priority;
    else if (!is_real_time(now) || !is_real_time(before))
        a.sched_priority = 0;
    if (args->nice != SCHED_NO_NICE)
        a.sched_nice = args->nice;
    if (args->reset >= 0)
        a.sched_flags = (a.sched_flags & ~(uint64_t)OS_SCHED_FLAG_RESET_ON_FORK) |
                        (args->reset ? OS_SCHED_FLAG_RESET_ON_FORK : 0);
    if (args->runtime) {
        a.sched_runtime = (uint64_t)args->runtime;
        a.sched_deadline = (uint64_t)args->deadline;
        a.sched_period = (uint64_t)(args->period ? args->period : args->deadline);
    } else if (now != before && !(is_normal(now) && is_normal(before))) {
        a.sched_runtime = a.sched_deadline = a.sched_period = 0;
    }
    return a;
}

static bool check_runtime(struct cli *cli, const struct sched_args *args, uint32_t policy) {
    if (!args->runtime || policy == OS_SCHED_DEADLINE)
        return true;
    cli_usage(cli, "--runtime", "goes with --policy=deadline");
    return false;
}

/* ---- why not ---- */

static void note_limit(struct cli *cli, const char *name, uint64_t value, const char *meaning) {
    struct buf text = { 0 };
    buf_add_str(&text, name);
    buf_add_str(&text, " is ");
    if (value == UINT64_MAX)
        buf_add_str(&text, "unlimited");
    else
        buf_add_uint(&text, value);
    buf_add_str(&text, meaning);
    cli_note(cli, buf_cstr(&text));
    buf_finish(&text);
}

static void explain(struct cli *cli, int tid) {
    struct os_sched_limits l;
    os_sched_explain(tid, &l);
    if (l.foreign) {
        cli_note(cli, "it belongs to another user: only CAP_SYS_NICE helps");
        return;
    }
    cli_note(cli, l.capable ? "this process has CAP_SYS_NICE"
                            : "this process does not have CAP_SYS_NICE, so that limits hold:");
    if (l.has_limits) {
        note_limit(cli, "RLIMIT_RTPRIO", l.rtprio, ": the greatest priority of fifo and rr");
        note_limit(cli, "RLIMIT_NICE", l.nice, ": 20 minus the least nice value");
    }
    if (l.has_runtime && l.runtime_us >= 0)
        note_limit(cli, "sched_rt_runtime_us", (uint64_t)l.runtime_us,
                   ": what real time may use of a second");
    if (l.has_group_runtime)
        note_limit(cli, "cpu.rt_runtime_us of its cgroup", (uint64_t)l.group_runtime_us,
                   ": 0 forbids real time");
}

static void report(struct cli *cli, const struct sched_args *args, const struct sched_thread *t,
                   struct base_error *e) {
    sched_report(cli, t, e);
    if (args->explain && (e->errnum == EPERM || e->errnum == EACCES))
        explain(cli, t->tid);
}

/* ---- threads ---- */

enum part { PART_CPUS, PART_NICE, PART_ATTRIBUTES, PARTS };

/* A part as it was. When the kernel refuses that, it is said. */
static void take_back(struct cli *cli, const struct sched_thread *t, const struct os_sched *old,
                      enum part part) {
    static const char *const notes[] = { "the CPUs could not be taken back",
                                         "the nice value could not be taken back",
                                         "the policy could not be taken back" };
    int r = 0;
    switch (part) {
    case PART_CPUS:
        r = os_sched_set_affinity(t->tid, old->affinity.data, old->affinity.len, NULL);
        break;
    case PART_NICE:
        r = os_sched_set_nice(t->tid, old->attr.sched_nice, NULL);
        break;
    default:
        r = os_sched_set(t->tid, &old->attr, NULL);
        break;
    }
    if (r < 0 && r != -ESRCH)
        cli_note(cli, notes[part]);
}

static bool has_cpu(const struct buf *mask, size_t cpu) {
    return cpu / CHAR_BIT < mask->len &&
           (unsigned char)mask->data[cpu / CHAR_BIT] >> cpu % CHAR_BIT & 1;
}

/* The CPUs that were asked for and not given, as "CPU 2-5, 8" in `text`; false: there are none. */
static bool lacks_cpus(const struct sched_args *args, const struct buf *given, struct buf *text) {
    const unsigned char *wanted = (const unsigned char *)args->affinity.bits;
    size_t count = args->affinity.words * sizeof(long) * CHAR_BIT, first = count;
    for (size_t cpu = 0; cpu <= count; cpu++) {
        bool lacks =
            cpu < count && wanted[cpu / CHAR_BIT] >> cpu % CHAR_BIT & 1 && !has_cpu(given, cpu);
        if (lacks && first == count)
            first = cpu;
        if (lacks || first == count)
            continue;
        buf_add_str(text, text->len ? ", " : "CPU ");
        buf_add_uint(text, first);
        if (cpu - 1 > first) {
            buf_add_char(text, '-');
            buf_add_uint(text, cpu - 1);
        }
        first = count;
    }
    return text->len;
}

static void complain_of_cpus(struct cli *cli, const struct sched_args *args, struct buf *lacking,
                             bool all) {
    buf_add_str(lacking, " cannot be had: nothing is changed");
    if (!all)
        buf_add_str(lacking, " (--no-strict takes the others)");
    cli_complain(cli, CLI_EX_UNAVAILABLE, args->affinity_text, buf_cstr(lacking));
}

static bool has_one(const struct sched_args *args, const struct sched_thread *t) {
    const unsigned char *wanted = (const unsigned char *)args->affinity.bits;
    struct os_sched now = { 0 };
    bool has = false;
    if (os_sched_get(t->tid, &now, NULL) == 0)
        for (size_t cpu = 0; cpu < args->affinity.words * sizeof(long) * CHAR_BIT; cpu++)
            has = has ||
                  (wanted[cpu / CHAR_BIT] >> cpu % CHAR_BIT & 1 && has_cpu(&now.affinity, cpu));
    os_sched_finish(&now);
    return has;
}

/* EINVAL: none of the CPUs is there, unless it has one of them: then it is bound. Where some are
 * not, the kernel takes the others silently; then those of `old` (NULL: of nobody) are put back. */
static bool set_affinity(struct cli *cli, const struct sched_args *args,
                         const struct sched_thread *t, const struct os_sched *old) {
    struct os_sched now = { 0 };
    struct base_error e;
    struct buf lacking = { 0 };
    bool good = false;
    int r =
        os_sched_set_affinity(t->tid, args->affinity.bits, args->affinity.words * sizeof(long), &e);
    bool none = r == -EINVAL && !has_one(args, t), was_set = r == 0;
    if (r == 0)
        r = os_sched_get(t->tid, &now, &e);
    bool strict = none || (r == 0 && !args->no_strict);
    if (strict && lacks_cpus(args, &now.affinity, &lacking))
        complain_of_cpus(cli, args, &lacking, none);
    else if (r < 0)
        report(cli, args, t, &e);
    else
        good = true;
    if (!good && was_set && old)
        take_back(cli, t, old, PART_CPUS);
    buf_finish(&lacking);
    os_sched_finish(&now);
    return good;
}

static bool set_part(struct cli *cli, const struct sched_args *args, const struct sched_thread *t,
                     const struct os_sched *old, enum part part) {
    struct os_sched_attr want = changed(args, old->attr);
    struct base_error e;
    if (part == PART_CPUS)
        return set_affinity(cli, args, t, old);
    int r = part == PART_NICE ? os_sched_set_nice(t->tid, args->nice, &e)
                              : os_sched_set(t->tid, &want, &e);
    if (r < 0)
        report(cli, args, t, &e);
    return r == 0;
}

/* The parts in an order in which what was done can be taken back when the next one is refused. The
 * CPUs always can. A nice value that becomes less can, and is refused to most; one that becomes
 * greater cannot, and is refused to nobody who was allowed the attributes. These, such as
 * SCHED_IDLE, often cannot. The normal policies take the nice value along in their one call. */
static unsigned order_parts(const struct sched_args *args, const struct os_sched *old,
                            enum part parts[static PARTS]) {
    bool attributes = changes_attr(args);
    bool nice = args->nice != SCHED_NO_NICE &&
                !(attributes && is_normal(changed(args, old->attr).sched_policy));
    bool nice_is_less = args->nice < old->attr.sched_nice;
    unsigned count = 0;
    if (args->affinity.bits)
        parts[count++] = PART_CPUS;
    if (nice && nice_is_less)
        parts[count++] = PART_NICE;
    if (attributes)
        parts[count++] = PART_ATTRIBUTES;
    if (nice && !nice_is_less)
        parts[count++] = PART_NICE;
    return count;
}

/* All of it or nothing. */
static bool set_thread(struct cli *cli, const struct sched_args *args, const struct sched_thread *t,
                       const struct os_sched *old) {
    enum part parts[PARTS];
    unsigned count = order_parts(args, old, parts), done = 0;
    if (!check_runtime(cli, args, changed(args, old->attr).sched_policy))
        return false;
    while (done < count && set_part(cli, args, t, old, parts[done]))
        done++;
    if (done == count)
        return true;
    while (done-- > 0)
        take_back(cli, t, old, parts[done]);
    return false;
}

static void set_one(struct cli *cli, const struct sched_args *args, const struct sched_thread *t) {
    struct sched_record record = { 0 };
    struct os_sched old = { 0 }, now = { 0 };
    struct base_error e;
    if (os_sched_get(t->tid, &old, &e) < 0) {
        sched_report(cli, t, &e);
    } else if (set_thread(cli, args, t, &old)) {
        if (os_sched_get(t->tid, &now, &e) < 0) {
            sched_report(cli, t, &e);
        } else {
            sched_fill(&record, t->tid, &now, false);
            sched_fill(&record, t->tid, &old, true);
            sched_emit(cli, &record);
        }
    }
    sched_record_finish(&record);
    os_sched_finish(&old);
    os_sched_finish(&now);
}

static bool is_done(const struct buf *done, int tid) {
    const struct sched_thread *t = (const struct sched_thread *)(const void *)done->data;
    for (size_t i = 0; i < done->len / sizeof *t; i++)
        if (t[i].tid == tid)
            return true;
    return false;
}

/* One round over the threads that are there; false: none of them is new. */
static bool set_round(struct cli *cli, const struct sched_args *args, struct buf *done) {
    struct buf threads = { 0 };
    size_t before = done->len;
    if (sched_targets(cli, args, &threads)) {
        const struct sched_thread *t = (const struct sched_thread *)(const void *)threads.data;
        size_t count = threads.len / sizeof *t;
        for (size_t i = 0; i < count && cli_expect_records(cli, count); i++) {
            if (is_done(done, t[i].tid))
                continue;
            buf_add(done, &t[i], sizeof t[i]);
            set_one(cli, args, &t[i]);
        }
    }
    buf_finish(&threads);
    return done->len > before;
}

/* Threads may be born of one that was not set yet: until a round finds no new one. */
static void set_threads(struct cli *cli, const struct sched_args *args) {
    struct buf done = { 0 };
    bool named = cli->call.operand_count || args->pgrp != SCHED_NOT_GIVEN || args->user;
    if (!named)
        cli_usage(cli, NULL, "of what? PID, --pgrp, --user, or '--' and a program say it");
    else if (cli_begin(cli))
        while (set_round(cli, args, &done) && args->threads && !done.failed)
            ;
    buf_finish(&done);
}

/* ---- a program ---- */

/* The texts of what the steps are about. */
struct objects {
    struct buf policy, nice;
};

static void add_steps(const struct sched_args *args, const struct os_sched_attr *attr,
                      struct objects *objects, struct os_plan *plan) {
    if (args->nice != SCHED_NO_NICE) {
        buf_add_int(&objects->nice, args->nice);
        os_plan_add(plan, (struct os_step){ .kind = OS_STEP_NICE,
                                            .nice = { args->nice, .absolute = true },
                                            .object = buf_cstr(&objects->nice) });
    }
    if (changes_attr(args)) {
        const char *name = scheduling_policy_name(attr->sched_policy);
        buf_add_str(&objects->policy, name ? name : "");
        buf_add_char(&objects->policy, ':');
        buf_add_uint(&objects->policy, attr->sched_priority);
        os_plan_add(plan, (struct os_step){ .kind = OS_STEP_SCHEDULER,
                                            .scheduler.attr = attr,
                                            .object = buf_cstr(&objects->policy) });
    }
}

/* The program was not run, for a reason that was said. */
static void emit_error(struct cli *cli, const struct sched_args *args) {
    struct cli_value values[SCHED_FIELDS] = { 0 };
    values[SCHED_WHY + STEP_ERROR] = cli_str(cli->outcome.error);
    if (args->status)
        cli_emit(cli, values);
}

static void fail(struct cli *cli, const struct sched_args *args, const struct base_error *e) {
    struct cli_value values[SCHED_FIELDS] = { 0 };
    program_fail(cli, e, values + SCHED_WHY);
    if (args->explain && (e->errnum == EPERM || e->errnum == EACCES))
        explain(cli, 0);
    if (args->status)
        cli_emit(cli, values);
}

static void run_and_wait(struct cli *cli, const struct sched_args *args, struct os_plan *plan) {
    struct cli_value values[SCHED_FIELDS] = { 0 };
    struct os_child w = { .timeout = OS_NEVER, .kill_after = OS_NEVER };
    struct base_error e;
    char name[16];
    if (os_child_start(&w, plan, &e) < 0) {
        fail(cli, args, &e);
        return;
    }
    cli->outcome.program_ran = true;
    if (program_wait(&w, &e) < 0) {
        cli_report(cli, &e);
        return;
    }
    program_fill(&w, name, values + SCHED_WAIT);
    cli_emit(cli, values);
    program_answer(cli, &w);
}

/* The CPUs are those of osbox first, which the program inherits: then it can be told which one is
 * not there. Without --status osbox becomes the program, as chrt(1) and taskset(1) do. */
static void run_program(struct cli *cli, const struct sched_args *args, struct os_plan *plan) {
    const struct sched_thread self = { 0, false };
    struct objects objects = { 0 };
    struct os_sched_attr attr = { 0 };
    struct base_error e;
    int r = changes_attr(args) ? os_sched_get_attr(0, &attr) : 0;
    if (r < 0) {
        base_fail(&e, -r, "sched_getattr", NULL);
        cli_report(cli, &e);
        emit_error(cli, args);
        return;
    }
    attr = changed(args, attr);
    if (!check_runtime(cli, args, attr.sched_policy)) {
        emit_error(cli, args);
        return;
    }
    if (args->affinity.bits && !set_affinity(cli, args, &self, NULL)) {
        emit_error(cli, args);
        return;
    }
    add_steps(args, &attr, &objects, plan);
    program_name(cli, plan, cli->call.program);
    if (os_plan_prepare(plan, &e) < 0) {
        fail(cli, args, &e);
    } else if (args->status) {
        run_and_wait(cli, args, plan);
    } else {
        if (os_plan_apply(plan, &e) == 0)
            os_plan_exec(plan, &e);
        fail(cli, args, &e);
    }
    buf_finish(&objects.policy);
    buf_finish(&objects.nice);
}

void sched_set(struct cli *cli, const struct sched_args *args) {
    struct os_plan plan = os_plan_init();
    bool nothing = !changes_attr(args) && args->nice == SCHED_NO_NICE && !args->affinity.bits;
    int fd;
    if (nothing)
        cli_usage(cli, NULL,
                  "set what? --policy, --priority, --nice, --affinity and others say it");
    else if (args->policy >= 0 && is_real_time((uint32_t)args->policy) &&
             args->priority == SCHED_NOT_GIVEN)
        cli_usage(cli, "--policy", "fifo and rr need --priority");
    else if (args->policy == OS_SCHED_DEADLINE && !args->runtime)
        cli_usage(cli, "--policy", "deadline needs --runtime and --deadline");
    else if (args->runtime && args->policy >= 0 && args->policy != OS_SCHED_DEADLINE)
        cli_usage(cli, "--runtime", "goes with --policy=deadline");
    else if (!cli->call.program && args->status)
        cli_usage(cli, "--status", "goes with a program");
    else if (!cli->call.program)
        set_threads(cli, args);
    else if (cli->call.operand_count || args->threads || args->pgrp != SCHED_NOT_GIVEN ||
             args->user || !cli->call.program[0])
        cli_usage(cli, NULL, "takes PIDs, or '--' and a program");
    else if ((fd = program_open_status(cli, &plan, args->status)) >= -1) {
        if (fd >= 0)
            cli_redirect(cli, fd, args->status);
        if (fd < 0 || cli_begin(cli))
            run_program(cli, args, &plan);
    }
    os_plan_finish(&plan);
}
