/* SPDX-License-Identifier: 0BSD
 *
 * What a plan (os/spawn.h) would make of the state of a process, without doing
 * the steps and without the privileges that they need.
 */
#pragma once

#include "os/process_state.h"
#include "os/spawn.h"

/* Changes the state of this process into the one that a child would have before EXEC, if all steps
 * of a prepared plan succeeded. s->unknown and a cwd of "" are what only doing them shows.
 * Directories are looked up as this process sees them. Returns 0, or -errno: ENOMEM. */
int os_plan_predict(const struct os_plan *p, struct os_process_state *s, struct base_error *e);
