/* SPDX-License-Identifier: 0BSD
 *
 * spawn's attributes of a process: session, limits, scheduling, umask, signals.
 */
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

#include "applets/common/scheduling.h"
#include "applets/spawn/spawn.h"
#include "cli/parse.h"
#include "cli/signal.h"
#include "os/sched.h"

/* ---- session, limits, scheduling ---- */

const char *spawn_parse_setpgroup(void *args, const char *text) {
    int64_t pgid = 0;
    const char *why = text[0] ? cli_parse_int(text, 0, INT_MAX, &pgid) : NULL;
    if (!why)
        spawn_add_step(args, (struct os_step){ .kind = OS_STEP_SETPGID,
                                               .pgid = (int)pgid,
                                               .object = text[0] ? text : "0" });
    return why;
}

const char *spawn_parse_setsid(void *args, const char *text) {
    (void)text;
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_SETSID });
    return NULL;
}

static const char *parse_limit_value(const char *text, size_t size, uint64_t *value) {
    char word[32];
    if (!spawn_copy_word(text, size, word))
        return "too large";
    if (!word[0]) {
        *value = OS_RLIMIT_KEEP;
        return NULL;
    }
    if (strcmp(word, "unlimited") == 0 || strcmp(word, "infinity") == 0) {
        *value = RLIM_INFINITY;
        return NULL;
    }
    const char *why = cli_parse_size(word, value);
    return !why && *value >= OS_RLIMIT_KEEP ? "too large" : why;
}

/* NAME=SOFT[:HARD]; SOFT alone is both, as with ulimit and prlimit; "SOFT:" and ":HARD" keep the
 * other one. */
const char *spawn_parse_rlimit(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_RLIMIT, .object = text };
    size_t name = strcspn(text, "=");
    const struct cli_choice *limit = spawn_find_word(spawn_limits, text, name);
    if (!limit)
        return ""; /* its names are listed */
    if (!text[name] || !text[name + 1] || strcmp(text + name, "=:") == 0)
        return "not of the form NAME=SOFT[:HARD]";
    const char *soft = text + name + 1, *colon = strchr(soft, ':');
    step.limit.resource = limit->value;
    const char *why = parse_limit_value(soft, strcspn(soft, ":"), &step.limit.soft);
    if (!why && colon)
        why = parse_limit_value(colon + 1, strlen(colon + 1), &step.limit.hard);
    else
        step.limit.hard = step.limit.soft;
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_nice(void *args, const char *text) {
    int64_t increment;
    const char *why = cli_parse_int(text, INT_MIN, INT_MAX, &increment);
    if (!why)
        spawn_add_step(
            args,
            (struct os_step){ .kind = OS_STEP_NICE, .nice.value = (int)increment, .object = text });
    return why;
}

/* [POLICY[+reset-on-fork]][:PRIO] */
const char *spawn_parse_scheduler(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_SCHEDULER, .scheduler.policy = -1, .object = text };
    size_t size = strcspn(text, ":"), word = strcspn(text, "+:");
    int64_t priority = 0;
    if (!text[0] || strcmp(text, ":") == 0)
        return "not of the form [POLICY[+reset-on-fork]][:PRIORITY]";
    if (size) {
        const struct cli_choice *policy = spawn_find_word(scheduling_policies, text, word);
        if (!policy)
            return ""; /* their names are listed */
        step.scheduler.policy = policy->value;
    }
    if (word < size) {
        if (size - word != 14 || memcmp(text + word, "+reset-on-fork", 14) != 0)
            return "no such flag of a policy: reset-on-fork";
        step.scheduler.policy |= OS_SCHED_RESET_ON_FORK;
    }
    const char *why = text[size] ? cli_parse_int(text + size + 1, 0, INT_MAX, &priority) : NULL;
    step.scheduler.priority = (int)priority;
    if (!text[size] && scheduling_has_priority(step.scheduler.policy & ~OS_SCHED_RESET_ON_FORK))
        why = scheduling_lacks_priority;
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_affinity(void *args, const char *text) {
    struct os_cpuset cpus = { 0 };
    const char *why = os_cpuset_parse(text, &cpus);
    if (why)
        return why;
    if (!spawn_keep(args, cpus.words))
        return "out of memory";
    spawn_add_step(args,
                   (struct os_step){ .kind = OS_STEP_AFFINITY, .affinity = cpus, .object = text });
    return NULL;
}

const char *spawn_parse_umask(void *args, const char *text) {
    unsigned mode;
    const char *why = cli_parse_mode(text, &mode);
    if (!why && mode > 0777)
        why = "above the octal umask 777";
    if (!why)
        spawn_add_step(args,
                       (struct os_step){ .kind = OS_STEP_UMASK, .umask = mode, .object = text });
    return why;
}

/* ---- signals ---- */

const char *spawn_parse_pdeathsig(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_PDEATHSIG, .object = text };
    const char *why = cli_parse_signal(text, false, &step.pdeathsig.signo);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

static const char *add_signals(void *args, enum os_step_kind kind, const char *text) {
    struct os_step step = { .kind = kind, .object = text };
    const char *why = cli_parse_signals(text, &step.signals);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_sigmask(void *args, const char *text) {
    return add_signals(args, OS_STEP_SIGMASK, text);
}

const char *spawn_parse_sigdef(void *args, const char *text) {
    return add_signals(args, OS_STEP_SIGDEF, text);
}

const char *spawn_parse_sigign(void *args, const char *text) {
    return add_signals(args, OS_STEP_SIGIGN, text);
}
