/* SPDX-License-Identifier: 0BSD
 *
 * Templates: how they fall into pieces, and that values are printed as printf(3)
 * prints them, for every set of flags. Times have expected texts of their own.
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "cli/quote_gnu.h"
#include "cli/template.h"

/* The formats are made at run time here. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* ---- pieces ---- */

/* The pieces as text: "T(x)" is text, "D(%5n)" a directive, "O(\q)" an odd escape, "I(%-)" invalid.
 */
static const char *pieces_of(const char *template, const char *modified, bool escapes) {
    static char text[256];
    struct cli_template t = { template, modified, escapes };
    struct cli_piece piece;
    size_t at = 0;
    text[0] = '\0';
    while (cli_template_next(&t, &piece))
        at += (size_t)snprintf(text + at, sizeof text - at, "%c(%.*s)", "TDOI"[piece.kind],
                               (int)piece.size, piece.text);
    return text;
}

static void test_pieces(void) {
    CHECK_STR(pieces_of("", "", false), "");
    CHECK_STR(pieces_of("text", "", false), "T(text)");
    CHECK_STR(pieces_of("a%nb%-5.3sc", "", false), "T(a)D(%n)T(b)D(%-5.3s)T(c)");
    CHECK_STR(pieces_of("%%", "", false), "T(%)");
    CHECK_STR(pieces_of("%", "", false), "T(%)");
    CHECK_STR(pieces_of("a%%%", "", false), "T(a)T(%)T(%)");
    CHECK_STR(pieces_of("%%n", "", false), "T(%)T(n)");
    CHECK_STR(pieces_of("%'+- #0I007.008x", "", false), "D(%'+- #0I007.008x)");
    CHECK_STR(pieces_of("a\\nb", "", false), "T(a\\nb)");
    CHECK_STR(pieces_of("%\\", "", true), "D(%\\)");
}

static void test_modifiers(void) {
    CHECK_STR(pieces_of("%Hd%Lr%Hx", "dr", false), "D(%Hd)D(%Lr)D(%H)T(x)");
    CHECK_STR(pieces_of("%Hd%H", "", false), "D(%H)T(d)D(%H)");
    CHECK_STR(pieces_of("%-5Ld%HH%L", "dr", false), "D(%-5Ld)D(%H)T(H)D(%L)");
}

static void test_invalid(void) {
    CHECK_STR(pieces_of("%-", "", false), "I(%-)");
    CHECK_STR(pieces_of("a%5.3", "", false), "T(a)I(%5.3)");
    CHECK_STR(pieces_of("%9%n", "", false), "I(%9%)T(n)");
    CHECK_STR(pieces_of("%.", "", false), "I(%.)");
    CHECK_STR(pieces_of("%1048576n%1048577n", "", false), "D(%1048576n)I(%1048577n)");
    CHECK_STR(pieces_of("%.1048577n", "", false), "I(%.1048577n)");
    CHECK_STR(pieces_of("%99999999999999999999n", "", false), "I(%99999999999999999999n)");
    CHECK_STR(pieces_of("%.99999999999999999999n", "", false), "I(%.99999999999999999999n)");
    CHECK_STR(pieces_of("%00000000000000000000000000005n", "", false),
              "D(%00000000000000000000000000005n)");
}

static void test_escapes(void) {
    CHECK_STR(pieces_of("\\a\\b\\e\\f\\n\\r\\t\\v\\\"\\\\", "", true),
              "T(\a)T(\b)T(\033)T(\f)T(\n)T(\r)T(\t)T(\v)T(\")T(\\)");
    CHECK_STR(pieces_of("\\101\\1017\\7x\\08\\777", "", true),
              "T(A)T(A)T(7)T(\a)T(x)T()T(8)T(\377)");
    CHECK_STR(pieces_of("\\x41\\x414\\xfg", "", true), "T(A)T(A)T(4)T(\017)T(g)");
    CHECK_STR(pieces_of("\\xg\\x", "", true), "O(\\x)T(g)O(\\x)");
    CHECK_STR(pieces_of("\\q\\8\\c", "", true), "O(\\q)O(\\8)O(\\c)");
    CHECK_STR(pieces_of("a\\", "", true), "T(a)O(\\)");
    CHECK_STR(pieces_of("\\x25n\\%", "", true), "T(%)T(n)O(\\%)");
}

static void test_odd_bytes(void) {
    struct cli_template t = { "\\q\\", "", true };
    struct cli_piece piece;
    CHECK(cli_template_next(&t, &piece));
    CHECK_INT(piece.byte, 'q');
    CHECK(cli_template_next(&t, &piece));
    CHECK_INT(piece.byte, '\\');
    CHECK(!cli_template_next(&t, &piece));
    CHECK(!cli_template_next(&t, &piece));
}

/* ---- values ---- */

static struct cli_directive directive_of(const char *template) {
    struct cli_template t = { template, "", false };
    struct cli_piece piece = { 0 };
    CHECK(cli_template_next(&t, &piece) && piece.kind == CLI_PIECE_DIRECTIVE && !*t.at);
    return piece.directive;
}

static const char *const widths[] = { "", "1", "2", "5", "23", "70" };
static const char *const precisions[] = { "", ".", ".0", ".1", ".4", ".22", ".23", ".60" };

enum { WIDTHS = sizeof widths / sizeof widths[0], PRECISIONS = sizeof precisions / sizeof(char *) };

/* Every directive with flags out of a set; those that printf(3) does not define are left out of its
 * format. */
static void for_each_directive(const char *known,
                               void (*check)(const struct cli_directive *d, const char *flags,
                                             const char *rest)) {
    static const char all[] = "-+ #0'I";
    for (unsigned bits = 0; bits < 1U << (sizeof all - 1); bits++) {
        char flags[sizeof all] = "";
        char defined[sizeof all] = "";
        for (unsigned i = 0, count = 0, count_defined = 0; i < sizeof all - 1; i++) {
            if (bits >> i & 1)
                flags[count++] = all[i];
            if (bits >> i & 1 && strchr(known, all[i]))
                defined[count_defined++] = all[i];
        }
        for (unsigned i = 0; i < WIDTHS * PRECISIONS; i++) {
            char rest[16], template[32];
            snprintf(rest, sizeof rest, "%s%s", widths[i % WIDTHS], precisions[i / WIDTHS]);
            snprintf(template, sizeof template, "%%%s%sx", flags, rest);
            struct cli_directive d = directive_of(template);
            check(&d, defined, rest);
        }
    }
}

static void check_same(struct buf *b, const char *want) {
    CHECK_STR(buf_cstr(b), want);
    buf_clear(b);
}

static struct buf out;

static const uint64_t numbers[] = { 0, 1, 7, 8, 0644, 65024, INT64_MAX, 1ULL << 63, UINT64_MAX };

static void check_int(const struct cli_directive *d, const char *flags, const char *rest) {
    char format[32], want[128];
    snprintf(format, sizeof format, "%%%s%slld", flags, rest);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(want, sizeof want, format, (long long)numbers[i]);
        cli_template_int(&out, d, (int64_t)numbers[i]);
        check_same(&out, want);
    }
}

static void
check_base(const struct cli_directive *d, const char *flags, const char *rest, char letter,
           void (*print)(struct buf *b, const struct cli_directive *d, uint64_t value)) {
    char format[32], want[128];
    snprintf(format, sizeof format, "%%%s%sll%c", flags, rest, letter);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(want, sizeof want, format, (unsigned long long)numbers[i]);
        print(&out, d, numbers[i]);
        check_same(&out, want);
    }
}

static void check_uint(const struct cli_directive *d, const char *flags, const char *rest) {
    check_base(d, flags, rest, 'u', cli_template_uint);
}

static void check_octal(const struct cli_directive *d, const char *flags, const char *rest) {
    check_base(d, flags, rest, 'o', cli_template_octal);
}

static void check_hex(const struct cli_directive *d, const char *flags, const char *rest) {
    check_base(d, flags, rest, 'x', cli_template_hex);
}

static void check_string(const struct cli_directive *d, const char *flags, const char *rest) {
    static const char *const strings[] = { "", "a", "four", "\n\xff\xc3\xa9",
                                           "longer than all of the widths but for the last one" };
    char format[32], want[128];
    snprintf(format, sizeof format, "%%%s%ss", flags, rest);
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        snprintf(want, sizeof want, format, strings[i]);
        cli_template_string(&out, d, strings[i], strlen(strings[i]));
        check_same(&out, want);
        cli_template_name(&out, d, false, strings[i], strlen(strings[i]));
        check_same(&out, want);
    }
}

static void test_int(void) {
    for_each_directive("-+ 0", check_int);
}

static void test_uint(void) {
    for_each_directive("-0", check_uint);
}

static void test_octal(void) {
    for_each_directive("-#0", check_octal);
}

static void test_hex(void) {
    for_each_directive("-#0", check_hex);
}

static void test_string(void) {
    for_each_directive("-", check_string);
}

/* ---- times ---- */

static void check_time(const char *template, int64_t sec, uint32_t nsec, const char *want) {
    struct cli_directive d = directive_of(template);
    cli_template_time(&out, &d, sec, nsec);
    check_same(&out, want);
}

static void test_time(void) {
    check_time("%X", 0, 0, "0");
    check_time("%X", 0, 999999999, "0");
    check_time("%.X", 1, 5, "1.000000005");
    check_time("%.0X", 1, 999999999, "1");
    check_time("%.1X", 1, 999999999, "1.9");
    check_time("%.3X", 1234567890, 123456789, "1234567890.123");
    check_time("%.9X", 1234567890, 123456789, "1234567890.123456789");
    check_time("%.12X", 1234567890, 123456789, "1234567890.123456789000");
    check_time("%.9X", INT64_MAX, 999999999, "9223372036854775807.999999999");
    check_time("%X", INT64_MAX, 999999999, "9223372036854775807");
}

/* Towards minus infinity: no time is printed as later than it is. */
static void test_time_before_1970(void) {
    check_time("%X", -1, 0, "-1");
    check_time("%X", -1, 999999999, "-1");
    check_time("%X", -2, 999999999, "-2");
    check_time("%.X", -1, 999999999, "-0.000000001");
    check_time("%.8X", -1, 999999999, "-0.00000001");
    check_time("%.1X", -1, 999999999, "-0.1");
    check_time("%.1X", -1, 500000000, "-0.5");
    check_time("%.1X", -2, 999500000, "-1.1");
    check_time("%.3X", -2, 499500000, "-1.501");
    check_time("%.3X", -2, 499000000, "-1.501");
    check_time("%.1X", -2, 1, "-2.0");
    check_time("%.9X", INT64_MIN, 0, "-9223372036854775808.000000000");
    check_time("%.9X", INT64_MIN, 1, "-9223372036854775807.999999999");
    check_time("%.3X", INT64_MIN, 1, "-9223372036854775808.000");
    check_time("%X", INT64_MIN, 1, "-9223372036854775808");
}

static void test_time_widths(void) {
    check_time("%5X", 12, 0, "   12");
    check_time("%-5X", 12, 0, "12   ");
    check_time("%05X", 12, 0, "00012");
    check_time("%+05X", 12, 0, "+0012");
    check_time("% X", 12, 0, " 12");
    check_time("%#'IX", 12, 0, "12");
    check_time("%012.3X", 0, 0, "00000000.000");
    check_time("%12.3X", 0, 0, "       0.000");
    check_time("%-12.3X", 0, 0, "0.000       ");
    check_time("%-012.3X", 0, 0, "0.000       ");
    check_time("%012.3X", -2, 500000000, "-0000001.500");
    check_time("%012.0X", 7, 0, "000000000007");
    check_time("%4.3X", 0, 0, "0.000");
    check_time("%12.3X", 1234567890, 123456789, "1234567890.123");
    check_time("%-14.3X", 1234567890, 123456789, "1234567890.123");
    check_time("%-15.3X", 1234567890, 123456789, "1234567890.123 ");
}

static void check_local(const char *template, int64_t sec, uint32_t nsec, const char *want) {
    struct cli_directive d = directive_of(template);
    cli_template_local(&out, &d, sec, nsec);
    check_same(&out, want);
}

static void test_local(void) {
    setenv("TZ", "UTC0", 1);
    tzset();
    check_local("%y", 1785578400, 123456789, "2026-08-01 10:00:00.123456789 +0000");
    check_local("%.10y", 1785578400, 123456789, "2026-08-01");
    check_local("%38y", 0, 0, "   1970-01-01 00:00:00.000000000 +0000");
    check_local("%y", -1, 5, "1969-12-31 23:59:59.000000005 +0000");
    check_local("%y", -62167219201, 5, "-001-12-31 23:59:59.000000005 +0000");
    check_local("%y", INT64_MAX, 999999999, "9223372036854775807.999999999");
    check_local("%y", INT64_MIN, 0, "-9223372036854775808.000000000");
    check_local("%y", 67768036191676799, 999999999, "2147485547-12-31 23:59:59.999999999 +0000");
    setenv("TZ", "XXX-5:30", 1);
    tzset();
    check_local("%y", 1785578400, 0, "2026-08-01 15:30:00.000000000 +0530");
    setenv("TZ", "XXX4:56:02", 1);
    tzset();
    check_local("%y", 1785578400, 0, "2026-08-01 05:03:58.000000000 -0456");
    setenv("TZ", "<-00>0", 1);
    tzset();
    check_local("%y", 1785578400, 0, "2026-08-01 10:00:00.000000000 -0000");
}

/* ---- names ---- */

static void check_name(const char *template, bool quoted, const char *name, const char *want) {
    struct cli_directive d = directive_of(template);
    if (quoted)
        cli_template_quoted(&out, &d, true, name, strlen(name));
    else
        cli_template_name(&out, &d, true, name, strlen(name));
    check_same(&out, want);
}

static void test_terminal(void) {
    check_name("%n", false, "a\n\033\\b", "a\\n\\x1b\\\\b");
    check_name("%8n", false, "a\n", "     a\\n");
    check_name("%.2n", false, "a\nb", "a\\n");
    check_name("%-8.3n", false, "ab\xc3\xa9", "ab\\xc3  ");
    check_name("%.n", false, "ab", "");
    check_name("%N", true, "a\n", "'a'$'\\n'");
    check_name("%.4N", true, "ab\xc3\xa9z", "'ab");
    check_name("%5.4N", true, "ab\xc3\xa9z", "  'ab");
    check_name("%.5N", true, "ab\xc3\xa9z", "'ab\xc3\xa9");
    check_name("%.N", true, "ab", "");
}

static void check_quoted(const char *name, const char *want) {
    cli_quote_gnu(&out, name, strlen(name));
    check_same(&out, want);
}

static void test_quote_gnu(void) {
    check_quoted("", "''");
    check_quoted("a b$", "'a b$'");
    check_quoted("it's", "\"it's\"");
    check_quoted("'", "\"'\"");
    check_quoted("it's $", "'it'\\''s $'");
    check_quoted("#'", "\"#'\"");
    check_quoted("a#'", "'a#'\\'''");
    check_quoted("a\nb", "'a'$'\\n''b'");
    check_quoted("\n\n", "''$'\\n\\n'");
    check_quoted("\n'\n", "''$'\\n'\\'''$'\\n'");
    check_quoted("a\\b", "'a\\b'");
    check_quoted("\a\b\f\n\r\t\v\001\177", "''$'\\a\\b\\f\\n\\r\\t\\v\\001\\177'");
    check_quoted("\xff\xc3\xa9", "''$'\\377''\xc3\xa9'");
    check_quoted("\xe2\x80\xae", "''$'\\342\\200\\256'");
}

int main(void) {
    RUN(test_pieces);
    RUN(test_modifiers);
    RUN(test_invalid);
    RUN(test_escapes);
    RUN(test_odd_bytes);
    RUN(test_int);
    RUN(test_uint);
    RUN(test_octal);
    RUN(test_hex);
    RUN(test_string);
    RUN(test_time);
    RUN(test_time_before_1970);
    RUN(test_time_widths);
    RUN(test_local);
    RUN(test_terminal);
    RUN(test_quote_gnu);
    buf_finish(&out);
    return check_done();
}
