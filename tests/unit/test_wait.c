/* SPDX-License-Identifier: 0BSD
 *
 * Status words of wait(2), both ways, and sets of signals.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "os/signal.h"
#include "os/wait_status.h"

static void check_word(int word, int code, int status, bool ended, int exitcode, int shell) {
    struct os_wait_status r = { .wait_status = word };
    bool before = check_ok;
    CHECK(os_wait_decode(&r));
    CHECK_INT(r.code, code);
    CHECK_INT(r.status, status);
    CHECK_INT(os_wait_ended(&r), ended);
    if (ended) {
        CHECK_INT(os_wait_exitcode(&r), exitcode);
        CHECK_INT(os_wait_shell_status(&r), shell);
    }
    if (before && !check_ok)
        printf("# on 0x%x\n", (unsigned)word);
}

static void test_exits(void) {
    for (int status = 0; status < 256; status++)
        check_word(status << 8, CLD_EXITED, status, true, status, status);
}

static void test_kills(void) {
    for (int signo = 1; signo <= 64; signo++) {
        check_word(signo, CLD_KILLED, signo, true, -signo, 128 + signo);
        check_word(signo | 0x80, CLD_DUMPED, signo, true, -signo, 128 + signo);
    }
}

static void test_stops(void) {
    for (int signo = 1; signo <= 64; signo++)
        check_word(signo << 8 | 0x7f, CLD_STOPPED, signo, false, 0, 0);
    /* PTRACE_EVENT_FORK to PTRACE_EVENT_SECCOMP, PTRACE_EVENT_STOP */
    for (int event = 1; event <= 7; event++)
        check_word(event << 16 | SIGTRAP << 8 | 0x7f, CLD_STOPPED, SIGTRAP, false, 0, 0);
    check_word(128 << 16 | SIGTRAP << 8 | 0x7f, CLD_STOPPED, SIGTRAP, false, 0, 0);
    check_word(128 << 16 | SIGTSTP << 8 | 0x7f, CLD_STOPPED, SIGTSTP, false, 0, 0);
    check_word(0xffff, CLD_CONTINUED, SIGCONT, false, 0, 0);
}

/* All words of 16 bits: those that a kernel makes are decoded as the macros do, others refused. */
static void test_macros(void) {
    int accepted = 0;
    for (int word = 0; word <= 0xffff; word++) {
        struct os_wait_status r = { .wait_status = word };
        int high = word >> 8, signo = word & 0x7f;
        bool is_made = word == 0xffff || !(word & 0xff) ||
                       (high >= 1 && high <= 64 && (word & 0xff) == 0x7f) ||
                       (high == 0 && signo >= 1 && signo <= 64);
        CHECK_INT(os_wait_decode(&r), is_made);
        accepted += is_made;
        if (!is_made)
            continue;
        CHECK_INT(r.code == CLD_EXITED, !!WIFEXITED(word));
        CHECK_INT(r.code == CLD_KILLED || r.code == CLD_DUMPED, !!WIFSIGNALED(word));
        CHECK_INT(r.code == CLD_STOPPED, !!WIFSTOPPED(word));
        CHECK_INT(r.code == CLD_CONTINUED, !!WIFCONTINUED(word));
        if (r.code == CLD_KILLED || r.code == CLD_DUMPED)
            CHECK_INT(r.code == CLD_DUMPED, !!WCOREDUMP(word));
    }
    CHECK_INT(accepted, 256 + 2 * 64 + 64 + 1);
}

static void test_no_status(void) {
    static const int words[] = { -1, 0xff, 0x1ff, 0x10000, 0x10100, 0x10009, 0x1ffff, 0x7fffffff,
                                 /* no such event, or not with that signal */
                                 8 << 16 | SIGTRAP << 8 | 0x7f, 1 << 16 | SIGINT << 8 | 0x7f,
                                 128 << 16 | SIGINT << 8 | 0x7f, 129 << 16 | SIGTRAP << 8 | 0x7f };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct os_wait_status r = { .wait_status = words[i] };
        CHECK(!os_wait_decode(&r));
        if (!check_ok)
            printf("# on 0x%x\n", (unsigned)words[i]);
    }
}

/* What waitid(2) reports about real children agrees with the decoded status word. */
static void test_waitid(void) {
    static const int ends[] = { 0, 7, 255, -SIGTERM, -SIGKILL };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct os_wait_status r, again;
        struct base_error e;
        pid_t pid = fork();
        if (pid == 0) {
            if (ends[i] < 0)
                kill(getpid(), -ends[i]);
            _exit(ends[i]);
        }
        CHECK_INT(os_waitid(P_PID, (id_t)pid, WEXITED, &r, &e), 1);
        CHECK_INT(r.via, OS_VIA_WAITID);
        CHECK_INT(r.pid, pid);
        CHECK(r.has_uid && r.uid == getuid() && r.has_rusage);
        CHECK_INT(os_wait_exitcode(&r), ends[i]);
        again = (struct os_wait_status){ .wait_status = r.wait_status };
        CHECK(os_wait_decode(&again));
        CHECK_INT(again.code, r.code);
        CHECK_INT(again.status, r.status);
    }
}

static void test_no_news(void) {
    struct os_wait_status r;
    struct base_error e;
    int hold[2];
    char c;
    CHECK_INT(pipe(hold), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(hold[1]);
        (void)!read(hold[0], &c, 1);
        _exit(0);
    }
    CHECK_INT(os_waitid(P_PID, (id_t)pid, WEXITED | WNOHANG, &r, &e), 0);
    close(hold[0]);
    close(hold[1]);
    CHECK_INT(os_waitid(P_PID, (id_t)pid, WEXITED, &r, &e), 1);
    CHECK_INT(os_waitid(P_PID, (id_t)pid, WEXITED, &r, &e), -ECHILD);
    CHECK_STR(e.operation, "waitid");
    CHECK_INT(os_waitid(P_ALL, 0, 0, &r, &e), -EINVAL);
}

enum { BURN_NS = 50000000, TOUCH = 48 << 20, PAGE = 4096 };

/* Uses CPU time and memory, so that no figure is 0. */
static void burn(void) {
    struct timespec now = { 0 };
    volatile char *room = malloc(TOUCH);
    for (size_t i = 0; room && i < TOUCH; i += PAGE)
        room[i] = 1;
    while (now.tv_sec == 0 && now.tv_nsec < BURN_NS)
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    _exit(0);
}

static int64_t microseconds(int64_t seconds, int64_t more) {
    return seconds * 1000000 + more;
}

/* What getrusage(2) counts for children is the figures of the one that ended, to the microsecond to
 * which both are rounded. */
static void check_time(struct timeval before, struct timeval after, int64_t got) {
    int64_t want =
        microseconds(after.tv_sec, after.tv_usec) - microseconds(before.tv_sec, before.tv_usec);
    CHECK(got >= want - 1 && got <= want + 1);
    if (!check_ok)
        printf("# got %lld, want %lld\n", (long long)got, (long long)want);
}

static void test_resource_usage(void) {
    struct rusage before, after;
    struct os_wait_status r;
    struct base_error e;
    CHECK_INT(getrusage(RUSAGE_CHILDREN, &before), 0);
    pid_t pid = fork();
    if (pid == 0)
        burn();
    CHECK_INT(os_waitid(P_PID, (id_t)pid, WEXITED, &r, &e), 1);
    CHECK_INT(getrusage(RUSAGE_CHILDREN, &after), 0);
    int64_t user = microseconds(r.rusage.ru_utime.tv_sec, r.rusage.ru_utime.tv_usec);
    int64_t system = microseconds(r.rusage.ru_stime.tv_sec, r.rusage.ru_stime.tv_usec);
    check_time(before.ru_utime, after.ru_utime, user);
    check_time(before.ru_stime, after.ru_stime, system);
    CHECK(user + system >= BURN_NS / 1000 - 1);
    CHECK(r.rusage.ru_maxrss >= TOUCH / 1024);
    CHECK_INT(r.rusage.ru_maxrss, after.ru_maxrss); /* no other child had that much */
    CHECK_INT(r.rusage.ru_minflt, after.ru_minflt - before.ru_minflt);
    CHECK_INT(r.rusage.ru_majflt, after.ru_majflt - before.ru_majflt);
    CHECK_INT(r.rusage.ru_inblock, after.ru_inblock - before.ru_inblock);
    CHECK_INT(r.rusage.ru_oublock, after.ru_oublock - before.ru_oublock);
    CHECK_INT(r.rusage.ru_nvcsw, after.ru_nvcsw - before.ru_nvcsw);
    CHECK_INT(r.rusage.ru_nivcsw, after.ru_nivcsw - before.ru_nivcsw);
}

/* What the kernel says of blocked signals is what libc's own type says. */
static void test_signal_set(void) {
    static const int some[] = { SIGHUP, SIGSYS, 40, 50 };
    struct os_kernel_sigset now, made;
    sigset_t set;
    uint64_t want = 0;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        sigaddset(&set, some[i]);
        want |= UINT64_C(1) << (some[i] - 1);
    }
    CHECK_INT(sigprocmask(SIG_SETMASK, &set, NULL), 0);
    CHECK_INT(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &now, sizeof now), 0);
    CHECK_INT(os_kernel_sigset_bits(&now), want);
    made = os_kernel_sigset(want);
    CHECK(memcmp(&made, &now, sizeof made) == 0);
    sigemptyset(&set);
    CHECK_INT(sigprocmask(SIG_SETMASK, &set, NULL), 0);
}

/* Signals are held and read by the kernel's numbers, those that a libc uses itself, too. An
 * emulator has fewer than 64. */
static void test_signal_hold(void) {
    static const int some[] = { SIGTERM, 32, 33, 34, 35, 62 };
    os_sigset before = 0, now = 0;
    CHECK_INT(os_signal_mask(NULL, &before), 0);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        struct signalfd_siginfo got = { 0 };
        int fd = os_signal_hold(OS_SIGNAL(some[i]), NULL);
        CHECK_INT(kill(getpid(), some[i]), 0);
        CHECK_INT(read(fd, &got, sizeof got), sizeof got);
        CHECK_INT(got.ssi_signo, some[i]);
        CHECK_INT(os_signal_mask(&before, &now), 0);
        CHECK_INT(now, before | OS_SIGNAL(some[i]));
        close(fd);
    }
}

int main(void) {
    RUN(test_exits);
    RUN(test_kills);
    RUN(test_stops);
    RUN(test_macros);
    RUN(test_no_status);
    RUN(test_waitid);
    RUN(test_no_news);
    RUN(test_resource_usage);
    RUN(test_signal_set);
    RUN(test_signal_hold);
    return check_done();
}
