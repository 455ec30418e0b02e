/* SPDX-License-Identifier: 0BSD
 *
 * spawn's environment: that of the program, and the PATH that finds it.
 */
#include <stdlib.h>
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

/* ---- the table of changes ---- */

/* The last change of each variable, sorted by name. They point into args->changes, whose order is
 * that of the options. */
struct table BASE_VEC(const char *const *);

/* Compares the names of two entries; one without '=', which execve(2) accepts, is all name. */
static int compare_names(const char *a, const char *b) {
    size_t a_size = strcspn(a, "="), b_size = strcspn(b, "=");
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static int compare_changes(const void *a, const void *b) {
    const char *const *one = *(const char *const *const *)a;
    const char *const *other = *(const char *const *const *)b;
    int order = compare_names(*one, *other);
    return order ? order : (one > other) - (one < other);
}

static bool make_table(const struct spawn_args *args, struct table *table) {
    size_t count = args->changes.count, kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!vec_push(table, &args->changes.items[i]))
            return false;
    if (count > 1)
        qsort(table->items, count, sizeof *table->items, compare_changes);
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || compare_names(*table->items[i], *table->items[i + 1]) != 0)
            table->items[kept++] = table->items[i];
    table->count = kept;
    return true;
}

/* Returns the last change of the variable of that entry, or NULL. */
static const char *const *find_change(const struct table *table, const char *entry) {
    size_t first = 0, end = table->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = compare_names(entry, *table->items[middle]);
        if (order == 0)
            return table->items[middle];
        if (order < 0)
            end = middle;
        else
            first = middle + 1;
    }
    return NULL;
}

/* ---- the environment ---- */

/* A variable that is changed is removed wherever it is; one that is set is appended, in the order
 * of the options. */
static bool fill_entries(const struct spawn_args *args, const struct table *table,
                         struct entries *entries) {
    for (char **entry = environ; !args->clear && entry && *entry; entry++)
        if (!find_change(table, *entry) && !vec_push(entries, *entry))
            return false;
    for (size_t i = 0; i < args->changes.count; i++) {
        const char *const *change = &args->changes.items[i];
        bool sets = strchr(*change, '=') && find_change(table, *change) == change;
        if (sets && !vec_push(entries, (char *)(uintptr_t)*change))
            return false;
    }
    return vec_push(entries, NULL);
}

static bool make_environment(struct spawn_args *args) {
    struct entries entries = { 0 };
    struct table table = { 0 };
    bool good = make_table(args, &table) && fill_entries(args, &table, &entries);
    vec_finish(&table);
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
