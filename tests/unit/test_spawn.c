/* SPDX-License-Identifier: 0BSD
 *
 * The plan of spawn: its order, its own descriptors; names of capabilities,
 * namespaces and accounts.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "check.h"
#include "os/capability.h"
#include "os/namespace.h"
#include "os/spawn.h"
#include "os/users.h"

static char *no_environ[] = { NULL };

static void add(struct os_plan *p, enum os_step_kind kind) {
    os_plan_add(p, (struct os_step){ .kind = kind });
}

static void add_fd(struct os_plan *p, enum os_step_kind kind, int fd) {
    os_plan_add(p, (struct os_step){ .kind = kind, .fd = fd });
}

static void add_open(struct os_plan *p, int fd) {
    os_plan_add(p, (struct os_step){ .kind = OS_STEP_OPEN, .open.fd = fd });
}

static void add_dup2(struct os_plan *p, int from, int to) {
    os_plan_add(p, (struct os_step){ .kind = OS_STEP_DUP2, .dup2 = { from, to } });
}

/* The names of the steps of a prepared plan, with blanks between. */
static const char *order_of(struct os_plan *p) {
    static char text[1024];
    struct base_error e;
    CHECK_INT(os_plan_prepare(p, &e), 0);
    text[0] = '\0';
    for (size_t i = 0; i < p->steps.count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, os_step_name(p->steps.items[i].kind));
    }
    return text;
}

static const struct os_step *find(const struct os_plan *p, enum os_step_kind kind) {
    for (size_t i = 0; i < p->steps.count; i++)
        if (p->steps.items[i].kind == kind)
            return &p->steps.items[i];
    static const struct os_step none = { .kind = OS_STEPS, .capabilities = UINT64_MAX };
    return &none;
}

static void test_names(void) {
    for (int kind = 0; kind < OS_STEPS; kind++) {
        const char *name = os_step_name((enum os_step_kind)kind);
        CHECK(name && name[0] && strlen(name) < 12);
        for (int other = 0; name && other < kind; other++)
            CHECK(strcmp(name, os_step_name((enum os_step_kind)other)) != 0);
    }
}

/* A number that is not a kind is refused wherever it comes from, and does nothing. */
static void test_unknown_kind(void) {
    static const int kinds[] = { OS_STEPS, OS_STEPS + 1, 1000000 };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct os_step step = { .kind = (enum os_step_kind)kinds[i] };
        struct os_plan p = os_plan_init();
        struct base_error e;
        size_t failed = 42;
        os_plan_add(&p, step);
        CHECK_INT(os_plan_prepare(&p, &e), -EINVAL);
        CHECK_INT(e.errnum, EINVAL);
        CHECK_INT(os_plan_apply(&p, &e), -EINVAL);
        CHECK_STR(e.operation, "unknown");
        CHECK_INT(e.step, 0);
        CHECK_INT(os_steps_do(&step, 0, 1, &failed), -EINVAL);
        CHECK_INT(failed, 0);
        CHECK_STR(os_step_name(step.kind), "unknown");
        CHECK_INT(os_step_capability(step.kind), -1);
        os_plan_finish(&p);
    }
}

/* Each kind has a row that does something, and is no error to have. */
static void test_rows(void) {
    for (int kind = 0; kind < OS_STEPS; kind++)
        CHECK(strcmp(os_step_name((enum os_step_kind)kind), "unknown") != 0);
    CHECK_INT(os_step_capability(OS_STEP_SETUID), CAP_SETUID);
    CHECK_INT(os_step_capability(OS_STEP_SETSID), -1);
}

/* The steps before the one that failed are done, the ones behind it are not. */
static void test_steps_stop(void) {
    const struct os_step steps[] = {
        { .kind = OS_STEP_UMASK, .umask = 0123 },
        { .kind = OS_STEP_CHDIR, .object = "/no/such/directory" },
        { .kind = OS_STEP_UMASK, .umask = 0456 },
    };
    size_t failed = 42;
    mode_t before = umask(0);
    CHECK_INT(os_steps_do(steps, 0, 3, &failed), -ENOENT);
    CHECK_INT(failed, 1);
    CHECK_INT(umask(0), 0123);
    CHECK_INT(os_steps_do(steps, 2, 3, &failed), 0);
    CHECK_INT(umask(before), 0456);
}

static void test_empty(void) {
    struct os_plan p = os_plan_init();
    CHECK_INT(p.exec_fd, -1);
    CHECK_INT(p.steps.count, 0);
    CHECK_STR(order_of(&p), "");
    CHECK(!os_plan_names(&p, 0));
    CHECK(!os_plan_names(&p, -1));
    os_plan_finish(&p);
}

/* Whatever the order of the options, but for the file actions'. */
static void test_order(void) {
    static const enum os_step_kind kinds[] = {
        OS_STEP_SIGMASK,   OS_STEP_PDEATHSIG, OS_STEP_OPEN,    OS_STEP_NO_NEW_PRIVS,
        OS_STEP_SETUID,    OS_STEP_CLOSE,     OS_STEP_CHROOT,  OS_STEP_AMBIENT,
        OS_STEP_BOUNDING,  OS_STEP_SETGID,    OS_STEP_UMASK,   OS_STEP_DUP2,
        OS_STEP_SETGROUPS, OS_STEP_AFFINITY,  OS_STEP_RLIMIT,  OS_STEP_OPEN,
        OS_STEP_NICE,      OS_STEP_SETSID,    OS_STEP_SIGDEF,  OS_STEP_SIGIGN,
        OS_STEP_FCHDIR,    OS_STEP_SCHEDULER, OS_STEP_UNSHARE, OS_STEP_INHERITABLE,
        OS_STEP_CLOSEFROM, OS_STEP_SETNS,     OS_STEP_CHDIR,   OS_STEP_MAP_ROOT,
    };
    char *argv[] = { (char[]){ "x" }, NULL };
    struct os_plan p = os_plan_init();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add(&p, kinds[i]);
    os_plan_set(&p, (struct os_step){ .kind = OS_STEP_SETUID, .uid.id = 1000 });
    p.name = "/x";
    p.argv = argv;
    p.environ = no_environ;
    CHECK_STR(order_of(&p), "setsid setrlimit nice scheduler affinity umask setns unshare uid_map "
                            "chroot bounding setgroups setgid setuid inheritable ambient drop "
                            "verify open close dup2 open fchdir closefrom chdir nonewprivs "
                            "pdeathsig sigdef sigign sigmask exec");
    os_plan_finish(&p);
}

/* What can be set once only: the last one holds, at its place; limits by their number. */
static void test_set(void) {
    struct os_plan p = os_plan_init();
    os_plan_set(&p, (struct os_step){ .kind = OS_STEP_UMASK, .umask = 1 });
    os_plan_set(&p, (struct os_step){ .kind = OS_STEP_RLIMIT, .limit = { 3, 1, 0 } });
    os_plan_set(&p, (struct os_step){ .kind = OS_STEP_RLIMIT, .limit = { 4, 2, 0 } });
    os_plan_set(&p, (struct os_step){ .kind = OS_STEP_UMASK, .umask = 2 });
    os_plan_set(&p, (struct os_step){ .kind = OS_STEP_RLIMIT, .limit = { 3, 5, 0 } });
    CHECK_STR(order_of(&p), "setrlimit setrlimit umask");
    CHECK_INT(find(&p, OS_STEP_UMASK)->umask, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct os_step *s = &p.steps.items[i];
        CHECK_INT(s->limit.soft, s->limit.resource == 3 ? 5 : 2);
    }
    os_plan_finish(&p);
}

static void test_file_actions_keep_their_order(void) {
    struct os_plan p = os_plan_init();
    for (int i = 0; i < 50; i++)
        if (i % 3)
            add_open(&p, i);
        else
            add_dup2(&p, i, 0);
    add(&p, OS_STEP_UMASK);
    CHECK(strncmp(order_of(&p), "umask dup2 open open dup2 ", 26) == 0);
    CHECK_INT(p.steps.count, 51);
    for (int i = 0; i < 50; i++) {
        const struct os_step *s = &p.steps.items[i + 1];
        CHECK_INT(i % 3 ? s->open.fd : s->dup2.from, i);
    }
    os_plan_finish(&p);
}

/* A new PID or time namespace is for children: session and group are the child's. */
static void test_fork(void) {
    static const struct {
        int flags;
        const char *want;
    } rows[] = {
        { CLONE_NEWPID, "nice unshare fork setsid chroot" },
        { CLONE_NEWTIME, "nice unshare fork setsid chroot" },
        { CLONE_NEWPID | CLONE_NEWUSER, "nice unshare fork setsid chroot" },
        { CLONE_NEWUSER | CLONE_NEWNS, "setsid nice unshare chroot" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct os_plan p = os_plan_init();
        add(&p, OS_STEP_CHROOT);
        os_plan_add(&p, (struct os_step){ .kind = OS_STEP_UNSHARE, .unshare = rows[i].flags });
        add(&p, OS_STEP_NICE);
        add(&p, OS_STEP_SETSID);
        CHECK_STR(order_of(&p), rows[i].want);
        os_plan_finish(&p);
    }
    struct os_plan p = os_plan_init();
    add(&p, OS_STEP_SETPGID);
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_SETNS, .setns.flags = CLONE_NEWPID });
    add(&p, OS_STEP_MAP_ROOT);
    CHECK_STR(order_of(&p), "setns uid_map fork setpgid");
    os_plan_finish(&p);
}

static void test_drop(void) {
    struct os_plan p = os_plan_init();
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_SETUID, .uid.id = 1000 });
    CHECK_STR(order_of(&p), "setuid drop verify");
    CHECK_INT(find(&p, OS_STEP_SETUID)->uid.keep_capabilities, false);
    CHECK_INT(find(&p, OS_STEP_DROP)->capabilities, 0);
    os_plan_finish(&p);

    /* Root keeps what it has. */
    p = os_plan_init();
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_SETUID, .uid.id = 0 });
    CHECK_STR(order_of(&p), "setuid verify");
    os_plan_finish(&p);

    /* Ambient capabilities are inheritable ones too, and are what is left. */
    p = os_plan_init();
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_AMBIENT, .capabilities = 1 << CAP_CHOWN });
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_INHERITABLE, .capabilities = 1 << CAP_KILL });
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_SETUID, .uid.id = 1000 });
    CHECK_STR(order_of(&p), "setuid inheritable ambient drop verify");
    CHECK_INT(find(&p, OS_STEP_SETUID)->uid.keep_capabilities, true);
    CHECK_INT(find(&p, OS_STEP_INHERITABLE)->capabilities, 1 << CAP_CHOWN | 1 << CAP_KILL);
    CHECK_INT(find(&p, OS_STEP_AMBIENT)->capabilities, 1 << CAP_CHOWN);
    CHECK_INT(find(&p, OS_STEP_DROP)->capabilities, 1 << CAP_CHOWN);
    os_plan_finish(&p);

    static const enum os_step_kind kinds[] = { OS_STEP_BOUNDING, OS_STEP_SETGROUPS,
                                               OS_STEP_RESETIDS, OS_STEP_INHERITABLE,
                                               OS_STEP_AMBIENT };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        p = os_plan_init();
        add(&p, OS_STEP_OPEN);
        add(&p, kinds[i]);
        const char *order = order_of(&p), *verify = strstr(order, " verify open");
        CHECK(verify && strlen(verify) == strlen(" verify open"));
        os_plan_finish(&p);
    }
}

static void check_candidates(const char *name, const char *search, const char *want) {
    struct os_plan p = os_plan_init();
    char *argv[] = { (char[]){ "x" }, NULL };
    char text[256] = "";
    p.name = name;
    p.argv = argv;
    p.environ = no_environ;
    p.search = search;
    CHECK_STR(order_of(&p), "exec");
    const char *at = p.candidates.data;
    for (size_t i = 0; i < p.candidate_count; i++, at += strlen(at) + 1) {
        strcat(text, i ? "|" : "");
        strcat(text, at);
    }
    CHECK_STR(text, want);
    os_plan_finish(&p);
}

static void test_candidates(void) {
    check_candidates("x", "/a:/b/c", "/a/x|/b/c/x");
    check_candidates("x", ":/a", "x|/a/x");
    check_candidates("x", "/a:", "/a/x|x");
    check_candidates("x", "/a::/b", "/a/x|x|/b/x");
    check_candidates("x", "", "x");
    check_candidates("x", ":", "x|x");
    check_candidates("x", "/", "//x");
    check_candidates("x", NULL, "x");
    check_candidates("/x", "/a:/b", "/x");
    check_candidates("a/x", "/a:/b", "a/x");
    check_candidates("", "/a:/b", "");
    CHECK_STR(os_default_path, "/bin:/usr/bin");
}

static void test_named(void) {
    struct os_plan p = os_plan_init();
    add_open(&p, 10);
    add_fd(&p, OS_STEP_CLOSE, 11);
    add_dup2(&p, 12, 13);
    add_fd(&p, OS_STEP_FCHDIR, 14);
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_NICE, .nice.value = 15 });
    os_plan_add(&p, (struct os_step){ .kind = OS_STEP_CLOSEFROM, .closefrom.first = 17 });
    p.exec_fd = 18;
    for (int fd = -1; fd < 30; fd++)
        CHECK_INT(os_plan_names(&p, fd), (fd >= 10 && fd <= 14) || fd == 18);
    os_plan_finish(&p);
}

/* A descriptor of our own goes to a number that no step names. */
static void test_own(void) {
    struct os_plan p = os_plan_init();
    struct base_error e;
    for (int fd = 3; fd < 40; fd++)
        if (fd != 37)
            add_open(&p, fd);
    int first = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(first >= 0);
    int fd = os_plan_own(&p, first, &e);
    CHECK_INT(fd, 37);
    CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK(first == fd || fcntl(first, F_GETFD) < 0);

    /* One that is in nobody's way stays where it is. */
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 50);
    CHECK_INT(os_plan_own(&p, high, &e), high);

    /* Never one of the standard ones. */
    int in = dup(STDIN_FILENO);
    if (in >= 0) {
        close(STDIN_FILENO);
        int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
        CHECK_INT(low, STDIN_FILENO);
        int moved = os_plan_own(&p, low, &e);
        CHECK(moved >= 40);
        CHECK(fcntl(STDIN_FILENO, F_GETFD) < 0);
        dup2(in, STDIN_FILENO);
        close(moved);
        close(in);
    }
    close(high);
    close(fd);
    os_plan_finish(&p);
}

static void check_capabilities(const char *text, uint64_t want) {
    uint64_t got = 4242;
    CHECK_STR(os_capability_parse(text, &got), NULL);
    CHECK_INT(got, want);
    if (!check_ok)
        printf("# on <%s>\n", text);
}

static void test_capability_parse(void) {
    check_capabilities("chown", 1);
    check_capabilities("cap_chown", 1);
    check_capabilities("CAP_CHOWN", 1);
    check_capabilities("Chown", 1);
    check_capabilities("0", 1);
    check_capabilities("13", 1 << 13);
    check_capabilities("net_raw,chown,CAP_KILL", 1 << CAP_NET_RAW | 1 << CAP_CHOWN | 1 << CAP_KILL);
    check_capabilities("chown,chown", 1);
    check_capabilities("checkpoint_restore", UINT64_C(1) << 40);
    check_capabilities("none", 0);
    check_capabilities("NONE", 0);
    check_capabilities("all", UINT64_MAX);
    check_capabilities("All", UINT64_MAX);
    static const char *const bad[] = {
        "",
        ",",
        "chown,",
        ",chown",
        "chown,,kill",
        "nope",
        "cap_",
        "cap",
        "chown ",
        " chown",
        "chown=ep",
        "64",
        "-1",
        "+1",
        "all,kill",
        "none,",
        "1x",
        "0x1",
        "99999999999999999999",
        "cap_cap_chown",
        "cap_0",
        "an_absurdly_long_name_of_a_capability_that_there_is_not_and_will_never_be",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t got = 4242;
        const char *why = os_capability_parse(bad[i], &got);
        CHECK_STR(why, "unknown capability");
        CHECK_INT(got, 4242);
        if (!why)
            printf("# on <%s>\n", bad[i]);
    }
}

static void test_capability_iab(void) {
    uint64_t inheritable, ambient, bounding;
    CHECK_STR(os_capability_parse_iab("!cap_chown,^cap_net_raw,cap_kill", &inheritable, &ambient,
                                      &bounding),
              NULL);
    CHECK_INT(ambient, 1 << CAP_NET_RAW);
    CHECK_INT(inheritable & (1 << CAP_KILL), 1 << CAP_KILL);
    CHECK_INT(inheritable & (1 << CAP_CHOWN), 0);
    CHECK_INT(bounding & (1 << CAP_CHOWN), 0);
    CHECK_INT(bounding & (1 << CAP_KILL), 1 << CAP_KILL);
    CHECK(os_capability_parse_iab("nope", &inheritable, &ambient, &bounding) != NULL);
    CHECK(os_capability_parse_iab("cap_chown=ep", &inheritable, &ambient, &bounding) != NULL);
}

/* libcap's number of capabilities is the kernel's, although its constructor did not look for it. */
static void test_capability_count(void) {
    char text[16];
    if (base_read_text("/proc/sys/kernel/cap_last_cap", text, sizeof text) > 0)
        CHECK_INT(cap_max_bits(), strtol(text, NULL, 10) + 1);
    CHECK(cap_max_bits() > CAP_SETFCAP && cap_max_bits() <= 64);
    uint64_t sets[OS_CAP_SETS];
    struct base_error e;
    CHECK_INT(os_capability_get(sets, &e), 0);
    for (int set = 0; set < OS_CAP_SETS; set++)
        CHECK_INT(sets[set] >> cap_max_bits(), 0);
    for (int capability = 0; capability < cap_max_bits(); capability++)
        CHECK_INT(sets[OS_CAP_BOUNDING] >> capability & 1,
                  prctl(PR_CAPBSET_READ, capability, 0, 0, 0));
}

static void test_capability_names(void) {
    struct buf b = { 0 };
    os_capability_name(CAP_CHOWN, &b);
    CHECK_STR(buf_cstr(&b), "cap_chown");
    buf_clear(&b);
    os_capability_name(63, &b);
    CHECK_STR(buf_cstr(&b), "63");
    buf_finish(&b);
}

static void check_namespace(const char *name, int want) {
    CHECK_INT(os_namespace_flag(name, strlen(name)), want);
}

static void test_namespace_flag(void) {
    check_namespace("cgroup", CLONE_NEWCGROUP);
    check_namespace("ipc", CLONE_NEWIPC);
    check_namespace("mnt", CLONE_NEWNS);
    check_namespace("mount", CLONE_NEWNS);
    check_namespace("net", CLONE_NEWNET);
    check_namespace("pid", CLONE_NEWPID);
    check_namespace("time", CLONE_NEWTIME);
    check_namespace("user", CLONE_NEWUSER);
    check_namespace("uts", CLONE_NEWUTS);
    check_namespace("", 0);
    check_namespace("PID", 0);
    check_namespace("pi", 0);
    check_namespace("pidx", 0);
    check_namespace("all", 0);
    CHECK_INT(os_namespace_flag("pid,user", 3), CLONE_NEWPID);
    CHECK_INT(os_namespace_flag("pid,user", 8), 0);
    CHECK_INT(os_namespace_flag("pid", 0), 0);
}

static void test_account_numbers(void) {
    struct os_account a;
    struct base_error e;
    CHECK_INT(os_account_find("root", &a, &e), 0);
    CHECK_INT(a.uid, 0);
    CHECK_INT(a.gid, 0);
    CHECK(a.has_entry);
    CHECK_STR(a.name.data, "root");
    os_account_finish(&a);
    CHECK_INT(os_account_find("0", &a, &e), 0);
    CHECK_INT(a.uid, 0);
    CHECK(a.has_entry);
    CHECK_STR(a.name.data, "root");
    os_account_finish(&a);
    /* Numbers that no system gives to anybody. */
    CHECK_INT(os_account_find("3999999999", &a, &e), 0);
    CHECK_INT(a.uid, 3999999999U);
    CHECK(!a.has_entry);
    os_account_finish(&a);
    CHECK_INT(os_account_find("4294967294", &a, &e), 0);
    CHECK_INT(a.uid, 4294967294U);
    os_account_finish(&a);
    static const char *const bad[] = { "4294967295", "4294967296", "18446744073709551616",
                                       "-1",         "+1",         "0x0",
                                       "1 ",         "",           "no-such-user" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(os_account_find(bad[i], &a, &e), -ENOENT);
        CHECK_STR(e.path, bad[i]);
        os_account_finish(&a);
    }
}

static void test_group_numbers(void) {
    gid_t gid = 42;
    struct base_error e;
    CHECK_INT(os_group_find("root", &gid, &e), 0);
    CHECK_INT(gid, 0);
    CHECK_INT(os_group_find("3999999999", &gid, &e), 0);
    CHECK_INT(gid, 3999999999U);
    static const char *const bad[] = { "4294967295", "4294967296", "-1", "", "no-such-group" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_INT(os_group_find(bad[i], &gid, &e), -ENOENT);
    struct os_gid_list gids = { 0 };
    CHECK_INT(os_group_list("root", 4242, &gids, &e), 0);
    bool found = false;
    for (size_t i = 0; i < gids.count; i++)
        found = found || gids.items[i] == 4242;
    CHECK(found);
    vec_finish(&gids);
}

int main(void) {
    RUN(test_names);
    RUN(test_rows);
    RUN(test_unknown_kind);
    RUN(test_steps_stop);
    RUN(test_empty);
    RUN(test_order);
    RUN(test_set);
    RUN(test_file_actions_keep_their_order);
    RUN(test_fork);
    RUN(test_drop);
    RUN(test_candidates);
    RUN(test_named);
    RUN(test_own);
    RUN(test_capability_parse);
    RUN(test_capability_iab);
    RUN(test_capability_count);
    RUN(test_capability_names);
    RUN(test_namespace_flag);
    RUN(test_account_numbers);
    RUN(test_group_numbers);
    return check_done();
}
