/* SPDX-License-Identifier: 0BSD
 *
 * /proc/self/fdinfo/FD: what the kernel says of an open file that no call returns
 * (proc(5)).
 */
#pragma once

/* The number on the line "NAME: NUMBER". Returns -1 if there is no such line, or no /proc. */
int os_fdinfo_number(int fd, const char *name);
