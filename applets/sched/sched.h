/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of sched share. Each of them calls only those that come before it
 * here; sched.c, the face, has the options and the verbs that show.
 */
#pragma once

#include "applets/common/pid_operand.h"
#include "applets/common/program.h"
#include "applets/common/scheduling.h"
#include "os/sched.h"

#define SCHED_NOT_GIVEN (~0U)
enum { SCHED_NO_NICE = 1000, SCHED_NO_RUNTIME = -1 };

struct sched_args {
    int policy;                /* -1: not given */
    unsigned priority;         /* SCHED_NOT_GIVEN */
    int nice;                  /* SCHED_NO_NICE */
    int reset;                 /* --reset-on-fork; -1: not given */
    int64_t runtime;           /* nanoseconds; SCHED_NO_RUNTIME: not given */
    int64_t deadline, period;  /* nanoseconds; 0: not given */
    struct os_cpuset affinity; /* empty: not given */
    const char *affinity_text;
    bool threads;
    unsigned pgrp; /* SCHED_NOT_GIVEN */
    const char *user;
    bool no_strict;
    bool explain;
    const char *status;
};

enum sched_view {
    SCHED_VIEW_SHOW,
    SCHED_VIEW_SET,
    SCHED_VIEW_LIMITS,
    SCHED_VIEW_CPUS,
    SCHED_VIEW_STATUS
};

enum sched_field {
    SCHED_WAIT, /* enum wait_field */
    SCHED_POLICY = SCHED_WAIT + WAIT_FIELDS,
    SCHED_RESET,
    SCHED_PRIORITY,
    SCHED_NICE,
    SCHED_RUNTIME,
    SCHED_DEADLINE_TIME,
    SCHED_PERIOD,
    SCHED_RR_INTERVAL,
    SCHED_AFFINITY,
    SCHED_CPU,
    SCHED_OLD_POLICY,
    SCHED_OLD_RESET,
    SCHED_OLD_PRIORITY,
    SCHED_OLD_NICE,
    SCHED_OLD_AFFINITY,
    SCHED_PRIORITY_MIN,
    SCHED_PRIORITY_MAX,
    SCHED_CPU_COUNT,
    SCHED_PROCESS_CPU_COUNT,
    SCHED_ONLINE,
    SCHED_QUOTA,
    SCHED_QUOTA_LIMITED,
    SCHED_LOAD_1,
    SCHED_LOAD_5,
    SCHED_LOAD_15,
    SCHED_START,                            /* enum start_field */
    SCHED_WHY = SCHED_START + START_FIELDS, /* enum step_field */
    SCHED_FIELDS = SCHED_WHY + STEP_FIELDS,
};

extern const struct cli_field sched_fields[];

/* ---- fields.c ---- */

/* The CPUs of one field, as values. */
struct sched_list BASE_VEC(struct cli_value);
enum { SCHED_LISTS = 2 };

/* The values of one record, and room for two lists of CPUs: affinity, and one other. */
struct sched_record {
    struct cli_value values[SCHED_FIELDS];
    struct sched_list lists[SCHED_LISTS];
    bool failed; /* memory was short */
};

/* Sets a field to a set of CPUs. */
void sched_fill_cpus(struct sched_record *r, enum sched_field field, const struct os_cpuset *cpus);

/* Fills the fields of a thread's scheduling, or with `old` of its former one. */
void sched_fill(struct sched_record *r, int tid, const struct os_sched *s, bool old);

void sched_emit(struct cli *cli, const struct sched_record *r);
void sched_record_finish(struct sched_record *r);

/* ---- report.c ---- */

/* A thread to show or to change. One that was listed may have ended since: that is not an error,
 * because the user did not name it. */
struct sched_thread {
    int tid;
    bool listed;
};

struct sched_threads BASE_VEC(struct sched_thread);

/* Prints a diagnostic about a thread, unless it was listed and has ended. */
void sched_report(struct cli *cli, const struct sched_thread *t, struct base_error *e);

/* The same for a change; with --explain, notes explain what prevents it. */
void sched_report_change(struct cli *cli, const struct sched_args *args,
                         const struct sched_thread *t, struct base_error *e);

/* Prints the notes of --explain. */
void sched_explain(struct cli *cli, int tid);

/* ---- targets.c ---- */

/* Appends the threads that the operands and options select. Returns false after a report. */
bool sched_targets(struct cli *cli, const struct sched_args *args, struct sched_threads *threads);

/* ---- attr.c ---- */

/* The usage errors of --deadline and --runtime with another policy. */
extern const char sched_deadline_policy[], sched_runtime_policy[];

/* Return whether a policy is a real-time one, or a normal one. */
bool sched_is_real_time(uint32_t policy);
bool sched_is_normal(uint32_t policy); /* it has a nice value */

/* Returns whether an attr changes; --nice alone does not change it. */
bool sched_changes_attr(const struct sched_args *args);

/* Returns what an attr becomes; parts that are not given stay, as far as the policy has them. */
struct os_sched_attr sched_change_attr(const struct sched_args *args, struct os_sched_attr a);

/* Reports a usage error and returns false if --runtime or --deadline is given for a policy that
 * does not accept it. */
bool sched_check_runtime(struct cli *cli, const struct sched_args *args, uint32_t policy);

/* Reads back the slice that --runtime has set for a thread. Returns false after a report if it is
 * another one, unless there is --no-strict. */
bool sched_check_slice(struct cli *cli, const struct sched_args *args,
                       const struct sched_thread *t);

/* ---- affinity.c ---- */

/* Sets the CPUs of a thread. False after a report: then those of `old` (NULL: none) are
 * restored. */
bool sched_set_affinity(struct cli *cli, const struct sched_args *args,
                        const struct sched_thread *t, const struct os_sched *old);

/* Restores the CPUs of a thread. If the kernel refuses, a note reports it. */
void sched_restore_affinity(struct cli *cli, const struct sched_thread *t,
                            const struct os_sched *old);

/* ---- program.c ---- */

/* Runs a program with changed scheduling. */
void sched_run(struct cli *cli, const struct sched_args *args);

/* ---- set.c ---- */

/* The verb set. */
void sched_set(struct cli *cli, const struct sched_args *args);
