/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: lines of passwd(5) and group(5). Whatever they hold, an entry has
 * the right number of fields, no NUL and valid ids.
 */
#include <stdlib.h>
#include <string.h>

#include "os/account_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

static unsigned count_colons(const char *text, size_t size) {
    unsigned count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == ':';
    return count;
}

static bool is_inside(const char *part, size_t part_size, const char *text, size_t size) {
    return part >= text && part_size <= size && part <= text + size - part_size;
}

static void check(enum os_account_file file, const char *text, size_t size) {
    struct os_account_line line;
    enum os_account_kind kind = os_account_line_parse(file, text, size, &line);
    require((kind == OS_ACCOUNT_NONE) == (size == 0 || strchr("#+-", text[0] ? text[0] : 'x')));
    if (kind == OS_ACCOUNT_NONE)
        return;
    require(is_inside(line.name, line.name_size, text, size));
    require(!memchr(line.name, ':', line.name_size));
    if (kind == OS_ACCOUNT_DAMAGED)
        return;
    require(count_colons(text, size) == (file == OS_PASSWD ? 6 : 3));
    require(!memchr(text, '\0', size) && line.name_size && line.has_id);
    require(line.id < UINT32_MAX && line.gid < UINT32_MAX);
    require(file == OS_PASSWD || is_inside(line.members, line.members_size, text, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check(OS_PASSWD, (const char *)data, size);
    check(OS_GROUP, (const char *)data, size);
    return 0;
}
