/* SPDX-License-Identifier: 0BSD
 *
 * What the files of waitid share: waitid.c is the command, targets.c opens or
 * starts the processes, report.c waits for them and prints the records, decode.c
 * is the verb decode.
 */
#pragma once

#include "applets/common/program.h"
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
    int count;          /* maximum number of records */
    int64_t timeout;    /* nanoseconds; -1: none */
    int signo;          /* -1: none */
    int64_t kill_after; /* nanoseconds after signo; -1: never */
    int exit_with;      /* enum waitid_exit */
};

enum waitid_field {
    WAITID_WAIT,                              /* enum wait_field */
    WAITID_START = WAITID_WAIT + WAIT_FIELDS, /* enum start_field */
    WAITID_VIA = WAITID_START + START_FIELDS,
    WAITID_REASON,
    WAITID_PIDFD_INO,
    WAITID_PPID,
    WAITID_CGROUPID,
    WAITID_FIELDS,
};

struct waitid_run {
    struct cli *cli;
    const struct waitid_args *args;
    struct os_wait_many many;
    int records; /* printed */
    int64_t deadline, kill_at;
    int program; /* PID of the program that was started; 0: none */
    int64_t started;
    struct program_start start; /* of the program */
    bool timed_out;
    int status; /* to exit with */
};

/* Returns whether stops are reported: then a process may have several records. */
static inline bool waitid_reports_stops(const struct waitid_args *args) {
    return args->stopped || args->continued;
}

/* Wait for the processes that the operands or an option select, or for the program after "--". */
void waitid_processes(struct waitid_run *w);
void waitid_pidfd(struct waitid_run *w);
void waitid_children(struct waitid_run *w);
void waitid_program(struct waitid_run *w);

/* Sends the signal, waits for what was added to w->many, and prints the records. */
void waitid_wait(struct waitid_run *w);

/* Prints a diagnostic about a process. */
void waitid_report(struct waitid_run *w, const struct os_process *p, struct base_error *e);

extern const struct cli_command applet_waitid_decode;
