/* SPDX-License-Identifier: 0BSD
 *
 * spawn's file actions, which are done in the order of their options.
 */
#include <fcntl.h>
#include <limits.h>
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

static const struct cli_choice pipe_flags[] = {
    { "direct", O_DIRECT, "" },
    { "nonblock", O_NONBLOCK, "" },
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
    bool access = false, has_mode = false;
    char word[32];
    if (!colon)
        return "not of the form FD[,FLAG...][,MODE]:PATH";
    for (const char *at = text; !why; at++) {
        size_t size = strcspn(at, ",:");
        if (!spawn_copy_word(at, size, word))
            return "no such flag: they are os.O_* in lower case, without O_";
        if (has_mode)
            return "the mode is given once, after the flags";
        has_mode = at != text && word[0] >= '0' && word[0] <= '9';
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
    struct os_step step = { .kind = OS_STEP_CLOSEFROM, .range.last = INT_MAX, .object = text };
    const char *why = cli_parse_fd(text, &step.range.first);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

/* Two descriptors, "FD:FD" and the end of the text, or a comma. */
static const char *parse_pair(const char *text, int *first, int *second, const char *form) {
    size_t size = strcspn(text, ":");
    const char *rest = text + size + 1;
    char word[32];
    if (!text[size] || !spawn_copy_word(text, size, word))
        return form;
    const char *why = cli_parse_fd(word, first);
    if (!why && !spawn_copy_word(rest, strcspn(rest, ","), word))
        return form;
    return why ? why : cli_parse_fd(word, second);
}

/* LOW:HIGH, without HIGH, as os.closerange() */
const char *spawn_parse_closerange(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_CLOSERANGE, .object = text };
    const char *form = "not of the form LOW:HIGH";
    const char *why = parse_pair(text, &step.range.first, &step.range.last, form);
    if (!why && strchr(text, ','))
        return form;
    step.range.last--;
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_dup2(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_DUP2, .object = text };
    const char *form = "not of the form FD:NEWFD";
    const char *why = parse_pair(text, &step.dup2.from, &step.dup2.to, form);
    if (!why && strchr(text, ','))
        return form;
    if (!why)
        spawn_add_step(args, step);
    return why;
}

/* R:W[,FLAG...] */
const char *spawn_parse_pipe(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_PIPE, .object = text };
    const char *why =
        parse_pair(text, &step.pipe.from, &step.pipe.to, "not of the form R:W[,FLAG...]");
    const char *at = text + strcspn(text, ",");
    while (!why && *at) {
        size_t size = strcspn(++at, ",");
        const struct cli_choice *flag = spawn_find_word(pipe_flags, at, size);
        if (!flag)
            return "no such flag: direct, nonblock";
        step.pipe.flags |= flag->value;
        at += size;
    }
    if (!why && step.pipe.from == step.pipe.to)
        return "the ends of a pipe are two descriptors";
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
