/* SPDX-License-Identifier: 0BSD
 *
 * spawn's file actions, which are done in the order of their options.
 */
#include <fcntl.h>
#include <string.h>

#include "applets/spawn/spawn.h"
#include "cli/parse.h"

static const struct cli_choice open_flags[] = {
    { "rdonly", O_RDONLY, "" },
    { "wronly", O_WRONLY, "" },
    { "rdwr", O_RDWR, "" },
    { "creat", O_CREAT, "" },
    { "excl", O_EXCL, "" },
    { "trunc", O_TRUNC, "" },
    { "append", O_APPEND, "" },
    { "nofollow", O_NOFOLLOW, "" },
    { "directory", O_DIRECTORY, "" },
    { "nonblock", O_NONBLOCK, "" },
    { "noctty", O_NOCTTY, "" },
    { "noatime", O_NOATIME, "" },
    { "sync", O_SYNC, "" },
    { "dsync", O_DSYNC, "" },
    { "direct", O_DIRECT, "" },
    { "path", O_PATH, "" },
    { "tmpfile", O_TMPFILE, "" },
    { "cloexec", O_CLOEXEC, "" },
    CLI_CHOICES_END,
};

static const char *parse_open_word(struct os_step *step, const char *word, bool *access) {
    if (word[0] >= '0' && word[0] <= '9')
        return cli_parse_mode(word, &step->open.mode);
    const struct cli_choice *flag = spawn_find_word(open_flags, word, strlen(word));
    if (!flag)
        return "no such flag: they are os.O_* in lower case, without O_";
    bool is_access = flag->value == O_RDONLY || flag->value == O_WRONLY || flag->value == O_RDWR;
    if (is_access && *access)
        return "more than one of rdonly, wronly and rdwr";
    *access = *access || is_access;
    step->open.flags |= flag->value;
    return NULL;
}

/* FD[,FLAG...][,MODE]:PATH */
const char *spawn_parse_open(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_OPEN, .open.mode = 0666 };
    const char *colon = strchr(text, ':'), *why = NULL;
    bool access = false;
    char word[32];
    if (!colon)
        return "not of the form FD[,FLAG...][,MODE]:PATH";
    for (const char *at = text; !why; at++) {
        size_t size = strcspn(at, ",:");
        if (!spawn_copy_word(at, size, word))
            return "no such flag: they are os.O_* in lower case, without O_";
        why =
            at == text ? cli_parse_fd(word, &step.open.fd) : parse_open_word(&step, word, &access);
        at += size;
        if (at == colon)
            break;
    }
    step.object = colon + 1;
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_close(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_CLOSE, .object = text };
    const char *why = cli_parse_fd(text, &step.fd);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_closefrom(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_CLOSEFROM, .object = text };
    const char *why = cli_parse_fd(text, &step.closefrom.first);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_dup2(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_DUP2, .object = text };
    size_t size = strcspn(text, ":");
    char word[32];
    if (!text[size] || !spawn_copy_word(text, size, word))
        return "not of the form FD:NEWFD";
    const char *why = cli_parse_fd(word, &step.dup2.from);
    if (!why)
        why = cli_parse_fd(text + size + 1, &step.dup2.to);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_chdir(void *args, const char *text) {
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_CHDIR, .object = text });
    return NULL;
}

const char *spawn_parse_fchdir(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_FCHDIR, .object = text };
    const char *why = cli_parse_fd(text, &step.fd);
    if (!why)
        spawn_add_step(args, step);
    return why;
}
