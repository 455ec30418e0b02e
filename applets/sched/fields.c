/* SPDX-License-Identifier: 0BSD
 *
 * sched's records: how a thread is scheduled and was, the policies' limits, the
 * CPUs, how a program ended.
 */
#include "applets/sched/sched.h"

enum {
    SHOW = 1 << SCHED_VIEW_SHOW,
    SET = 1 << SCHED_VIEW_SET,
    LIMITS = 1 << SCHED_VIEW_LIMITS,
    CPUS = 1 << SCHED_VIEW_CPUS,
    STATUS = 1 << SCHED_VIEW_STATUS,
    THREAD = SHOW | SET,
};

const struct cli_field sched_fields[] = {
    WAIT_ROWS(SCHED_WAIT, STATUS, THREAD, 0, 0),
    [SCHED_POLICY] =
        WAIT_FIELD(THREAD | LIMITS, "policy", CLI_ENUM, "SCHED_OTHER, SCHED_FIFO, ..."),
    [SCHED_RESET] = WAIT_FIELD(THREAD, "reset_on_fork", CLI_BOOL,
                               "whether children begin with the usual policy"),
    [SCHED_PRIORITY] = WAIT_FIELD(THREAD, "sched_priority", CLI_INT, "the priority"),
    [SCHED_NICE] = WAIT_FIELD(THREAD, "nice", CLI_INT, "the nice value, as os.getpriority"),
    [SCHED_RUNTIME] = WAIT_FIELD(THREAD, "runtime", CLI_DURATION,
                                 "CPU time in each period, or the slice of a normal policy"),
    [SCHED_DEADLINE_TIME] =
        WAIT_FIELD(THREAD, "deadline", CLI_DURATION, "within what time of a period's begin"),
    [SCHED_PERIOD] = WAIT_FIELD(THREAD, "period", CLI_DURATION, "how long a period is"),
    [SCHED_RR_INTERVAL] = WAIT_FIELD(THREAD | LIMITS, "rr_interval", CLI_DURATION,
                                     "how long a turn is, as os.sched_rr_get_interval"),
    [SCHED_AFFINITY] =
        WAIT_FIELD(THREAD | CPUS, "affinity", CLI_RANGES, "the CPUs, as os.sched_getaffinity"),
    [SCHED_CPU] = WAIT_FIELD(SHOW, "cpu", CLI_INT, "where it ran last"),
    [SCHED_OLD_POLICY] = WAIT_FIELD(SET, "old_policy", CLI_ENUM, "the policy before"),
    [SCHED_OLD_RESET] = WAIT_FIELD(SET, "old_reset_on_fork", CLI_BOOL, "reset_on_fork before"),
    [SCHED_OLD_PRIORITY] = WAIT_FIELD(SET, "old_sched_priority", CLI_INT, "the priority before"),
    [SCHED_OLD_NICE] = WAIT_FIELD(SET, "old_nice", CLI_INT, "the nice value before"),
    [SCHED_OLD_AFFINITY] = WAIT_FIELD(SET, "old_affinity", CLI_RANGES, "the CPUs before"),
    [SCHED_PRIORITY_MIN] = WAIT_FIELD(LIMITS, "priority_min", CLI_INT,
                                      "the least priority, as os.sched_get_priority_min"),
    [SCHED_PRIORITY_MAX] =
        WAIT_FIELD(LIMITS, "priority_max", CLI_INT, "the greatest, as os.sched_get_priority_max"),
    [SCHED_CPU_COUNT] =
        WAIT_FIELD(CPUS, "cpu_count", CLI_INT, "CPUs that are online, as os.cpu_count"),
    [SCHED_PROCESS_CPU_COUNT] =
        WAIT_FIELD(CPUS, "process_cpu_count", CLI_INT,
                   "those that this process may use, as os.process_cpu_count"),
    [SCHED_ONLINE] = WAIT_FIELD(CPUS, "online", CLI_RANGES, "the CPUs that are online"),
    [SCHED_QUOTA] = WAIT_FIELD(CPUS, "quota", CLI_DURATION,
                               "CPU seconds per second that the cgroup may use; null: no limit"),
    [SCHED_QUOTA_LIMITED] =
        WAIT_FIELD(CPUS, "quota_limited", CLI_BOOL, "whether it has such a limit; null: unknown"),
    [SCHED_LOAD_1] =
        WAIT_FIELD(CPUS, "load_1", CLI_DURATION, "load average of a minute, as os.getloadavg"),
    [SCHED_LOAD_5] = WAIT_FIELD(CPUS, "load_5", CLI_DURATION, "of 5 minutes"),
    [SCHED_LOAD_15] = WAIT_FIELD(CPUS, "load_15", CLI_DURATION, "of 15 minutes"),
    START_ROWS(SCHED_START, STATUS),
    STEP_ROWS(SCHED_WHY, STATUS, 0),
};

/* ---- values ---- */

void sched_emit(struct cli *cli, const struct sched_record *r) {
    if (r->failed)
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    else
        cli_emit(cli, r->values);
}

void sched_record_finish(struct sched_record *r) {
    for (unsigned i = 0; i < SCHED_LISTS; i++)
        vec_finish(&r->lists[i]);
}

static struct cli_value known_ns(uint64_t ns) {
    return ns ? cli_ns((int64_t)ns) : cli_null();
}

void sched_fill_cpus(struct sched_record *r, enum sched_field field, const struct os_cpuset *cpus) {
    struct sched_list *list = &r->lists[field != SCHED_AFFINITY];
    list->count = 0;
    for (size_t cpu = os_cpuset_next(cpus, 0); cpu != OS_CPUSET_END && !r->failed;
         cpu = os_cpuset_next(cpus, cpu + 1))
        r->failed = !vec_push(list, cli_uint(cpu));
    r->values[field] = cli_list(list->items, list->count);
}

static void fill_old(struct sched_record *r, const struct os_sched *s) {
    const struct os_sched_attr *a = &s->attr;
    r->values[SCHED_OLD_POLICY] = cli_str(scheduling_policy_name(a->sched_policy));
    r->values[SCHED_OLD_RESET] = cli_bool(a->sched_flags & OS_SCHED_FLAG_RESET_ON_FORK);
    r->values[SCHED_OLD_PRIORITY] = cli_int(a->sched_priority);
    r->values[SCHED_OLD_NICE] = cli_int(a->sched_nice);
    sched_fill_cpus(r, SCHED_OLD_AFFINITY, &s->affinity);
}

void sched_fill(struct sched_record *r, int tid, const struct os_sched *s, bool old) {
    const struct os_sched_attr *a = &s->attr;
    if (old) {
        fill_old(r, s);
        return;
    }
    r->values[SCHED_WAIT + WAIT_PID] = cli_int(tid);
    r->values[SCHED_POLICY] = cli_str(scheduling_policy_name(a->sched_policy));
    r->values[SCHED_RESET] = cli_bool(a->sched_flags & OS_SCHED_FLAG_RESET_ON_FORK);
    r->values[SCHED_PRIORITY] = cli_int(a->sched_priority);
    r->values[SCHED_NICE] = cli_int(a->sched_nice);
    r->values[SCHED_RUNTIME] = known_ns(a->sched_runtime);
    r->values[SCHED_DEADLINE_TIME] = known_ns(a->sched_deadline);
    r->values[SCHED_PERIOD] = known_ns(a->sched_period);
    if (s->has_interval)
        r->values[SCHED_RR_INTERVAL] = cli_ns(s->interval_ns);
    sched_fill_cpus(r, SCHED_AFFINITY, &s->affinity);
}
