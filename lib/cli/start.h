/* SPDX-License-Identifier: 0BSD
 *
 * The first things a process does.
 */
#pragma once

#include <stdbool.h>

/* Opens descriptors 0 to 2, if they are closed, in the wrong mode (0 for writing, 1 and 2 for
 * reading): no file that is opened later becomes stdout, and using them still fails. Returns a bit
 * set of those that were closed. */
unsigned cli_open_standard(void);

/* Returns whether the kernel gave this process privileges that its caller does not have (AT_SECURE,
 * getauxval(3)). A caller whose effective ids differ from its real ones is not such a case: then
 * TMPDIR, and a TZ that names a file, are removed from the environment. */
bool cli_is_privileged(void);
