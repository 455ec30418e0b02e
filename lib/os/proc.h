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

#include "base/error.h"

enum { OS_PROC_PATH = 48 };

/* What is mounted at /proc. Under the numbers of another PID namespace, /proc/PID is another
 * process than PID is for system calls. /proc/self is our own process in any case. */
enum os_proc_state { OS_PROC_OURS, OS_PROC_FOREIGN, OS_PROC_MISSING };

/* Returns an enum os_proc_state, or -errno: ENOMEM. */
int os_proc_state(struct base_error *e);

/* Stores "/proc/ID", or "/proc/self" if the id is 0, and a name, which begins with '/', in path.
 * Returns path. */
const char *os_proc_path(char path[static OS_PROC_PATH], int id, const char *name);

/* Reads the beginning of such a file as a string, "" on failure. */
void os_proc_read(int id, const char *name, char *text, size_t room);

/* Reads a number of /proc/ID/stat by its position in proc_pid_stat(5). Returns false if it is
 * unavailable. */
bool os_proc_stat_number(int id, unsigned field, long *number);

/* The same of /proc/ID/task/ID/stat, for a thread: for fields such as the CPU, which are not those
 * of the whole process, because the kernel visits all threads of the process for the other file. */
bool os_proc_thread_number(int id, unsigned field, long *number);

/* Reads the real and the effective user id. Returns false if they are unavailable. */
bool os_proc_users(int id, unsigned *real, unsigned *effective);

/* Reads the decimal number that a file begins with. Returns false if there is none. */
bool os_read_number(const char *path, int64_t *number);
