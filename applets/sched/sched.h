/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of sched share: sched.c has the options and the verbs that show,
 * sched_set.c sets, sched_fields.c makes the records.
 */
#pragma once

#include "applets/common/pid_operand.h"
#include "applets/common/program.h"
#include "applets/common/scheduling.h"
#include "cli/cpus.h"
#include "os/sched.h"

#define SCHED_NOT_GIVEN (~0U)
enum { SCHED_NO_NICE = 1000 };

struct sched_args {
    int policy;                        /* -1: not given */
    unsigned priority;                 /* SCHED_NOT_GIVEN */
    int nice;                          /* SCHED_NO_NICE */
    int reset;                         /* --reset-on-fork; -1: not given */
    int64_t runtime, deadline, period; /* nanoseconds; 0: not given */
    struct cli_cpus affinity;          /* bits NULL: not given */
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
    SCHED_LOAD_1,
    SCHED_LOAD_5,
    SCHED_LOAD_15,
    SCHED_WHY, /* enum step_field */
    SCHED_FIELDS = SCHED_WHY + STEP_FIELDS,
};

extern const struct cli_field sched_fields[];

/* The room for values of one record. */
struct sched_record {
    struct cli_value values[SCHED_FIELDS];
    struct buf cpus, other_cpus; /* struct cli_value: of affinity; of another list */
};

/* The CPUs of a mask. */
struct cli_value sched_cpu_list(const struct buf *mask, struct buf *room);

void sched_record_finish(struct sched_record *r);
void sched_emit(struct cli *cli, const struct sched_record *r);

/* Fills the fields of how a thread is, or with `old` of how it was. */
void sched_fill(struct sched_record *r, int tid, const struct os_sched *s, bool old);

/* A thread that something is done with. One that was listed may have ended since: that is no error,
 * as nobody named it. */
struct sched_thread {
    int tid;
    bool listed;
};

/* The threads that the operands and options name (struct sched_thread): false after a report. */
bool sched_targets(struct cli *cli, const struct sched_args *args, struct buf *threads);

/* A diagnostic about a thread, unless it was listed and has ended. */
void sched_report(struct cli *cli, const struct sched_thread *t, struct base_error *e);

/* The verb set. */
void sched_set(struct cli *cli, const struct sched_args *args);
