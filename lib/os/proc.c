/* SPDX-License-Identifier: 0BSD
 *
 * Reads /proc/PID of a process or thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "os/proc.h"
#include "os/process.h"

const char *os_proc_path(char path[static OS_PROC_PATH], int id, const char *name) {
    snprintf(path, OS_PROC_PATH, "/proc/%d%s", id, name);
    return path;
}

void os_proc_read(int id, const char *name, char *text, size_t room) {
    char path[OS_PROC_PATH];
    base_read_text(os_proc_path(path, id, name), text, room);
}

bool os_proc_stat_number(int id, unsigned field, long *number) {
    char text[2048];
    os_proc_read(id, "/stat", text, sizeof text);
    const char *found = os_process_stat_field(text, field);
    if (found)
        *number = (long)strtoll(found, NULL, 10);
    return found;
}

/* They are the first two numbers of the line "Uid:". */
bool os_proc_users(int id, unsigned *real, unsigned *effective) {
    char text[4096], *end;
    os_proc_read(id, "/status", text, sizeof text);
    const char *line = strstr(text, "\nUid:");
    if (!line)
        return false;
    *real = (unsigned)strtoul(line + 5, &end, 10);
    *effective = (unsigned)strtoul(end, NULL, 10);
    return true;
}

bool os_read_number(const char *path, int64_t *number) {
    char text[64], *end;
    if (base_read_text(path, text, sizeof text) <= 0)
        return false;
    *number = strtoll(text, &end, 10);
    return end != text;
}
