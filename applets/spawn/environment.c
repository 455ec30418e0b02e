/* SPDX-License-Identifier: 0BSD
 *
 * spawn's environment: that of the program, and the PATH that finds it.
 */
#include <string.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"

struct entries BASE_VEC(char *);

static const char *add_change(struct spawn_args *args, const char *text) {
    return vec_push(&args->changes, text) ? NULL : "out of memory";
}

const char *spawn_parse_env(void *args, const char *text) {
    if (text[0] == '=' || !strchr(text, '='))
        return "not of the form NAME=VALUE";
    return add_change(args, text);
}

const char *spawn_parse_unset(void *args, const char *text) {
    if (!text[0] || strchr(text, '='))
        return "not the name of a variable";
    return add_change(args, text);
}

/* Whether an entry is the variable of that name, with a value or, as execve(2) accepts it, without.
 */
static bool is_variable(const char *entry, const char *name, size_t size) {
    return strncmp(entry, name, size) == 0 && (entry[size] == '=' || !entry[size]);
}

/* Removes a variable wherever it is, and appends it if it has a new value. */
static bool change_entries(struct entries *entries, const char *change) {
    size_t size = strcspn(change, "="), kept = 0;
    for (size_t i = 0; i < entries->count; i++)
        if (!is_variable(entries->items[i], change, size))
            entries->items[kept++] = entries->items[i];
    entries->count = kept;
    return !change[size] || vec_push(entries, (char *)(uintptr_t)change);
}

static bool make_environment(struct spawn_args *args) {
    struct entries entries = { 0 };
    bool good = true;
    for (char **entry = environ; good && !args->clear && entry && *entry; entry++)
        good = vec_push(&entries, *entry);
    for (size_t i = 0; good && i < args->changes.count; i++)
        good = change_entries(&entries, args->changes.items[i]);
    good = good && vec_push(&entries, NULL);
    args->plan.environ = entries.items;
    return spawn_keep(args, entries.items) && good;
}

const char *spawn_path(char **entries) {
    /* As getenv(3): an entry without '=' has no value. */
    for (; entries && *entries; entries++)
        if (strncmp(*entries, "PATH=", 5) == 0)
            return *entries + 5;
    return os_default_path;
}

static const char *search_path(const struct spawn_args *args) {
    switch ((enum spawn_path)args->path) {
    case SPAWN_PATH_DEFAULT:
    case SPAWN_PATH_CHILD:
        return spawn_path(args->plan.environ);
    case SPAWN_PATH_PARENT:
        return spawn_path(environ);
    case SPAWN_PATH_NONE:
        break;
    }
    return NULL;
}

bool spawn_resolve_environment(struct spawn_args *args) {
    if (!make_environment(args))
        return false;
    args->plan.search = search_path(args);
    return true;
}
