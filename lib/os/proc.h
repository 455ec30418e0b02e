/* SPDX-License-Identifier: 0BSD
 *
 * Reads /proc/PID of a process or thread, and files that contain one number
 * (proc(5)). Without /proc, or once the process has ended, nothing is
 * available.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OS_PROC_PATH = 40 };

/* Stores "/proc/ID" and a name, which begins with '/', in path. Returns path. */
const char *os_proc_path(char path[static OS_PROC_PATH], int id, const char *name);

/* Reads the beginning of such a file as a string, "" on failure. */
void os_proc_read(int id, const char *name, char *text, size_t room);

/* Reads a number of /proc/ID/stat by its position in proc_pid_stat(5). Returns false if it is
 * unavailable. */
bool os_proc_stat_number(int id, unsigned field, long *number);

/* Reads the real and the effective user id. Returns false if they are unavailable. */
bool os_proc_users(int id, unsigned *real, unsigned *effective);

/* Reads the decimal number that a file begins with. Returns false if there is none. */
bool os_read_number(const char *path, int64_t *number);
