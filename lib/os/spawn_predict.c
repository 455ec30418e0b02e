/* SPDX-License-Identifier: 0BSD
 *
 * What a plan would make of the state of a process, from the rules of the kernel
 * and without doing the steps.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "os/proc.h"
#include "os/spawn_predict.h"
#include "os/spawn_private.h"

enum { NOWHERE = -1 };

struct prediction {
    struct os_process_state *state;
    const struct os_plan *plan;
    int directory; /* a descriptor to close, AT_FDCWD (where we are), or NOWHERE (unknown) */
    bool moved;    /* into another root, where we cannot look up paths */
    bool failed;   /* memory was short */
};

/* ---- user namespaces ---- */

static uint64_t all_capabilities(void) {
    uint64_t all = 0;
    for (int c = 0; c < OS_CAPABILITIES_MAX; c++)
        if (os_capability_bounding(c) >= 0 && os_capability_bounding(c) != OS_CAPABILITY_END)
            all |= OS_BIT(c);
    return all;
}

/* user_namespaces(7): the first process of one, and one that joins it, have all capabilities in it.
 * Who it is there depends on the mapping. */
static void enter_user_namespace(struct os_process_state *s) {
    uint64_t all = all_capabilities();
    s->capabilities[OS_CAP_PERMITTED] = s->capabilities[OS_CAP_EFFECTIVE] = all;
    s->capabilities[OS_CAP_BOUNDING] = all;
    s->capabilities[OS_CAP_INHERITABLE] = s->capabilities[OS_CAP_AMBIENT] = 0;
    s->unknown |= OS_PART_UIDS | OS_PART_GIDS | OS_PART_GROUPS;
    s->has_login = false;
}

/* Other ids than the mapped ones have no name inside. */
static void map_root(struct os_process_state *s, const struct os_step *step) {
    uid_t uid = step->map_root.uid;
    gid_t gid = step->map_root.gid;
    if (s->ruid == uid && s->euid == uid && s->suid == uid) {
        s->ruid = s->euid = s->suid = 0;
        s->unknown &= ~(unsigned)OS_PART_UIDS;
    }
    if (s->rgid == gid && s->egid == gid && s->sgid == gid) {
        s->rgid = s->egid = s->sgid = 0;
        s->unknown &= ~(unsigned)OS_PART_GIDS;
    }
}

/* ---- credentials ---- */

/* capabilities(7), "Effect of user ID changes on capabilities". */
static void change_uids(struct os_process_state *s, const uid_t ids[static 3], bool keeps) {
    uint64_t *sets = s->capabilities;
    bool was_known = !(s->unknown & OS_PART_UIDS);
    bool had_root = s->ruid == 0 || s->euid == 0 || s->suid == 0, was_root = s->euid == 0;
    bool has_root = ids[0] == 0 || ids[1] == 0 || ids[2] == 0, is_root = ids[1] == 0;
    s->ruid = ids[0];
    s->euid = ids[1];
    s->suid = ids[2];
    s->unknown &= ~(unsigned)OS_PART_UIDS;
    if (!was_known || prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & SECBIT_NO_SETUID_FIXUP)
        return;
    if (had_root && !has_root) {
        sets[OS_CAP_AMBIENT] = 0;
        if (!keeps)
            sets[OS_CAP_PERMITTED] = 0;
    }
    if (was_root && !is_root)
        sets[OS_CAP_EFFECTIVE] = 0;
    if (was_root || !is_root)
        return;
    sets[OS_CAP_EFFECTIVE] = sets[OS_CAP_PERMITTED];
    if (!(sets[OS_CAP_PERMITTED] & OS_BIT(CAP_SETUID))) /* we could not: who can has others */
        s->unknown |= OS_PART_CAPABILITIES;
}

static void reset_ids(struct os_process_state *s) {
    const uid_t uids[] = { s->ruid, s->ruid, s->suid };
    s->egid = s->rgid;
    if (!(s->unknown & OS_PART_UIDS))
        change_uids(s, uids, false);
}

static unsigned id_after(unsigned id, unsigned now) {
    return id == OS_ID_KEEP ? now : id;
}

static bool keeps_any(const struct os_step *step) {
    return step->ids.real == OS_ID_KEEP || step->ids.effective == OS_ID_KEEP ||
           step->ids.saved == OS_ID_KEEP;
}

static void change_each_uid(struct os_process_state *s, const struct os_step *step) {
    const uid_t uids[] = { id_after(step->ids.real, s->ruid),
                           id_after(step->ids.effective, s->euid),
                           id_after(step->ids.saved, s->suid) };
    if (!(s->unknown & OS_PART_UIDS) || !keeps_any(step))
        change_uids(s, uids, step->ids.keep_capabilities);
}

static void change_each_gid(struct os_process_state *s, const struct os_step *step) {
    s->rgid = id_after(step->ids.real, s->rgid);
    s->egid = id_after(step->ids.effective, s->egid);
    s->sgid = id_after(step->ids.saved, s->sgid);
    if (!keeps_any(step))
        s->unknown &= ~(unsigned)OS_PART_GIDS;
}

static void set_groups(struct prediction *p, const struct os_step *step) {
    struct os_gid_list *groups = &p->state->groups;
    groups->count = 0;
    if (!vec_reserve(groups, step->groups.count + 1)) {
        p->failed = true;
        return;
    }
    for (size_t i = 0; i < step->groups.count; i++)
        groups->items[groups->count++] = step->groups.ids[i];
    p->state->unknown &= ~(unsigned)OS_PART_GROUPS;
}

/* An ambient capability is always permitted and inheritable. */
static void limit_ambient(uint64_t *sets) {
    sets[OS_CAP_AMBIENT] &= sets[OS_CAP_PERMITTED] & sets[OS_CAP_INHERITABLE];
}

static void predict_credential(struct prediction *p, const struct os_step *step) {
    struct os_process_state *s = p->state;
    uint64_t *sets = s->capabilities;
    const uid_t uids[] = { step->uid.id, step->uid.id, step->uid.id };
    switch ((int)step->kind) {
    case OS_STEP_BOUNDING:
        sets[OS_CAP_BOUNDING] &= step->bounding.keep;
        break;
    case OS_STEP_SETGROUPS:
        set_groups(p, step);
        break;
    case OS_STEP_SETGID:
        s->rgid = s->egid = s->sgid = step->gid;
        s->unknown &= ~(unsigned)OS_PART_GIDS;
        break;
    case OS_STEP_SETUID:
        change_uids(s, uids, step->uid.keep_capabilities);
        break;
    case OS_STEP_SETRESGID:
        change_each_gid(s, step);
        break;
    case OS_STEP_SETRESUID:
        change_each_uid(s, step);
        break;
    case OS_STEP_RESETIDS:
        reset_ids(s);
        break;
    case OS_STEP_INHERITABLE:
        sets[OS_CAP_INHERITABLE] = step->capabilities;
        limit_ambient(sets);
        break;
    case OS_STEP_AMBIENT:
        sets[OS_CAP_INHERITABLE] |= step->capabilities;
        sets[OS_CAP_AMBIENT] = step->capabilities;
        break;
    case OS_STEP_DROP:
        sets[OS_CAP_PERMITTED] = sets[OS_CAP_EFFECTIVE] = step->capabilities;
        s->unknown &= ~(unsigned)OS_PART_CAPABILITIES;
        limit_ambient(sets);
        break;
    default:
        break;
    }
}

/* ---- the working directory ---- */

static void go_to(struct prediction *p, int directory) {
    if (p->directory >= 0)
        close(p->directory);
    p->directory = p->moved && directory >= 0 ? NOWHERE : directory;
    if (p->directory != directory)
        close(directory);
}

/* Another root: only its name is sure. */
static void change_root(struct prediction *p) {
    go_to(p, NOWHERE);
    p->moved = true;
    p->state->has_login = false;
    p->state->cwd.len = 0;
    buf_add_char(&p->state->cwd, '/');
}

static void change_directory(struct prediction *p, int at, const char *path) {
    int fd = at == NOWHERE ? NOWHERE : openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    p->state->cwd.len = 0;
    go_to(p, fd < 0 ? NOWHERE : fd);
}

static bool replaces(const struct os_step *step, int fd) {
    switch ((int)step->kind) {
    case OS_STEP_OPEN:
        return step->open.fd == fd;
    case OS_STEP_CLOSE:
        return step->fd == fd;
    case OS_STEP_DUP2:
        return step->dup2.to == fd;
    case OS_STEP_PIPE:
        return step->pipe.from == fd || step->pipe.to == fd;
    case OS_STEP_CLOSEFROM:
    case OS_STEP_CLOSERANGE:
        return step->range.first <= fd && fd <= step->range.last;
    default:
        return false;
    }
}

/* What is open there may be from an earlier step. */
static void change_to_descriptor(struct prediction *p, const struct os_step *step) {
    int fd = step->fd;
    for (const struct os_step *s = p->plan->steps.items; s < step; s++)
        if (replaces(s, fd))
            fd = NOWHERE;
    change_directory(p, fd, ".");
}

/* Appends the path that the kernel has for an open directory; nothing if it has none. A directory
 * that was removed is shown with " (deleted)", which is another file or none. */
static void add_path(int directory, struct buf *path) {
    char link[OS_PROC_PATH], name[24];
    struct stat there, named;
    snprintf(name, sizeof name, "/fd/%d", directory);
    if (fstat(directory, &there) < 0 || !buf_reserve(path, PATH_MAX + 1))
        return;
    ssize_t size = readlink(os_proc_path(link, 0, name), path->data, PATH_MAX);
    if (size <= 0 || size == PATH_MAX)
        return;
    path->data[size] = '\0';
    if (stat(path->data, &named) == 0 && named.st_ino == there.st_ino &&
        named.st_dev == there.st_dev)
        path->len = (size_t)size;
}

/* A directory of /proc can be that of the process that looks, as /proc/self is. */
static void name_directory(struct prediction *p) {
    struct statfs fs;
    if (p->directory >= 0 && fstatfs(p->directory, &fs) == 0 && fs.f_type != PROC_SUPER_MAGIC)
        add_path(p->directory, &p->state->cwd);
}

/* ---- namespaces ---- */

static void predict_namespaces(struct prediction *p, const struct os_step *step) {
    struct os_process_state *s = p->state;
    bool joins = step->kind == OS_STEP_SETNS;
    int flags = joins ? step->setns.flags : step->unshare;
    if (flags & CLONE_NEWUSER)
        enter_user_namespace(s);
    if (joins && flags & CLONE_NEWUTS)
        s->unknown |= OS_PART_NAMES;
    if (joins && flags & CLONE_NEWNS)
        change_root(p);
}

/* ---- the others ---- */

static void set_limit(struct rlimit *limit, const struct os_step *step) {
    if (step->limit.soft != OS_RLIMIT_KEEP)
        limit->rlim_cur = step->limit.soft;
    if (step->limit.hard != OS_RLIMIT_KEEP)
        limit->rlim_max = step->limit.hard;
}

static void set_group(struct os_process_state *s, int pgid) {
    s->pgid = pgid;
    if (pgid)
        s->unknown &= ~(unsigned)OS_PART_PGID;
    else
        s->unknown |= OS_PART_PGID; /* its own number */
}

static void predict_attribute(struct os_process_state *s, const struct os_step *step) {
    const os_sigset fixed = OS_SIGNAL(SIGKILL) | OS_SIGNAL(SIGSTOP);
    switch ((int)step->kind) {
    case OS_STEP_SETSID:
    case OS_STEP_FORK: /* numbers of the new PID namespace */
        s->unknown |= OS_PART_PGID | OS_PART_SID;
        break;
    case OS_STEP_SETPGID:
        set_group(s, step->pgid);
        break;
    case OS_STEP_RLIMIT:
        set_limit(&s->limits[step->limit.resource], step);
        break;
    case OS_STEP_NICE:
        s->priority = os_nice_after(s->priority, step);
        break;
    case OS_STEP_UMASK:
        s->umask = step->umask;
        break;
    case OS_STEP_NO_NEW_PRIVS:
        s->no_new_privs = true;
        break;
    case OS_STEP_SIGDEF:
        s->sigign &= ~step->signals;
        break;
    case OS_STEP_SIGIGN:
        s->sigign |= step->signals & ~fixed;
        break;
    case OS_STEP_SIGMASK:
        s->sigmask = step->signals & ~fixed;
        break;
    default:
        break;
    }
}

static void predict(struct prediction *p, const struct os_step *step) {
    switch ((int)step->kind) {
    case OS_STEP_SETNS:
    case OS_STEP_UNSHARE:
        predict_namespaces(p, step);
        break;
    case OS_STEP_MAP_ROOT:
        map_root(p->state, step);
        break;
    case OS_STEP_CHROOT:
        change_root(p);
        break;
    case OS_STEP_CHDIR:
        change_directory(p, p->directory, step->object);
        break;
    case OS_STEP_FCHDIR:
        change_to_descriptor(p, step);
        break;
    default:
        predict_credential(p, step);
        predict_attribute(p->state, step);
    }
}

int os_plan_predict(const struct os_plan *plan, struct os_process_state *s, struct base_error *e) {
    struct prediction p = { .state = s, .plan = plan, .directory = AT_FDCWD };
    s->unknown |= OS_PART_PID;
    for (size_t i = 0; i < plan->steps.count; i++)
        predict(&p, &plan->steps.items[i]);
    name_directory(&p);
    go_to(&p, NOWHERE);
    return p.failed || s->cwd.failed ? base_fail(e, ENOMEM, "malloc", NULL) : 0;
}
