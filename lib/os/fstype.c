/* SPDX-License-Identifier: 0BSD
 *
 * Names of file systems by the magic number of statfs(2), in GNU stat's words.
 */
#include <stddef.h>

#include "os/statvfs.h"

static const struct {
    uint32_t type;
    char name[16];
} names[] = {
    { 0x01021994, "tmpfs" },
    { 0x9fa0, "proc" },
    { 0xef53, "ext2/ext3" },
};

const char *os_statvfs_type_name(uint64_t type) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return NULL;
}
