/* SPDX-License-Identifier: 0BSD
 *
 * What /proc says of a process or thread, and files that hold one number
 * (proc(5)). Without /proc, or once the process has ended, nothing is available.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OS_PROC_PATH = 40 };

/* "/proc/ID" and a name, which begins with '/'. Returns path. */
const char *os_proc_path(char path[static OS_PROC_PATH], int id, const char *name);

/* Reads the beginning of such a file as a string, "" on failure. */
void os_proc_read(int id, const char *name, char *text, size_t room);

/* A number of /proc/ID/stat, by its place in proc_pid_stat(5). */
bool os_proc_stat_number(int id, unsigned field, long *number);

/* The real and the effective user id. */
bool os_proc_users(int id, unsigned *real, unsigned *effective);

/* The decimal number that a file begins with. */
bool os_read_number(const char *path, int64_t *number);
