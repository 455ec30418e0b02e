/* SPDX-License-Identifier: 0BSD
 *
 * What all applets that run a program share: where the record of --status goes,
 * what it contains, and the exit status.
 */
#pragma once

#include "applets/common/wait_record.h"
#include "os/child.h"
#include "os/spawn.h"

/* The fields that report why a program was not run. The table of an applet that has them contains
 * STEP_ROWS(base, views, plan); `base` is the number of the first one. `plan` are the views that
 * list steps which have not failed. */
enum step_field { STEP_INDEX, STEP_STEP, STEP_OBJECT, STEP_ERROR, STEP_ERRNO, STEP_FIELDS };

#define STEP_ROWS(base, views, plan)                                                               \
    [(base) + STEP_INDEX] =                                                                        \
        WAIT_FIELD((views) | (plan), "index", CLI_INT, "which step of the plan, from 0"),          \
              [(base) + STEP_STEP] =                                                               \
                  WAIT_FIELD((views) | (plan), "step", CLI_ENUM,                                   \
                             "what is done, such as open; of a status: what failed"),              \
              [(base) + STEP_OBJECT] =                                                             \
                  WAIT_FIELD((views) | (plan), "object", CLI_BYTES, "what the step is about"),     \
              [(base) + STEP_ERROR] =                                                              \
                  WAIT_FIELD(views, "error", CLI_ENUM, "why it failed, such as ENOENT"),           \
              [(base) + STEP_ERRNO] = WAIT_FIELD(views, "errno", CLI_INT, "the same as a number")

/* The fields that report how a program was started, shown only if they are selected:
 * START_ROWS(base, views). */
enum start_field { START_ARGV, START_STARTED, START_STARTED_NS, START_FIELDS };

#define START_ROWS(base, views_)                                                                   \
    [(base) + START_ARGV] = { .name = "argv",                                                      \
                              .type = CLI_LIST,                                                    \
                              .item = CLI_BYTES,                                                   \
                              .views = views_,                                                     \
                              .help = "the command that was run, with its arguments" },            \
              [(base) + START_STARTED] = WAIT_MORE(views_, "started", CLI_TIMESTAMP,               \
                                                   "when it was started, on the real-time clock"), \
              [(base) + START_STARTED_NS] =                                                        \
                  WAIT_MORE(views_, "started_ns", CLI_TIMESPEC_NS, "the same in nanoseconds")

/* The values of those fields. All zero: nothing is known. */
struct program_start {
    struct cli_value *argv; /* owned; NULL: unknown */
    size_t argc;
    struct timespec time;
    bool has_time;
};

/* How long a program may run, as the options of program_time_options[] say, which a command's table
 * includes. */
struct program_time {
    int64_t timeout;    /* nanoseconds until `signo` is sent; 0: no limit */
    int signo;          /* SIGTERM to begin with */
    int64_t kill_after; /* nanoseconds from then until SIGKILL is sent; 0: it is not */
};

extern const struct cli_option program_time_options[];

/* The test of a rule: "--" was given, and no program follows it. */
bool program_is_missing(const struct cli_call *call, const void *args);

/* Makes what --status names a descriptor of the plan's own, and opens it, until the plan's
 * deadline, if that was not possible when the options were read. Call it after all file actions
 * were added to the plan. Returns false after a report. */
bool program_own_status(struct cli *cli, struct os_plan *plan);

/* Returns the exit status for a program that was not run: not found, not executable, or osbox
 * failed. */
int program_failure_status(const struct base_error *e);

/* Reports that the program could not be run and sets the exit status: CLI_EX_TIMEOUT if the plan's
 * deadline has passed. If a signal ended the start, nothing is printed and osbox dies of it. */
void program_report(struct cli *cli, const struct os_plan *plan, const struct base_error *e);

/* Fills the values of the step fields with the first error that was reported, which was not one of
 * a step; `step` is the first of them. */
void program_fill_error(const struct cli *cli, struct cli_value *step);

/* Fills the values of the step fields with an error. */
void program_fill_step(const struct base_error *e, struct cli_value *step);

/* The same as program_report(), and fills the values of the step fields, and WAIT_TIMED_OUT of the
 * wait fields if the deadline has passed; `step` and `wait` are the first of them. */
void program_fail(struct cli *cli, const struct os_plan *plan, const struct base_error *e,
                  struct cli_value *wait, struct cli_value *step);

/* Fills the values of the wait fields with how the program ended; `values` is the first of them,
 * `name` is room for the name of a signal. */
void program_fill(const struct os_child *child, char name[static 16], struct cli_value *values);

/* If the program died of a key such as control-C, osbox dies of the same signal after its output is
 * written, so that a script which runs it ends, too. */
void program_interrupt(struct cli *cli, const struct os_child *child);

/* Sets the exit status to the program's, or to CLI_EX_TIMEOUT if it timed out, and calls
 * program_interrupt(). */
void program_answer(struct cli *cli, const struct os_child *child);

/* Makes the plan run argv, such as cli->call.program, in our environment and found with our PATH.
 * Descriptors that were closed when osbox started are closed for it, too. Call it before file
 * actions are added. */
void program_name(const struct cli *cli, struct os_plan *plan, char **argv);

/* Stores the arguments, which must outlive the records, and the time, each only if its field is
 * selected. `base` is the number of the record's first start field. Call it before each start of a
 * program. Returns 0, or -ENOMEM. */
int program_record_start(const struct cli *cli, unsigned base, char *const *argv,
                         struct program_start *start, struct base_error *e);

/* Fills the values of the start fields; `values` is the first of them. */
void program_fill_start(const struct program_start *start, struct cli_value *values);

void program_start_finish(struct program_start *start);

/* Waits until what os_child_start() started has ended. Returns 0 or -errno. */
int program_wait(struct os_child *child, struct base_error *e);
