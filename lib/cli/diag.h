/* SPDX-License-Identifier: 0BSD
 *
 * Diagnostics: one line on stderr, as text or (with json output) as an object.
 */
#pragma once

#include "cli/cli.h"

/* Writes the diagnostic of an error. The status is unchanged. */
void cli_diagnose(struct cli *cli, const struct base_error *error);
