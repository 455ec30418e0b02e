/* SPDX-License-Identifier: 0BSD
 *
 * The first things a process does.
 */
#pragma once

/* Opens descriptors 0 to 2, where closed, in the contrary mode (0 for writing, 1 and 2 for
 * reading), so that no file opened later becomes stdout and its use fails. Returns the set of those
 * that were closed, as bits. */
unsigned cli_open_standard(void);

/* Whether the kernel gave this process privileges that its caller does not have. */
int cli_is_privileged(void);
