/* SPDX-License-Identifier: 0BSD
 *
 * Steps: groups, user, capabilities. Each has a function that sets and one that
 * checks; all are checked after all were set, because a later one may undo an
 * earlier one.
 */
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/spawn_private.h"

/* ---- user and groups ---- */

/* By system call, with ids of 32 bits: the C library's functions do it for all threads, and the
 * other ones of this memory are the parent's. */
#ifdef SYS_setresuid32
enum { SET_UIDS = SYS_setresuid32, SET_GIDS = SYS_setresgid32, SET_GROUPS = SYS_setgroups32 };
#else
enum { SET_UIDS = SYS_setresuid, SET_GIDS = SYS_setresgid, SET_GROUPS = SYS_setgroups };
#endif

int os_step_setgroups(const struct os_step *s) {
    return os_outcome(syscall(SET_GROUPS, s->groups.count, s->groups.ids));
}

/* The kernel keeps the list sorted, as it is here. */
int os_check_groups(const struct os_step *s) {
    size_t count = s->groups.count;
    int got = getgroups((int)count + 1, s->groups.room);
    if (got < 0)
        return errno == EINVAL ? -EPROTO : -errno;
    return os_expect((size_t)got == count &&
                     (!count || memcmp(s->groups.room, s->groups.ids, count * sizeof(gid_t)) == 0));
}

int os_step_setgid(const struct os_step *s) {
    return os_outcome(syscall(SET_GIDS, s->gid, s->gid, s->gid));
}

int os_check_gid(const struct os_step *s) {
    gid_t real, effective, saved;
    if (getresgid(&real, &effective, &saved) < 0)
        return -errno;
    return os_expect(real == s->gid && effective == s->gid && saved == s->gid &&
                     (gid_t)setfsgid((gid_t)-1) == s->gid);
}

static int set_uids(uid_t real, uid_t effective, uid_t saved, bool keep_capabilities) {
    if (keep_capabilities && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return -errno;
    return os_outcome(syscall(SET_UIDS, real, effective, saved));
}

int os_step_setuid(const struct os_step *s) {
    uid_t uid = s->uid.id;
    return set_uids(uid, uid, uid, s->uid.keep_capabilities);
}

int os_check_uid(const struct os_step *s) {
    uid_t real, effective, saved, want = s->uid.id;
    if (getresuid(&real, &effective, &saved) < 0)
        return -errno;
    /* setfsuid(2) returns the id before, and -1 is not an id. */
    return os_expect(real == want && effective == want && saved == want &&
                     (uid_t)setfsuid((uid_t)-1) == want);
}

/* Unlike --user, these may leave a way back to another id: that is what they are for. */
int os_step_setresgid(const struct os_step *s) {
    return os_outcome(syscall(SET_GIDS, s->ids.real, s->ids.effective, s->ids.saved));
}

int os_step_setresuid(const struct os_step *s) {
    return set_uids(s->ids.real, s->ids.effective, s->ids.saved, s->ids.keep_capabilities);
}

static bool is_wanted(unsigned want, unsigned now) {
    return want == OS_ID_KEEP || want == now;
}

/* The id for file access always follows the effective one. */
int os_check_resgid(const struct os_step *s) {
    gid_t real, effective, saved;
    if (getresgid(&real, &effective, &saved) < 0)
        return -errno;
    return os_expect(is_wanted(s->ids.real, real) && is_wanted(s->ids.effective, effective) &&
                     is_wanted(s->ids.saved, saved) && (gid_t)setfsgid((gid_t)-1) == effective);
}

int os_check_resuid(const struct os_step *s) {
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) < 0)
        return -errno;
    return os_expect(is_wanted(s->ids.real, real) && is_wanted(s->ids.effective, effective) &&
                     is_wanted(s->ids.saved, saved) && (uid_t)setfsuid((uid_t)-1) == effective);
}

int os_step_resetids(const struct os_step *s) {
    (void)s;
    if (syscall(SET_GIDS, (gid_t)-1, getgid(), (gid_t)-1) < 0 ||
        syscall(SET_UIDS, (uid_t)-1, getuid(), (uid_t)-1) < 0)
        return -errno;
    return 0;
}

int os_check_resetids(const struct os_step *s) {
    (void)s;
    return os_expect(getuid() == geteuid() && getgid() == getegid());
}

/* ---- capabilities ---- */

static int set_inheritable(uint64_t want, bool add) {
    struct os_capabilities c = { 0 };
    int r = os_capability_read(&c);
    if (r < 0)
        return r;
    c.inheritable = add ? c.inheritable | want : want;
    return os_capability_write(&c);
}

/* capset(2) makes only those inheritable that are in the bounding set, or were inheritable. */
int os_step_bounding(const struct os_step *s) {
    uint64_t early = s->bounding.inheritable & ~s->bounding.keep;
    int r = early ? set_inheritable(early, true) : 0;
    if (r < 0)
        return r;
    for (int c = 0; c < OS_CAPABILITIES_MAX; c++) {
        int now = os_capability_bounding(c);
        if (now < 0 || now == OS_CAPABILITY_END)
            return now < 0 ? now : 0;
        if (now && !(s->bounding.keep & OS_BIT(c)) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
            return -errno;
    }
    return 0;
}

/* A capability that is to be kept and was lost before is an error, unless all are to be kept. */
int os_check_bounding(const struct os_step *s) {
    bool strict = !s->bounding.lenient && s->bounding.keep != ~UINT64_C(0);
    for (int c = 0; c < OS_CAPABILITIES_MAX; c++) {
        int now = os_capability_bounding(c);
        bool keep = s->bounding.keep & OS_BIT(c);
        if (now < 0)
            return now;
        if (now == OS_CAPABILITY_END)
            return os_expect(!strict || (s->bounding.keep >> c) == 0);
        if ((now && !keep) || (!now && keep && strict))
            return -EPROTO;
    }
    return 0;
}

int os_step_inheritable(const struct os_step *s) {
    return set_inheritable(s->capabilities, false);
}

int os_check_inheritable(const struct os_step *s) {
    struct os_capabilities c = { 0 };
    int r = os_capability_read(&c);
    return r < 0 ? r : os_expect(c.inheritable == s->capabilities);
}

int os_step_ambient(const struct os_step *s) {
    int r = set_inheritable(s->capabilities, true);
    if (r == 0)
        r = os_outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    for (unsigned c = 0; c < OS_CAPABILITIES_MAX && r == 0; c++)
        if (s->capabilities & OS_BIT(c))
            r = os_outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0));
    return r;
}

int os_check_ambient(const struct os_step *s) {
    uint64_t want = s->capabilities;
    for (unsigned c = 0; c < OS_CAPABILITIES_MAX; c++) {
        int now = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0);
        if (now < 0 ? (want >> c) != 0 : now != (int)(want >> c & 1))
            return -EPROTO;
        if (now < 0)
            break;
    }
    return 0;
}

/* A kernel without ambient capabilities (before Linux 4.3) has none to clear. */
int os_step_drop(const struct os_step *s) {
    uint64_t keep = s->capabilities;
    struct os_capabilities c = { 0 };
    int r = os_capability_read(&c);
    if (r == 0 && !keep && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
        errno != EINVAL)
        r = -errno;
    if (r < 0)
        return r;
    c.effective = c.permitted = keep;
    return os_capability_write(&c);
}

/* There must be no way back: becoming root has to fail. */
int os_check_drop(const struct os_step *s) {
    uint64_t keep = s->capabilities;
    struct os_capabilities c = { 0 };
    int r = os_capability_read(&c);
    if (r == 0)
        r = os_expect(c.permitted == keep && c.effective == keep);
    if (r == 0)
        r = os_check_ambient(s);
    if (r == 0 && !(keep & OS_BIT(CAP_SETUID)))
        r = os_expect(syscall(SET_UIDS, 0, 0, 0) < 0);
    return r;
}
