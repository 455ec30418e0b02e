/* SPDX-License-Identifier: 0BSD
 *
 * spawn's arguments, and what all of their parsers use.
 */
#include <stdlib.h>
#include <string.h>

#include "applets/spawn/spawn.h"

bool spawn_copy_word(const char *text, size_t size, char word[static 32]) {
    if (size >= 32)
        return false;
    memcpy(word, text, size);
    word[size] = '\0';
    return true;
}

const struct cli_choice *spawn_find_word(const struct cli_choice *table, const char *text,
                                         size_t size) {
    for (; table->name[0]; table++)
        if (strlen(table->name) == size && memcmp(table->name, text, size) == 0)
            return table;
    return NULL;
}

void spawn_add_step(struct spawn_args *args, struct os_step step) {
    bool adds_up =
        step.kind == OS_STEP_NICE || (step.kind >= OS_STEP_OPEN && step.kind <= OS_STEP_FCHDIR);
    if (adds_up)
        os_plan_add(&args->plan, step);
    else
        os_plan_set(&args->plan, step);
}

bool spawn_keep(struct spawn_args *args, void *memory) {
    if (memory && vec_push(&args->memory, memory))
        return true;
    free(memory);
    return false;
}

void spawn_keep_failure(struct spawn_args *args, const struct base_error *e, const char *object) {
    args->failure = *e;
    args->failure.path = object; /* that of *e may not live long enough */
}

void spawn_args_finish(void *data) {
    struct spawn_args *args = data;
    for (size_t i = 0; i < args->memory.count; i++)
        free(args->memory.items[i]);
    vec_finish(&args->memory);
    vec_finish(&args->changes);
    program_start_finish(&args->start);
    os_plan_finish(&args->plan);
}
