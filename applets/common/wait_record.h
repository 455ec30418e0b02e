/* SPDX-License-Identifier: 0BSD
 *
 * The wait-status record: the fields that the applets share which wait for
 * processes, and their values.
 */
#pragma once

#include <time.h>

#include "cli/cli.h"
#include "os/wait_status.h"

enum wait_field {
    WAIT_PID,
    WAIT_SI_PID,
    WAIT_SI_UID,
    WAIT_SI_SIGNO,
    WAIT_SI_CODE,
    WAIT_SI_STATUS,
    WAIT_EXITCODE,
    WAIT_WAIT_STATUS,
    WAIT_SHELL_STATUS,
    WAIT_SIGNAL,
    WAIT_CORE,
    WAIT_RU_UTIME,
    WAIT_RU_STIME,
    WAIT_RU_MAXRSS,
    WAIT_RU_UTIME_NS,
    WAIT_RU_STIME_NS,
    WAIT_RU_MINFLT,
    WAIT_RU_MAJFLT,
    WAIT_RU_INBLOCK,
    WAIT_RU_OUBLOCK,
    WAIT_RU_NVCSW,
    WAIT_RU_NIVCSW,
    WAIT_ELAPSED,
    WAIT_ELAPSED_NS,
    WAIT_TIMED_OUT,
    WAIT_FIELDS,
};

#define WAIT_FIELD(view, name_, type_, help_)                                                      \
    { .name = name_, .type = type_, .views = view, .defaults = view, .help = help_ }
#define WAIT_SHOWN(view, more_views, name_, type_, help_)                                          \
    {                                                                                              \
        .name = name_, .type = type_, .views = (view) | (more_views), .defaults = view,            \
        .help = help_                                                                              \
    }
#define WAIT_MORE(view, name_, type_, help_)                                                       \
    { .name = name_, .type = type_, .views = view, .help = help_ }

/* The rows of an applet's field table from `base` on, the number of the first of them. The other
 * arguments are bit sets: the views that show all of it, the process, or briefly how it ended, and
 * those that show the rest only if it is selected. */
#define WAIT_ROWS(base, view, pid_views, end_views, more_views)                                    \
    [(base) +                                                                                      \
        WAIT_PID] = WAIT_FIELD((view) | (pid_views), "pid", CLI_INT, "the process"),               \
        [(base) + WAIT_SI_PID] =                                                                   \
            WAIT_SHOWN(view, more_views, "si_pid", CLI_INT, "the process that changed its state"), \
        [(base) + WAIT_SI_UID] =                                                                   \
            WAIT_SHOWN(view, more_views, "si_uid", CLI_UINT, "its real user id"),                  \
        [(base) + WAIT_SI_SIGNO] =                                                                 \
            WAIT_SHOWN(view, more_views, "si_signo", CLI_ENUM, "always SIGCHLD"),                  \
        [(base) + WAIT_SI_CODE] =                                                                  \
            WAIT_SHOWN(view, more_views, "si_code", CLI_ENUM,                                      \
                       "CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED or "          \
                       "CLD_CONTINUED"),                                                           \
        [(base) + WAIT_SI_STATUS] = WAIT_SHOWN(view, more_views, "si_status", CLI_INT,             \
                                               "the exit status, or the number of the signal"),    \
        [(base) + WAIT_EXITCODE] = WAIT_FIELD(                                                     \
            (view) | (end_views), "exitcode", CLI_INT,                                             \
            "as os.waitstatus_to_exitcode: the exit status, or minus the signal's number"),        \
        [(base) + WAIT_WAIT_STATUS] =                                                              \
            WAIT_SHOWN(view, more_views, "wait_status", CLI_INT, "the status word of wait(2)"),    \
        [(base) + WAIT_SHELL_STATUS] = WAIT_SHOWN(view, more_views, "shell_status", CLI_INT,       \
                                                  "as a shell's $?: 128 and more for a signal"),   \
        [(base) + WAIT_SIGNAL] = WAIT_FIELD((view) | (end_views), "signal", CLI_ENUM,              \
                                            "the signal that killed, stopped or continued it"),    \
        [(base) + WAIT_CORE] =                                                                     \
            WAIT_SHOWN(view, more_views, "core", CLI_BOOL, "whether it dumped core"),              \
        [(base) + WAIT_RU_UTIME] =                                                                 \
            WAIT_SHOWN(view, more_views, "ru_utime", CLI_DURATION, "CPU time in user mode"),       \
        [(base) + WAIT_RU_STIME] =                                                                 \
            WAIT_SHOWN(view, more_views, "ru_stime", CLI_DURATION, "CPU time in the kernel"),      \
        [(base) + WAIT_RU_MAXRSS] = WAIT_SHOWN(view, more_views, "ru_maxrss", CLI_INT,             \
                                               "the most memory that was resident, in KiB"),       \
        [(base) + WAIT_RU_UTIME_NS] = WAIT_MORE((view) | (more_views), "ru_utime_ns",              \
                                                CLI_DURATION_NS, "ru_utime in nanoseconds"),       \
        [(base) + WAIT_RU_STIME_NS] = WAIT_MORE((view) | (more_views), "ru_stime_ns",              \
                                                CLI_DURATION_NS, "ru_stime in nanoseconds"),       \
        [(base) + WAIT_RU_MINFLT] =                                                                \
            WAIT_MORE((view) | (more_views), "ru_minflt", CLI_INT, "page faults without input"),   \
        [(base) + WAIT_RU_MAJFLT] =                                                                \
            WAIT_MORE((view) | (more_views), "ru_majflt", CLI_INT, "page faults with input"),      \
        [(base) + WAIT_RU_INBLOCK] =                                                               \
            WAIT_MORE((view) | (more_views), "ru_inblock", CLI_INT, "input operations"),           \
        [(base) + WAIT_RU_OUBLOCK] =                                                               \
            WAIT_MORE((view) | (more_views), "ru_oublock", CLI_INT, "output operations"),          \
        [(base) + WAIT_RU_NVCSW] =                                                                 \
            WAIT_MORE((view) | (more_views), "ru_nvcsw", CLI_INT, "voluntary context switches"),   \
        [(base) + WAIT_RU_NIVCSW] = WAIT_MORE((view) | (more_views), "ru_nivcsw", CLI_INT,         \
                                              "involuntary context switches"),                     \
        [(base) + WAIT_ELAPSED] = WAIT_SHOWN(view, more_views, "elapsed", CLI_DURATION,            \
                                             "from its start to its end, where osbox started it"), \
        [(base) + WAIT_ELAPSED_NS] = WAIT_MORE((view) | (more_views), "elapsed_ns",                \
                                               CLI_DURATION_NS, "elapsed in nanoseconds"),         \
        [(base) + WAIT_TIMED_OUT] =                                                                \
            WAIT_SHOWN(view, more_views, "timed_out", CLI_BOOL, "whether the time ran out")

/* Fills the values of the wait fields from `r`, all except WAIT_PID, WAIT_ELAPSED* and
 * WAIT_TIMED_OUT, which are unchanged. `values` is the first of them in the record, `name` the
 * room for the signal's name. */
void wait_record_fill(const struct os_wait_status *r, char name[static 16],
                      struct cli_value *values);
