/* SPDX-License-Identifier: 0BSD
 *
 * /proc/self/fdinfo/FD: properties of an open file that no system call returns
 * (proc(5)).
 */
#pragma once

/* Returns the number on the line "NAME: NUMBER"; -1 if there is no such line, or no /proc. */
int os_fdinfo_number(int fd, const char *name);
