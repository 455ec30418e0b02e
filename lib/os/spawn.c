/* SPDX-License-Identifier: 0BSD
 *
 * Starting a program: the plan, and doing it in this process.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/exec_explain.h"
#include "os/spawn_private.h"

const char os_default_path[] = "/bin:/usr/bin";

/* ---- the plan ---- */

struct os_plan os_plan_init(void) {
    return (struct os_plan)OS_PLAN_INIT;
}

void os_plan_finish(struct os_plan *p) {
    vec_finish(&p->steps);
    vec_finish(&p->own);
    buf_finish(&p->candidates);
    free(p->group_room);
    free(p->failure);
    p->group_room = NULL;
    p->failure = NULL;
}

void os_plan_add(struct os_plan *p, struct os_step step) {
    if (!vec_push(&p->steps, step))
        p->failed = true;
}

static struct os_step *find_step(const struct os_plan *p, enum os_step_kind kind) {
    for (size_t i = 0; i < p->steps.count; i++)
        if (p->steps.items[i].kind == kind)
            return &p->steps.items[i];
    return NULL;
}

void os_plan_set(struct os_plan *p, struct os_step step) {
    for (size_t i = 0; i < p->steps.count; i++) {
        struct os_step *s = &p->steps.items[i];
        if (s->kind != step.kind ||
            (s->kind == OS_STEP_RLIMIT && s->limit.resource != step.limit.resource))
            continue;
        *s = step;
        return;
    }
    os_plan_add(p, step);
}

bool os_plan_has(const struct os_plan *p, enum os_step_kind kind) {
    return find_step(p, kind);
}

static bool step_names(const struct os_step *s, int fd) {
    if (s->kind == OS_STEP_OPEN)
        return s->open.fd == fd;
    if (s->kind == OS_STEP_DUP2)
        return s->dup2.from == fd || s->dup2.to == fd;
    if (s->kind == OS_STEP_PIPE)
        return s->pipe.from == fd || s->pipe.to == fd;
    if (s->kind == OS_STEP_SETNS)
        return s->setns.fd == fd;
    return (s->kind == OS_STEP_CLOSE || s->kind == OS_STEP_FCHDIR) && s->fd == fd;
}

bool os_plan_names(const struct os_plan *p, int fd) {
    for (size_t i = 0; i < p->steps.count; i++)
        if (step_names(&p->steps.items[i], fd))
            return true;
    return fd == p->exec_fd && fd >= 0;
}

int os_plan_own(struct os_plan *p, int fd, struct base_error *e) {
    int number = fd;
    while (os_plan_names(p, number) || number < 3) {
        int got = fcntl(fd, F_DUPFD_CLOEXEC, number < 3 ? 3 : number + 1);
        int errnum = errno;
        if (number != fd)
            close(number);
        if (got < 0) {
            close(fd);
            return base_fail(e, errnum == EINVAL ? EMFILE : errnum, "fcntl", NULL);
        }
        number = got;
    }
    if (number != fd)
        close(fd);
    if (!vec_push(&p->own, number)) {
        close(number);
        return base_fail(e, ENOMEM, "malloc", NULL);
    }
    return number;
}

/* ---- making it ready ---- */

static bool needs_fork(const struct os_plan *p) {
    for (size_t i = 0; i < p->steps.count; i++) {
        const struct os_step *s = &p->steps.items[i];
        int flags = s->kind == OS_STEP_SETNS     ? s->setns.flags
                    : s->kind == OS_STEP_UNSHARE ? s->unshare
                                                 : 0;
        if (flags & (CLONE_NEWPID | CLONE_NEWTIME))
            return true;
    }
    return false;
}

/* Whether a process is left no user id of root. */
static bool leaves_root(const struct os_step *s) {
    if (s->kind == OS_STEP_SETUID)
        return s->uid.id != 0;
    return s->ids.real && s->ids.effective && s->ids.saved && s->ids.real != OS_ID_KEEP &&
           s->ids.effective != OS_ID_KEEP && s->ids.saved != OS_ID_KEEP;
}

/* A user other than root keeps only the capabilities that were requested. The ambient set is always
 * part of the inheritable one. */
static void add_drop(struct os_plan *p) {
    struct os_step *uid = find_step(p, OS_STEP_SETUID);
    struct os_step *uids = find_step(p, OS_STEP_SETRESUID);
    struct os_step *inheritable = find_step(p, OS_STEP_INHERITABLE);
    struct os_step *bounding = find_step(p, OS_STEP_BOUNDING);
    const struct os_step *ambient = find_step(p, OS_STEP_AMBIENT);
    uint64_t keep = ambient ? ambient->capabilities : 0;
    if (inheritable)
        inheritable->capabilities |= keep;
    if (bounding)
        bounding->bounding.inheritable = inheritable ? inheritable->capabilities : keep;
    if (uid)
        uid->uid.keep_capabilities = ambient || inheritable;
    if (uids)
        uids->ids.keep_capabilities = ambient || inheritable;
    if ((uid && leaves_root(uid)) || (uids && leaves_root(uids)))
        os_plan_add(p, (struct os_step){ .kind = OS_STEP_DROP, .capabilities = keep });
}

static bool has_credentials(const struct os_plan *p) {
    for (int kind = OS_STEP_BOUNDING; kind < OS_STEP_VERIFY; kind++)
        if (os_plan_has(p, (enum os_step_kind)kind))
            return true;
    return false;
}

/* Sessions and groups belong to the process that becomes the program: with FORK, not to the one
 * before it. */
static int rank_of(const struct os_step *step, bool forks) {
    if (step->kind >= OS_STEP_OPEN && step->kind <= OS_STEP_FCHDIR)
        return 2 * OS_STEP_OPEN;
    if (forks && step->kind <= OS_STEP_SETPGID)
        return 2 * OS_STEP_FORK + 1;
    return 2 * (int)step->kind;
}

/* Insertion sort: it is stable, and the list is short. */
static void sort_steps(struct os_plan *p, bool forks) {
    struct os_step *steps = p->steps.items;
    for (size_t i = 1; i < p->steps.count; i++) {
        struct os_step step = steps[i];
        size_t at = i;
        for (; at && rank_of(&steps[at - 1], forks) > rank_of(&step, forks); at--)
            steps[at] = steps[at - 1];
        steps[at] = step;
    }
}

static void add_candidate(struct os_plan *p, const char *directory, size_t size) {
    buf_add(&p->candidates, directory, size);
    if (size)
        buf_add_char(&p->candidates, '/');
    buf_add(&p->candidates, p->name, strlen(p->name) + 1);
    p->candidate_count++;
}

/* The paths to try, as execvp(3): an empty element of PATH is the working directory. */
static void list_candidates(struct os_plan *p) {
    const char *search = p->search;
    if (strchr(p->name, '/') || !p->name[0]) {
        add_candidate(p, "", 0);
        return;
    }
    p->searched = true;
    for (;;) {
        size_t size = strcspn(search, ":");
        add_candidate(p, search, size);
        if (!search[size])
            return;
        search += size + 1;
    }
}

static void add_exec(struct os_plan *p) {
    if (!p->name)
        return;
    os_plan_add(p, (struct os_step){ .kind = OS_STEP_EXEC, .object = p->name });
    if (p->exec_fd >= 0)
        return;
    if (p->search)
        list_candidates(p);
    else
        add_candidate(p, "", 0);
}

static bool has_unknown(const struct os_plan *p) {
    for (size_t i = 0; i < p->steps.count; i++)
        if ((unsigned)p->steps.items[i].kind >= OS_STEPS)
            return true;
    return false;
}

int os_plan_prepare(struct os_plan *p, struct base_error *e) {
    bool forks = needs_fork(p);
    if (has_unknown(p))
        return base_fail(e, EINVAL, "unknown", NULL);
    add_drop(p);
    if (has_credentials(p))
        os_plan_add(p, (struct os_step){ .kind = OS_STEP_VERIFY });
    if (forks)
        os_plan_add(p, (struct os_step){ .kind = OS_STEP_FORK });
    add_exec(p);
    const struct os_step *groups = find_step(p, OS_STEP_SETGROUPS);
    free(p->group_room);
    p->group_room = calloc((groups ? groups->groups.count : 0) + 1, sizeof *p->group_room);
    if (p->failed || !p->group_room || p->candidates.failed)
        return base_fail(e, ENOMEM, "malloc", NULL);
    sort_steps(p, forks);
    p->sigchld_ignored = os_signal_ignored(SIGCHLD);
    p->pid = getpid();
    p->parent = getppid();
    int result = os_signal_mask(NULL, &p->mask);
    return result < 0 ? base_fail(e, -result, "rt_sigprocmask", NULL) : 0;
}

/* ---- doing it ---- */

/* Completes a step from the plan, just before it is done: since os_plan_prepare() descriptors of
 * our own may have been added, and the environment replaced. */
static void bind_step(const struct os_plan *p, struct os_step *s, struct os_exec_failure *failure) {
    if (s->kind == OS_STEP_SETGROUPS) {
        s->groups.room = p->group_room;
    } else if (s->kind == OS_STEP_VERIFY) {
        s->verify.steps = p->steps.items;
        s->verify.count = p->steps.count;
    } else if (s->kind == OS_STEP_CLOSEFROM || s->kind == OS_STEP_CLOSERANGE) {
        s->range.own = p->own.items;
        s->range.own_count = p->own.count;
    } else if (s->kind == OS_STEP_PDEATHSIG) {
        s->pdeathsig.pid = p->pid;
        s->pdeathsig.parent = p->parent;
    } else if (s->kind == OS_STEP_EXEC) {
        s->exec.fd = p->exec_fd;
        s->exec.candidates = p->candidates.data;
        s->exec.count = p->candidate_count;
        s->exec.searched = p->searched;
        s->exec.failure = failure;
        s->exec.argv = p->argv;
        s->exec.environ = p->environ;
    }
}

void os_plan_bind(struct os_plan *p, struct os_exec_failure *failure) {
    for (size_t i = 0; i < p->steps.count; i++)
        bind_step(p, &p->steps.items[i], failure);
}

size_t os_plan_index(const struct os_plan *p, enum os_step_kind kind) {
    const struct os_step *s = find_step(p, kind);
    return s ? (size_t)(s - p->steps.items) : p->steps.count;
}

int os_plan_fail(const struct os_plan *p, size_t step, int r, const char *hint,
                 struct base_error *e) {
    const struct os_step *s = &p->steps.items[step];
    base_fail(e, -r, os_step_name(s->kind), s->object);
    if (!e)
        return r;
    e->step = (int)step;
    e->hint = hint;
    int capability = os_step_capability(s->kind);
    if (!hint && capability >= 0 && (r == -EPERM || r == -EACCES))
        e->capability = os_capability_missing(capability);
    return r;
}

static int do_steps(struct os_plan *p, size_t first, size_t end, struct base_error *e) {
    size_t failed = 0;
    os_plan_bind(p, p->failure);
    int r = os_steps_do(p->steps.items, first, end, &failed);
    return r < 0 ? os_plan_fail(p, failed, r, os_step_hint(&p->steps.items[failed], r), e) : 0;
}

int os_plan_apply(struct os_plan *p, struct base_error *e) {
    return do_steps(p, 0, os_plan_index(p, OS_STEP_EXEC), e);
}

int os_plan_exec(struct os_plan *p, struct base_error *e) {
    if (!p->name)
        return base_fail(e, ENOENT, "exec", NULL);
    p->failure = malloc(sizeof *p->failure);
    return do_steps(p, os_plan_index(p, OS_STEP_EXEC), p->steps.count, e);
}
