/* SPDX-License-Identifier: 0BSD
 *
 * The plan of spawn: its order, its own descriptors, what is refused, and memory
 * that is short. The linker wraps calloc() and realloc().
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "os/spawn.h"

enum { NEVER = -1 };

/* How many allocations succeed before all others fail. */
static int allocations = NEVER;

/* The names are the linker's, and reserved.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool fails(void) {
    return allocations == 0 || (allocations != NEVER && allocations-- == 0);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return fails() ? NULL : __real_realloc(memory, size);
}

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

/* Each kind has a row that does something, and may be in a plan. */
static void test_rows(void) {
    for (int kind = 0; kind < OS_STEPS; kind++)
        CHECK(strcmp(os_step_name((enum os_step_kind)kind), "unknown") != 0);
    CHECK_INT(os_step_capability(OS_STEP_SETUID), CAP_SETUID);
    CHECK_INT(os_step_capability(OS_STEP_SETSID), -1);
}

/* The steps before the one that failed are done, those after it are not. */
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

/* Whatever the order of the options, except that of file actions. */
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

/* What can be set once only: the last one counts, at its place; limits by their number. */
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

/* Nothing is dropped while an id of root may be left. */
static void check_resuid_drop(void) {
    static const struct {
        unsigned real, effective, saved;
        const char *want;
    } cases[] = {
        { 1, 2, 3, "setresgid setresuid ambient drop verify" },
        { 0, 2, 3, "setresgid setresuid ambient verify" },
        { 1, 0, 3, "setresgid setresuid ambient verify" },
        { 1, 2, 0, "setresgid setresuid ambient verify" },
        { OS_ID_KEEP, 2, 3, "setresgid setresuid ambient verify" },
        { 1, OS_ID_KEEP, 3, "setresgid setresuid ambient verify" },
        { 1, 2, OS_ID_KEEP, "setresgid setresuid ambient verify" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct os_plan p = os_plan_init();
        os_plan_add(&p, (struct os_step){ .kind = OS_STEP_AMBIENT, .capabilities = 1 });
        os_plan_add(&p, (struct os_step){
                            .kind = OS_STEP_SETRESUID,
                            .ids = { cases[i].real, cases[i].effective, cases[i].saved, false } });
        add(&p, OS_STEP_SETRESGID);
        CHECK_STR(order_of(&p), cases[i].want);
        CHECK_INT(find(&p, OS_STEP_SETRESUID)->ids.keep_capabilities, true);
        os_plan_finish(&p);
    }
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

    check_resuid_drop();

    static const enum os_step_kind kinds[] = { OS_STEP_BOUNDING,    OS_STEP_SETGROUPS,
                                               OS_STEP_SETRESGID,   OS_STEP_RESETIDS,
                                               OS_STEP_INHERITABLE, OS_STEP_AMBIENT };
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
    os_plan_add(&p,
                (struct os_step){ .kind = OS_STEP_CLOSEFROM, .range = { 17, INT_MAX, NULL, 0 } });
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

    /* One without a conflict stays where it is. */
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

/* A descriptor that cannot be remembered is closed: CLOSEFROM would not spare it. */
static void test_own_without_memory(void) {
    struct os_plan p = os_plan_init();
    struct base_error e;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    allocations = 0;
    CHECK_INT(os_plan_own(&p, fd, &e), -ENOMEM);
    allocations = NEVER;
    CHECK_INT(e.errnum, ENOMEM);
    CHECK_INT(fcntl(fd, F_GETFD), -1);
    os_plan_finish(&p);
}

/* Wherever memory ends, the plan is not prepared: no step is left out. */
static void test_prepare_without_memory(void) {
    char *argv[] = { (char[]){ "x" }, NULL };
    int failures = 0;
    for (int n = 0;; n++) {
        struct os_plan p = os_plan_init();
        struct base_error e;
        p.name = "x";
        p.argv = argv;
        p.environ = no_environ;
        p.search = "/a:/b";
        allocations = n;
        for (int i = 0; i < 20; i++)
            add_open(&p, i);
        os_plan_set(&p, (struct os_step){ .kind = OS_STEP_SETUID, .uid.id = 1000 });
        int r = os_plan_prepare(&p, &e);
        allocations = NEVER;
        size_t count = p.steps.count;
        os_plan_finish(&p);
        if (r == 0) {
            CHECK_INT(count, 24); /* and drop, verify, exec */
            break;
        }
        CHECK_INT(r, -ENOMEM);
        failures++;
    }
    CHECK(failures >= 4);
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
    RUN(test_own_without_memory);
    RUN(test_prepare_without_memory);
    return check_done();
}
