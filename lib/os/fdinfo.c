/* SPDX-License-Identifier: 0BSD
 *
 * /proc/self/fdinfo/FD.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "os/fdinfo.h"

enum { PATH_ROOM = 40, TEXT_ROOM = 4096 };

int os_fdinfo_number(int fd, const char *name) {
    char path[PATH_ROOM], text[TEXT_ROOM];
    size_t size = strlen(name);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    if (base_read_text(path, text, sizeof text) < 0)
        return -1;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, size) == 0 && line[size] == ':')
            return (int)strtoll(line + size + 1, NULL, 10);
    }
    return -1;
}
