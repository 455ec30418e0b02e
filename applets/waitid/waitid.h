/* SPDX-License-Identifier: 0BSD
 *
 * What the files of waitid share: waitid.c has the options, waitid_targets.c
 * finds or starts what is waited for, waitid_tell.c waits and prints the
 * records, waitid_decode.c is the verb decode.
 */
#pragma once

#include "applets/common/wait_record.h"
#include "os/wait_many.h"

enum waitid_exit {
    WAITID_EXIT_DEFAULT,
    WAITID_EXIT_TARGET,
    WAITID_EXIT_FIRST_FAILURE,
    WAITID_EXIT_NONE,
};

struct waitid_args {
    bool all;
    int pgid;  /* -1: none */
    int pidfd; /* -1: none */
    bool subreaper;
    bool stopped;
    bool continued;
    bool peek;
    bool nohang;
    int count;          /* of records, at the most */
    int64_t timeout;    /* nanoseconds; -1: none */
    int signo;          /* -1: none */
    int64_t kill_after; /* nanoseconds from signo on; -1: never */
    int exit_with;      /* enum waitid_exit */
};

/* Fields after those of the wait-status record. */
enum waitid_field {
    WAITID_VIA = WAIT_FIELDS,
    WAITID_REASON,
    WAITID_PIDFD_INO,
    WAITID_PPID,
    WAITID_CGROUPID,
    WAITID_FIELDS,
};

/* A run. */
struct waitid_run {
    struct cli *cli;
    const struct waitid_args *args;
    struct os_wait_many await;
    int told; /* records */
    int64_t deadline, kill_at;
    int program; /* PID of the one that was started; 0: none */
    int64_t started;
    bool timed_out;
    int status; /* to exit with */
};

/* Whether stops are to be told too: then a process may have several records. */
static inline bool waitid_tells_stops(const struct waitid_args *args) {
    return args->stopped || args->continued;
}

/* waitid_targets.c: wait for what the operands, an option, or what is behind "--" say. */
void waitid_processes(struct waitid_run *g);
void waitid_pidfd(struct waitid_run *g);
void waitid_children(struct waitid_run *g);
void waitid_program(struct waitid_run *g);

/* waitid_tell.c: sends the signal, waits for all that was added to g->await, and prints. */
void waitid_wait(struct waitid_run *g);

/* A diagnostic about a process. */
void waitid_report(struct waitid_run *g, const struct os_process *p, struct base_error *e);

/* waitid decode. */
extern const struct cli_command applet_waitid_decode;
