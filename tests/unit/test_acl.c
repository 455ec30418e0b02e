/* SPDX-License-Identifier: 0BSD
 *
 * ACLs and capabilities as stored in attributes: their texts, and what is said
 * of garbage.
 */
#include <stdlib.h>

#include "check.h"
#include "os/acl.h"
#include "os/file_capability.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void acl(const char *value, size_t size, const char *want, const char *why) {
    struct buf b = { 0 };
    CHECK_STR(os_acl_text(value, size, NULL, NULL, &b), why);
    CHECK_STR(buf_cstr(&b), want);
    buf_finish(&b);
}

static void test_an_ACL_is_its_entries_in_short_form(void) {
    acl(BYTES("\2\0\0\0"), "", NULL);
    acl(BYTES("\2\0\0\0"
              "\1\0\6\0\xff\xff\xff\xff"
              "\4\0\4\0\xff\xff\xff\xff"
              "\40\0\0\0\xff\xff\xff\xff"),
        "u::rw-,g::r--,o::---", NULL);
    acl(BYTES("\2\0\0\0"
              "\1\0\7\0\xff\xff\xff\xff"
              "\2\0\5\0\xe8\3\0\0"
              "\4\0\1\0\xff\xff\xff\xff"
              "\10\0\2\0\xfe\xff\xff\xff"
              "\20\0\3\0\xff\xff\xff\xff"
              "\40\0\4\0\xff\xff\xff\xff"),
        "u::rwx,u:1000:r-x,g::--x,g:4294967294:-w-,m::-wx,o::r--", NULL);
}

static void test_an_ACL_of_another_size_is_refused(void) {
    static const char whole[] = "\2\0\0\0\1\0\6\0\xff\xff\xff\xff\4\0\6\0\xff\xff\xff\xff";
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        /* Of the exact size, so that a sanitizer sees a read beyond the end. */
        char *part = malloc(size ? size : 1);
        if (part && (size < 4 || (size - 4) % 8)) {
            memcpy(part, whole, size);
            acl(part, size, "", "an ACL has not this size");
        }
        free(part);
    }
}

static void test_garbage_in_an_ACL_is_named(void) {
    acl(BYTES("\1\0\0\0"), "", "unknown version of ACLs");
    acl(BYTES("\2\0\0\1"), "", "unknown version of ACLs");
    acl(BYTES("\2\0\0\0\3\0\6\0\xff\xff\xff\xff"), "", "unknown tag in an ACL");
    acl(BYTES("\2\0\0\0\0\0\6\0\xff\xff\xff\xff"), "", "unknown tag in an ACL");
    acl(BYTES("\2\0\0\0\1\1\6\0\xff\xff\xff\xff"), "", "unknown tag in an ACL");
    acl(BYTES("\2\0\0\0\1\0\10\0\xff\xff\xff\xff"), "", "unknown permissions in an ACL");
    acl(BYTES("\2\0\0\0\1\0\7\0\xff\xff\xff\xff\1\0\7\1\xff\xff\xff\xff"), "",
        "unknown permissions in an ACL");
}

static void caps(const char *value, size_t size, const char *want, const char *why) {
    struct buf b = { 0 };
    CHECK_STR(os_capability_from_value(value, size, &b), why);
    CHECK_STR(buf_cstr(&b), want);
    buf_finish(&b);
}

static void test_capabilities_of_each_version(void) {
    caps(BYTES("\1\0\0\1\0\40\0\0\0\0\0\0"), "cap_net_raw=ep", NULL);
    caps(BYTES("\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "cap_net_raw=ep", NULL);
    caps(BYTES("\0\0\0\2\0\40\0\0\1\0\0\0\0\0\0\0\0\0\0\0"), "cap_chown=i cap_net_raw+p", NULL);
    caps(BYTES("\0\0\0\2\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"), "cap_mac_override=p", NULL);
    caps(BYTES("\1\0\0\3\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\240\206\1\0"),
         "cap_net_raw=ep [rootid=100000]", NULL);
    caps(BYTES("\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "=", NULL);
}

static void test_garbage_in_capabilities_is_named(void) {
    static const char whole[] = "\1\0\0\3\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\240\206\1\0\0";
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        char *part = malloc(size ? size : 1);
        if (part && size != 24) {
            memcpy(part, whole, size);
            caps(part, size, "",
                 size < 4 ? "capabilities have not this size"
                          : "capabilities of this version have not this size");
        }
        free(part);
    }
    caps(BYTES("\1\0\0\4\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "", "unknown version of capabilities");
    caps(BYTES("\1\0\0\0"), "", "unknown version of capabilities");
    caps(BYTES("\1\0\0\1\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "",
         "capabilities of this version have not this size");
}

static void value(const char *text, unsigned rootid, const char *want, size_t size) {
    struct buf b = { 0 };
    CHECK_STR(os_capability_to_value(text, rootid, &b), NULL);
    CHECK(b.len == size && memcmp(b.data, want, size) == 0);
    buf_finish(&b);
}

static void refused(const char *text, const char *why) {
    struct buf b = { 0 };
    CHECK_STR(os_capability_to_value(text, 0, &b), why);
    CHECK_INT(b.len, 0);
    buf_finish(&b);
}

static void test_a_text_of_capabilities_becomes_a_value(void) {
    value("cap_net_raw=ep", 0, BYTES("\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    value("cap_net_raw=ep", 1, BYTES("\1\0\0\3\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"));
    value("cap_chown=i cap_net_raw+p", 0, BYTES("\0\0\0\2\0\40\0\0\1\0\0\0\0\0\0\0\0\0\0\0"));
    value("=", 0, BYTES("\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
}

static void test_what_a_file_cannot_have_is_refused(void) {
    const char *why = "of a file, all that is permitted or inheritable is effective, or nothing";
    refused("cap_chown=e", why);
    refused("cap_chown=p cap_net_raw=ep", why);
    refused("cap_nonsense=ep", "not a text of capabilities (cap_from_text(3))");
    refused("cap_net_raw", "not a text of capabilities (cap_from_text(3))");
}

int main(void) {
    RUN(test_an_ACL_is_its_entries_in_short_form);
    RUN(test_an_ACL_of_another_size_is_refused);
    RUN(test_garbage_in_an_ACL_is_named);
    RUN(test_capabilities_of_each_version);
    RUN(test_garbage_in_capabilities_is_named);
    RUN(test_a_text_of_capabilities_becomes_a_value);
    RUN(test_what_a_file_cannot_have_is_refused);
    return check_done();
}
