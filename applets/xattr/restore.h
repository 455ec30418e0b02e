/* SPDX-License-Identifier: 0BSD
 *
 * xattr restore.
 */
#pragma once

#include "cli/command.h"

extern const struct cli_command xattr_restore;
