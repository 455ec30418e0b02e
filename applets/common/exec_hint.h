/* SPDX-License-Identifier: 0BSD
 *
 * Words for why a program cannot be executed.
 */
#pragma once

#include "base/buf.h"
#include "os/exec_explain.h"

/* Appends the hint of a diagnostic about the program `name`, such as "its interpreter '/nope' does
 * not exist"; nothing if the reason is unknown. */
void exec_hint_add(struct buf *b, const struct os_exec_failure *f, const char *name);

/* Appends what sets a variable if the program that was not found is an assignment such as A=1: the
 * option `option`, or env(1) if it is NULL. */
void exec_hint_add_assignment(struct buf *b, const char *name, const char *option);
