/* SPDX-License-Identifier: 0BSD
 *
 * What lib/os/account_file.h finds: accounts passwd|group FILE name|id|member WHAT
 *
 * Prints "NAME ID GID", "none", "damaged LINE", or for members the ids and "damaged LINE".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/account_file.h"

static int print_groups(const char *path, const char *member) {
    struct os_gid_list gids = { 0 };
    unsigned long damaged;
    int r = os_account_file_groups(path, member, &gids, &damaged);
    for (size_t i = 0; i < gids.count; i++)
        printf("%u ", gids.items[i]);
    printf("damaged %lu\n", damaged);
    vec_finish(&gids);
    return r;
}

static int print_entry(const char *path, enum os_account_file file, const char *name, unsigned id) {
    struct os_account_entry found = { 0 };
    int r = os_account_file_find(path, file, name, id, &found);
    if (r > 0)
        printf("%s %u %u\n", found.name.data, found.id, found.gid);
    else if (r == -EBADMSG)
        printf("damaged %lu\n", found.number);
    else if (r == 0)
        printf("none\n");
    buf_finish(&found.name);
    return r == -EBADMSG ? 0 : r;
}

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    enum os_account_file file = strcmp(argv[1], "group") == 0 ? OS_GROUP : OS_PASSWD;
    int r;
    if (strcmp(argv[3], "member") == 0)
        r = print_groups(argv[2], argv[4]);
    else if (strcmp(argv[3], "id") == 0)
        r = print_entry(argv[2], file, NULL, (unsigned)strtoul(argv[4], NULL, 10));
    else
        r = print_entry(argv[2], file, argv[4], 0);
    return r < 0;
}
