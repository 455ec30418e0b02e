/* SPDX-License-Identifier: 0BSD
 *
 * passwd(5) and group(5), read strictly: a line that is not exactly as these pages
 * describe it is no entry, and is never guessed. Where it is the first line of a
 * name or an id, later lines are not tried.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "os/users.h"

enum os_account_file { OS_PASSWD, OS_GROUP };

enum os_account_kind {
    OS_ACCOUNT_NONE,    /* empty, or begins with '#', '+' or '-' */
    OS_ACCOUNT_DAMAGED, /* not an entry; the name and the id are those that it seems to have */
    OS_ACCOUNT_ENTRY,
};

/* A line. The texts are in it. */
struct os_account_line {
    const char *name;
    size_t name_size;
    const char *members; /* of a group, separated by commas */
    size_t members_size;
    bool has_id;
    unsigned id;  /* uid, or gid of a group */
    unsigned gid; /* of a user */
};

/* Parses a line without its newline. An entry has seven fields (four for a group), a name, and ids
 * in decimal that are at most 4294967294; there is no NUL. */
enum os_account_kind os_account_line_parse(enum os_account_file file, const char *text, size_t size,
                                           struct os_account_line *line);

/* What a look-up found. */
struct os_account_entry {
    unsigned id, gid;
    struct buf name;      /* NUL-terminated */
    unsigned long number; /* of the line that decided */
};

/* Finds the first line with that name or, if `name` is NULL, with that id. Returns 1, 0 if there is
 * none or no file, or -errno: EBADMSG if that line is not an entry. */
int os_account_file_find(const char *path, enum os_account_file file, const char *name, unsigned id,
                         struct os_account_entry *found);

/* Appends the ids of the groups that have this member. *damaged is the number of the first line
 * that is damaged, which gives no membership; 0: none. Returns 0 or -errno. */
int os_account_file_groups(const char *path, const char *member, struct os_gid_list *gids,
                           unsigned long *damaged);
