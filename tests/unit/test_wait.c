/* SPDX-License-Identifier: 0BSD
 *
 * Status words of wait(2), both ways.
 */
#include <signal.h>
#include <unistd.h>

#include "check.h"
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
    /* PTRACE_EVENT_EXEC; PTRACE_O_TRACESYSGOOD */
    check_word(4 << 16 | SIGTRAP << 8 | 0x7f, CLD_STOPPED, SIGTRAP, false, 0, 0);
    check_word((SIGTRAP | 0x80) << 8 | 0x7f, CLD_STOPPED, SIGTRAP | 0x80, false, 0, 0);
    check_word(0xffff, CLD_CONTINUED, SIGCONT, false, 0, 0);
}

/* The macros agree where the word is one that a kernel makes. */
static void test_macros(void) {
    for (int word = 0; word <= 0xffff; word++) {
        struct os_wait_status r = { .wait_status = word };
        int signo = word & 0x7f;
        bool is_made = word == 0xffff || !(word & 0xff) || (word >> 8 && (word & 0xff) == 0x7f) ||
                       (word >> 8 == 0 && signo && signo != 0x7f);
        if (!is_made)
            continue;
        CHECK(os_wait_decode(&r));
        CHECK_INT(r.code == CLD_EXITED, !!WIFEXITED(word));
        CHECK_INT(r.code == CLD_KILLED || r.code == CLD_DUMPED, !!WIFSIGNALED(word));
        CHECK_INT(r.code == CLD_STOPPED, !!WIFSTOPPED(word));
        CHECK_INT(r.code == CLD_CONTINUED, !!WIFCONTINUED(word));
        if (r.code == CLD_KILLED || r.code == CLD_DUMPED)
            CHECK_INT(r.code == CLD_DUMPED, !!WCOREDUMP(word));
    }
}

static void test_no_status(void) {
    static const int words[] = { -1, 0xff, 0x1ff, 0x10000, 0x10100, 0x10009, 0x1ffff, 0x7fffffff };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct os_wait_status r = { .wait_status = words[i] };
        CHECK(!os_wait_decode(&r));
        if (!check_ok)
            printf("# on 0x%x\n", (unsigned)words[i]);
    }
}

/* What waitid(2) tells of real children is what its word says. */
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

int main(void) {
    RUN(test_exits);
    RUN(test_kills);
    RUN(test_stops);
    RUN(test_macros);
    RUN(test_no_status);
    RUN(test_waitid);
    RUN(test_no_news);
    return check_done();
}
