/* SPDX-License-Identifier: 0BSD
 *
 * Reads /proc/PID of a process or thread.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/io.h"
#include "os/proc.h"
#include "os/process.h"

const char *os_proc_path(char path[static OS_PROC_PATH], int id, const char *name) {
    if (id)
        snprintf(path, OS_PROC_PATH, "/proc/%d%s", id, name);
    else
        snprintf(path, OS_PROC_PATH, "/proc/self%s", name);
    return path;
}

void os_proc_read(int id, const char *name, char *text, size_t room) {
    char path[OS_PROC_PATH];
    base_read_text(os_proc_path(path, id, name), text, room);
}

/* The line "NSpid:" has a number for each PID namespace from that of /proc down to our own. */
static bool has_one_number(const char *line) {
    line += strspn(line, "\t ");
    line += strspn(line, "0123456789");
    return *line == '\n';
}

int os_proc_state(struct base_error *e) {
    struct buf status = { 0 };
    struct stat st;
    int state = OS_PROC_OURS, r = base_read_file("/proc/self/status", &status);
    const char *text = r < 0 ? NULL : buf_cstr(&status);
    const char *line = text ? strstr(text, "\nNSpid:") : NULL;
    if (r == -ENOMEM || (r == 0 && !text))
        state = base_fail(e, ENOMEM, "malloc", NULL);
    else if (r < 0)
        state = lstat("/proc/self", &st) < 0 ? OS_PROC_MISSING : OS_PROC_FOREIGN;
    else if (line && !has_one_number(line + strlen("\nNSpid:")))
        state = OS_PROC_FOREIGN;
    buf_finish(&status);
    return state;
}

static bool read_stat_number(int id, const char *name, unsigned field, long *number) {
    char text[2048];
    os_proc_read(id, name, text, sizeof text);
    const char *found = os_process_stat_field(text, field);
    if (found)
        *number = (long)strtoll(found, NULL, 10);
    return found;
}

bool os_proc_stat_number(int id, unsigned field, long *number) {
    return read_stat_number(id, "/stat", field, number);
}

bool os_proc_thread_number(int id, unsigned field, long *number) {
    char name[OS_PROC_PATH];
    snprintf(name, sizeof name, "/task/%d/stat", id);
    return read_stat_number(id, name, field, number);
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
