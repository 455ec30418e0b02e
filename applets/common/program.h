/* SPDX-License-Identifier: 0BSD
 *
 * What all applets share that run a program: where the record of --status goes,
 * what it says, and the exit status.
 */
#pragma once

#include "applets/common/wait_record.h"
#include "os/child.h"
#include "os/spawn.h"

/* The fields of why a program was not run: such an applet's table has STEP_ROWS(base, views) at
 * field `base`, the number of the first of them. */
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

/* Opens what --status names: a descriptor of the plan's own. -1: `status` is NULL; -2: after a
 * report. All file actions have been added to the plan. */
int program_open_status(struct cli *cli, struct os_plan *plan, const char *status);

/* The exit status that says so: whether it was not found, could not be executed, or osbox failed.
 */
int program_failure_status(const struct base_error *e);

/* The program could not be run: a diagnostic and the exit status. `values`, of the step fields, are
 * filled in. */
void program_fail(struct cli *cli, const struct base_error *e, struct cli_value *values);

/* How it ended: fills the values of the wait fields. `values` is the first of them in the record,
 * `name` the room for the signal's name. */
void program_fill(const struct os_child *child, char name[static 16], struct cli_value *values);

/* The exit status of osbox is the program's, or says that its time ran out. */
void program_answer(struct cli *cli, const struct os_child *child);

/* The plan runs argv, such as cli->program, in our environment and found with our PATH; what was
 * closed when osbox started is closed for it. To be called before other file actions are added. */
void program_name(const struct cli *cli, struct os_plan *plan, char **argv);

/* Waits until what os_child_start() started has ended: 0 or -errno. */
int program_wait(struct os_child *child, struct base_error *e);
