/* SPDX-License-Identifier: 0BSD
 *
 * Who a process is: names of capabilities, namespaces, users and groups.
 */
#include <sched.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "base/io.h"
#include "check.h"
#include "os/capability.h"
#include "os/namespace.h"
#include "os/users.h"

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
    unsigned long damaged;
    CHECK_INT(os_group_list("root", 4242, &gids, &damaged, &e), 0);
    bool found = false;
    for (size_t i = 0; i < gids.count; i++)
        found = found || gids.items[i] == 4242;
    CHECK(found);
    vec_finish(&gids);
}

int main(void) {
    RUN(test_capability_parse);
    RUN(test_capability_iab);
    RUN(test_capability_count);
    RUN(test_capability_names);
    RUN(test_namespace_flag);
    RUN(test_account_numbers);
    RUN(test_group_numbers);
    return check_done();
}
