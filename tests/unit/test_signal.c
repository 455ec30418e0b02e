/* SPDX-License-Identifier: 0BSD
 *
 * Signal names, both ways, against libc's numbers, except that of SIGRTMIN.
 */
#include <signal.h>

#include "check.h"
#include "cli/signal.h"

enum { UNTOUCHED = 4242 };

enum { RTMIN = 34 }; /* with musl, too */

/* Names the text at which a test failed first. */
static void name_failure(bool before, const char *text) {
    if (before && !check_ok)
        printf("# on <%.60s>\n", text);
}

static void check_signal(const char *text, int want) {
    int got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_signal(text, false, &got), NULL);
    CHECK_INT(got, want);
    name_failure(before, text);
}

static void refuse_signal(const char *text, const char *reason) {
    int got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_signal(text, false, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

static void check_set(const char *text, uint64_t want) {
    uint64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_signals(text, &got), NULL);
    CHECK(got == want);
    name_failure(before, text);
}

static void refuse_set(const char *text, const char *reason) {
    uint64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_signals(text, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

static uint64_t bit(int signo) {
    return (uint64_t)1 << (signo - 1);
}

static void test_names(void) {
    check_signal("TERM", SIGTERM);
    check_signal("SIGTERM", SIGTERM);
    check_signal("term", SIGTERM);
    check_signal("sigterm", SIGTERM);
    check_signal("SigTerm", SIGTERM);
    check_signal("VTALRM", SIGVTALRM);
    check_signal("sys", SIGSYS);
    check_signal("PWR", SIGPWR);
    check_signal("STKFLT", SIGSTKFLT);
    check_signal("CLD", SIGCHLD);
    check_signal("SIGIOT", SIGABRT);
    check_signal("sigpoll", SIGIO);
    check_signal("UNUSED", SIGSYS);
}

static void test_numbers(void) {
    check_signal("1", 1);
    check_signal("9", SIGKILL);
    check_signal("015", 15);
    check_signal("0xf", 15);
    check_signal("32", 32);
    check_signal("33", 33);
    check_signal("SIG32", 32);
    check_signal("64", 64);
    refuse_signal("65", "unknown signal");
    refuse_signal("18446744073709551617", "unknown signal");
    refuse_signal("-1", "unknown signal");
    refuse_signal("+1", "unknown signal");
    refuse_signal("1.0", "unknown signal");
    refuse_signal("0", "0 is not a signal");
    int got = UNTOUCHED;
    CHECK_STR(cli_parse_signal("0", true, &got), NULL);
    CHECK_INT(got, 0);
    CHECK_STR(cli_parse_signal("15", true, &got), NULL);
    CHECK_INT(got, 15);
}

static void test_realtime(void) {
    check_signal("RTMIN", RTMIN);
    check_signal("SIGRTMIN", RTMIN);
    check_signal("rtmin+3", RTMIN + 3);
    check_signal("SIGRTMIN+0", RTMIN);
    check_signal("RTMAX", SIGRTMAX);
    check_signal("RTMAX-1", SIGRTMAX - 1);
    char text[32];
    snprintf(text, sizeof text, "RTMIN+%d", SIGRTMAX - RTMIN);
    check_signal(text, SIGRTMAX);
    snprintf(text, sizeof text, "RTMIN+%d", SIGRTMAX - RTMIN + 1);
    refuse_signal(text, "unknown signal");
    snprintf(text, sizeof text, "RTMAX-%d", SIGRTMAX - RTMIN);
    check_signal(text, RTMIN);
    snprintf(text, sizeof text, "RTMAX-%d", SIGRTMAX - RTMIN + 1);
    refuse_signal(text, "unknown signal");
    static const char *const bad[] = { "RTMIN-1",        "RTMAX+1",          "RTMIN+",   "RTMAX-",
                                       "RTMIN3",         "RTMIN +1",         "RTMIN+-1", "RTMIN++1",
                                       "RTMIN+99999999", "RTMIN+4294967296", "RTMI",     "RTMID" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse_signal(bad[i], "unknown signal");
}

static void test_refused(void) {
    static const char *const bad[] = { "SIG",
                                       "sigsigterm",
                                       "TERM ",
                                       " TERM",
                                       "TER",
                                       "TERMINATE",
                                       "EXIT",
                                       "\305\277ys",
                                       "TERM,INT",
                                       ",",
                                       "SIG-1",
                                       "all",
                                       "SIGABCDEFGHIJKLMNOPQRSTUVWXYZ" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse_signal(bad[i], "unknown signal");
    refuse_signal("", "empty");
}

static void test_sets(void) {
    check_set("none", 0);
    check_set("NONE", 0);
    check_set("all", UINT64_MAX);
    check_set("All", UINT64_MAX);
    check_set("TERM", bit(SIGTERM));
    check_set("1", 1);
    check_set("64", (uint64_t)1 << 63);
    check_set("SIGINT,term,9,INT", bit(SIGINT) | bit(SIGTERM) | bit(SIGKILL));
    check_set("RTMIN+1,RTMAX", bit(RTMIN + 1) | bit(SIGRTMAX));
    refuse_set("", "empty");
    refuse_set(",", "unknown signal");
    refuse_set("TERM,", "unknown signal");
    refuse_set(",TERM", "unknown signal");
    refuse_set("TERM,,INT", "unknown signal");
    refuse_set("TERM, INT", "unknown signal");
    refuse_set("all,TERM", "unknown signal");
    refuse_set("TERM,none", "unknown signal");
    refuse_set("allx", "unknown signal");
    refuse_set("al", "unknown signal");
    refuse_set("TERM,65", "unknown signal");
    refuse_set("TERM,0", "0 is not a signal");
}

static void check_name(int signo, const char *want) {
    char name[16];
    CHECK_STR(cli_signal_name(signo, name), want);
}

static void test_printing(void) {
    check_name(SIGTERM, "SIGTERM");
    check_name(SIGCHLD, "SIGCHLD");
    check_name(SIGABRT, "SIGABRT");
    check_name(SIGIO, "SIGIO");
    check_name(SIGSYS, "SIGSYS");
    check_name(SIGVTALRM, "SIGVTALRM");
    check_name(32, "SIG32");
    check_name(33, "SIG33");
    check_name(34, "SIGRTMIN");
    check_name(RTMIN + 1, "SIGRTMIN+1");
    check_name(RTMIN + 10, "SIGRTMIN+10");
    check_name(SIGRTMAX, "SIGRTMAX");
    check_name(65, "SIG65");
    check_name(0, "SIG0");
    check_name(-1, "SIG-1");
    check_name(2147483647, "SIG2147483647");
    check_name(-2147483647 - 1, "SIG-2147483648");
}

static void test_round_trip(void) {
    for (int signo = 1; signo <= SIGRTMAX; signo++) {
        char name[16];
        check_signal(cli_signal_name(signo, name), signo);
    }
}

struct visits {
    int count;
    int last;
    bool ordered;
};

static void visit(const char *name, void *data) {
    struct visits *visits = data;
    int signo = 0;
    CHECK_STR(cli_parse_signal(name, false, &signo), NULL);
    visits->ordered = visits->ordered && signo > visits->last;
    visits->last = signo;
    visits->count++;
}

static void test_each(void) {
    struct visits visits = { .ordered = true };
    cli_signal_each(visit, &visits);
    CHECK_INT(visits.count, 33); /* 1 to 31, SIGRTMIN, SIGRTMAX */
    CHECK_INT(visits.last, SIGRTMAX);
    CHECK(visits.ordered);
}

int main(void) {
    RUN(test_names);
    RUN(test_numbers);
    RUN(test_realtime);
    RUN(test_refused);
    RUN(test_sets);
    RUN(test_printing);
    RUN(test_round_trip);
    RUN(test_each);
    return check_done();
}
