/* SPDX-License-Identifier: 0BSD
 *
 * Where the records of a call go: standard output, or what an option such as
 * --status names. Descriptors that the user names.
 */
#pragma once

#include "cli/cli.h"

/* Parses the value of an option that names the place: FILE or fd:N. Returns NULL, or why it is
 * invalid. */
const char *cli_parse_place(struct cli_call *call, const char *text);

/* Opens the place that call.place names, if any, and sends the records there: before the options
 * are checked, so that a failure is reported there and no record of an earlier call is left. A FILE
 * is truncated; only -o sh, in which every failure is reported, creates it. One that does not
 * exist, or is a FIFO without a reader, is left to the command to open when it runs. A descriptor
 * is copied, and programs do not inherit the original unless it is a standard one, so that its
 * reader sees end of file. Returns 0, or -errno: EBADF if a descriptor is not open for writing,
 * EPERM for a FILE with privileges that the caller does not have. */
int cli_claim_place(struct cli *cli, struct base_error *e);
