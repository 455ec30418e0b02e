/* SPDX-License-Identifier: 0BSD
 *
 * Records of every type through every format: the exact bytes.
 */
#include <limits.h>

#include "check.h"
#include "cli/format.h"
#include "cli/scalar.h"
#include "cli/table.h"

enum {
    F_STRING,
    F_BYTES,
    F_INT,
    F_UINT,
    F_BOOL,
    F_MODE,
    F_TIMESPEC,
    F_TIMESPEC_NS,
    F_TIMESTAMP,
    F_DURATION,
    F_DURATION_NS,
    F_ENUM,
    F_LIST,
    F_INTS,
    F_BLOB,
    F_RANGES,
    FIELDS
};

static const struct cli_field fields[FIELDS] = {
    [F_STRING] = { .name = "string", .type = CLI_STRING },
    [F_BYTES] = { .name = "bytes", .type = CLI_BYTES },
    [F_INT] = { .name = "int", .type = CLI_INT },
    [F_UINT] = { .name = "uint", .type = CLI_UINT },
    [F_BOOL] = { .name = "bool", .type = CLI_BOOL },
    [F_MODE] = { .name = "mode", .type = CLI_MODE },
    [F_TIMESPEC] = { .name = "time", .type = CLI_TIMESPEC },
    [F_TIMESPEC_NS] = { .name = "time_ns", .type = CLI_TIMESPEC_NS },
    [F_TIMESTAMP] = { .name = "stamp", .type = CLI_TIMESTAMP },
    [F_DURATION] = { .name = "took", .type = CLI_DURATION },
    [F_DURATION_NS] = { .name = "took_ns", .type = CLI_DURATION_NS },
    [F_ENUM] = { .name = "enum", .type = CLI_ENUM },
    [F_LIST] = { .name = "list", .type = CLI_LIST, .item = CLI_BYTES },
    [F_INTS] = { .name = "ints", .type = CLI_LIST, .item = CLI_UINT },
    [F_BLOB] = { .name = "blob", .type = CLI_BYTES, .may_hold_nul = true },
    [F_RANGES] = { .name = "ranges", .type = CLI_RANGES },
};

static struct cli_value values[FIELDS];

/* A writer of these fields, which -1 ends. */
static struct cli_writer writer(enum cli_format_id format, const int *selection) {
    struct cli_writer w = { .fields = fields, .format = format, .sh_prefix = "os_" };
    while (*selection >= 0)
        w.selection[w.selected++] = (uint8_t)*selection++;
    return w;
}

#define WRITER(format, ...) writer(format, (const int[]){ __VA_ARGS__, -1 })

static void check_bytes(struct buf *b, const char *want, size_t size) {
    CHECK(!b->failed);
    if (b->len != size || (size && memcmp(b->data, want, size) != 0)) {
        check_ok = false;
        printf("# got  <");
        for (size_t i = 0; i < b->len; i++)
            printf(b->data[i] == '\n' ? "\\n" : b->data[i] ? "%c" : "\\0", b->data[i]);
        printf(">\n# want <%.*s>\n", (int)size, want);
    }
    buf_finish(b);
}

/* One record, the first, with its header. */
static void check_sized(const struct cli_writer *w, const char *want, size_t size) {
    struct buf b = { 0 };
    cli_format_header(w, &b);
    cli_format_record(w, values, true, &b);
    check_bytes(&b, want, size);
}

static void check(const struct cli_writer *w, const char *want) {
    check_sized(w, want, strlen(want));
}

static void check_field(enum cli_format_id format, int field, const char *want) {
    struct cli_writer w = WRITER(format, field);
    check(&w, want);
}

static void set_all(void) {
    static const struct cli_value names[2] = {
        { .known = true, .bytes = { "a", 1 } },
        { .known = true, .bytes = { "b,c\n", 4 } },
    };
    static const struct cli_value numbers[2] = { { .known = true, .u = 0 },
                                                 { .known = true, .u = UINT64_MAX } };
    values[F_STRING] = cli_str("text");
    values[F_BYTES] = cli_bytes("x'\n\xff", 4);
    values[F_INT] = cli_int(INT64_MIN);
    values[F_UINT] = cli_uint(UINT64_MAX);
    values[F_BOOL] = cli_bool(true);
    values[F_MODE] = cli_uint(0100644);
    values[F_TIMESPEC] = cli_time(-2, 500000000);
    values[F_TIMESPEC_NS] = values[F_TIMESPEC];
    values[F_TIMESTAMP] = values[F_TIMESPEC];
    values[F_DURATION] = cli_time(0, 1);
    values[F_DURATION_NS] = values[F_DURATION];
    values[F_ENUM] = cli_str("SIGTERM");
    values[F_LIST] = cli_list(names, 2);
    values[F_INTS] = cli_list(numbers, 2);
    values[F_BLOB] = cli_bytes("a\0b", 3);
}

static void set_none(void) {
    memset(values, 0, sizeof values);
}

#define EVERY                                                                                      \
    F_STRING, F_BYTES, F_INT, F_UINT, F_BOOL, F_MODE, F_TIMESPEC, F_TIMESPEC_NS, F_TIMESTAMP,      \
        F_DURATION, F_DURATION_NS, F_ENUM, F_LIST, F_INTS, F_BLOB

/* ---- every type ---- */

static void test_text(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_TEXT, EVERY);
    check(&w, "string=text\n"
              "bytes=x'\\n\\xff\n"
              "int=-9223372036854775808\n"
              "uint=18446744073709551615\n"
              "bool=true\n"
              "mode=0100644\n"
              "time=-1.500000000\n"
              "time_ns=-1500000000\n"
              "stamp=1969-12-31T23:59:58.500000000Z\n"
              "took=0.000000001\n"
              "took_ns=1\n"
              "enum=SIGTERM\n"
              "list=a,b\\x2cc\\n\n"
              "ints=0,18446744073709551615\n"
              "blob=a\\x00b\n");
}

static void test_json(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_JSON, EVERY);
    check(&w, "{\"string\":\"text\",\"bytes\":{\"b64\":\"eCcK/w==\"},"
              "\"int\":-9223372036854775808,\"uint\":18446744073709551615,\"bool\":true,"
              "\"mode\":33188,\"time\":-1.500000000,\"time_ns\":-1500000000,"
              "\"stamp\":\"1969-12-31T23:59:58.500000000Z\",\"took\":0.000000001,\"took_ns\":1,"
              "\"enum\":\"SIGTERM\",\"list\":[\"a\",\"b,c\\n\"],"
              "\"ints\":[0,18446744073709551615],\"blob\":\"a\\u0000b\"}\n");
}

static void test_json_with_strings_for_integers(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_JSON, F_INT, F_UINT, F_MODE, F_TIMESPEC, F_TIMESPEC_NS,
                                 F_DURATION_NS, F_BOOL, F_INTS);
    w.json_int64_strings = true;
    check(&w, "{\"int\":\"-9223372036854775808\",\"uint\":\"18446744073709551615\",\"mode\":33188,"
              "\"time\":-1.500000000,\"time_ns\":\"-1500000000\",\"took_ns\":\"1\",\"bool\":true,"
              "\"ints\":[\"0\",\"18446744073709551615\"]}\n");
}

static void test_json_with_surrogates(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_JSON, F_BYTES);
    w.json_bytes = CLI_JSON_SURROGATEESCAPE;
    check(&w, "{\"bytes\":\"x'\\n\\udcff\"}\n");
}

static void test_csv(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_CSV, EVERY);
    static const char want[] =
        "string,bytes,int,uint,bool,mode,time,time_ns,stamp,took,took_ns,enum,list,ints,blob\n"
        "text,\"x'\n\xff\",-9223372036854775808,18446744073709551615,true,33188,-1.500000000,"
        "-1500000000,1969-12-31T23:59:58.500000000Z,0.000000001,1,SIGTERM,\"a,b\\x2cc\\n\","
        "\"0,18446744073709551615\",a\0b\n";
    check_sized(&w, want, sizeof want - 1);
}

static void test_csv_on_a_terminal_is_escaped(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_CSV, F_BYTES, F_BLOB);
    w.terminal = true;
    check(&w, "bytes,blob\nx'\\n\\xff,a\\x00b\n");
}

static void test_tsv(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_TSV, EVERY);
    check(&w,
          "string\tbytes\tint\tuint\tbool\tmode\ttime\ttime_ns\tstamp\ttook\ttook_ns\tenum\tlist"
          "\tints\tblob\n"
          "text\tx'\\n\\xff\t-9223372036854775808\t18446744073709551615\ttrue\t33188"
          "\t-1.500000000\t-1500000000\t1969-12-31T23:59:58.500000000Z\t0.000000001\t1\tSIGTERM"
          "\ta,b\\x2cc\\n\t0,18446744073709551615\ta\\x00b\n");
}

static void test_sh(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_SH, EVERY);
    check(&w, "os_string='text' os_bytes='x'\\''\n\xff' os_int=-9223372036854775808 "
              "os_uint=18446744073709551615 os_bool=true os_mode=33188 os_time=-1.500000000 "
              "os_time_ns=-1500000000 os_stamp='1969-12-31T23:59:58.500000000Z' "
              "os_took=0.000000001 os_took_ns=1 os_enum='SIGTERM' os_list='a\nb,c\\n' "
              "os_ints='0\n18446744073709551615' os_blob_b64='YQBi' ; unset os_error os_blob\n");
}

static void test_value(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_VALUE, EVERY);
    static const char want[] =
        "text\tx'\n\xff\t-9223372036854775808\t18446744073709551615\ttrue\t33188\t-1.500000000"
        "\t-1500000000\t1969-12-31T23:59:58.500000000Z\t0.000000001\t1\tSIGTERM\ta,b\\x2cc\\n"
        "\t0,18446744073709551615\ta\0b\n";
    check_sized(&w, want, sizeof want - 1);
}

static void test_value_with_nul(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_VALUE, F_STRING, F_BYTES, F_INT);
    w.null = true;
    static const char want[] = "text\0x'\n\xff\0-9223372036854775808";
    check_sized(&w, want, sizeof want); /* the last NUL is the literal's own */
}

static void test_value_on_a_terminal_is_escaped(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_VALUE, F_BYTES, F_MODE);
    w.terminal = true;
    /* The mode is decimal: text and table alone write it in octal. */
    check(&w, "x'\\n\\xff\t33188\n");
}

/* ---- null ---- */

static void test_null_is_not_empty_and_not_0(void) {
    set_none();
    check_field(CLI_FORMAT_TEXT, F_UINT, "uint\n");
    check_field(CLI_FORMAT_JSON, F_UINT, "{\"uint\":null}\n");
    check_field(CLI_FORMAT_CSV, F_UINT, "uint\n\n");
    check_field(CLI_FORMAT_TSV, F_UINT, "uint\n\\N\n");
    check_field(CLI_FORMAT_SH, F_UINT, "unset os_error os_uint\n");
    check_field(CLI_FORMAT_VALUE, F_UINT, "\n");
    check_field(CLI_FORMAT_JSON, F_LIST, "{\"list\":null}\n");
    check_field(CLI_FORMAT_SH, F_BLOB, "unset os_error os_blob os_blob_b64\n");
    values[F_BYTES] = cli_str("");
    values[F_LIST] = cli_list(NULL, 0);
    check_field(CLI_FORMAT_TEXT, F_BYTES, "bytes=\n");
    check_field(CLI_FORMAT_JSON, F_BYTES, "{\"bytes\":\"\"}\n");
    check_field(CLI_FORMAT_CSV, F_BYTES, "bytes\n\"\"\n");
    check_field(CLI_FORMAT_TSV, F_BYTES, "bytes\n\n");
    check_field(CLI_FORMAT_SH, F_BYTES, "os_bytes='' ; unset os_error\n");
    check_field(CLI_FORMAT_TEXT, F_LIST, "list=\n");
    check_field(CLI_FORMAT_JSON, F_LIST, "{\"list\":[]}\n");
    check_field(CLI_FORMAT_CSV, F_LIST, "list\n\"\"\n");
    check_field(CLI_FORMAT_SH, F_LIST, "os_list='' ; unset os_error\n");
    /* The string \N is not null's \N. */
    values[F_BYTES] = cli_str("\\N");
    check_field(CLI_FORMAT_TSV, F_BYTES, "bytes\n\\\\N\n");
}

static void test_null_among_others(void) {
    set_none();
    values[F_INT] = cli_int(-1);
    struct cli_writer w = WRITER(CLI_FORMAT_CSV, F_UINT, F_INT, F_BOOL);
    check(&w, "uint,int,bool\n,-1,\n");
    w.format = CLI_FORMAT_VALUE;
    check(&w, "\t-1\t\n");
    w.format = CLI_FORMAT_SH;
    check(&w, "os_int=-1 ; unset os_error os_uint os_bool\n");
    w.format = CLI_FORMAT_JSON;
    check(&w, "{\"uint\":null,\"int\":-1,\"bool\":null}\n");
}

/* ---- sh ---- */

static void test_sh_blob_without_nul_is_a_string(void) {
    set_none();
    values[F_BLOB] = cli_bytes("ab", 2);
    check_field(CLI_FORMAT_SH, F_BLOB, "os_blob='ab' ; unset os_error os_blob_b64\n");
    values[F_BLOB] = cli_bytes("", 0);
    check_field(CLI_FORMAT_SH, F_BLOB, "os_blob='' ; unset os_error os_blob_b64\n");
    values[F_BLOB] = cli_bytes("\0", 1);
    check_field(CLI_FORMAT_SH, F_BLOB, "os_blob_b64='AA==' ; unset os_error os_blob\n");
}

static void test_sh_list_escapes_newlines_and_backslashes(void) {
    static const struct cli_value items[] = {
        { .known = true, .bytes = { "a\nb", 3 } },
        { .known = true, .bytes = { "\\n'", 3 } },
        { .known = true, .bytes = { "", 0 } },
    };
    set_none();
    values[F_LIST] = cli_list(items, 3);
    check_field(CLI_FORMAT_SH, F_LIST, "os_list='a\\nb\n\\\\n'\\''\n' ; unset os_error\n");
    values[F_LIST] = cli_list(items, 1);
    check_field(CLI_FORMAT_SH, F_LIST, "os_list='a\\nb' ; unset os_error\n");
}

static void check_sh_none(const struct cli_writer *w, const char *want) {
    struct buf b = { 0 };
    cli_format_sh_none(w, &b);
    check_bytes(&b, want, strlen(want));
}

static void test_sh_without_a_record_unsets_every_name(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_SH, F_INT, F_BLOB);
    w.sh_prefix = "my_";
    check_sh_none(&w, "unset my_error my_int my_blob my_blob_b64\n");
    w.selected = 0;
    check_sh_none(&w, "unset my_error\n");
}

static void test_sh_names_the_error_and_fails(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_SH, F_INT);
    struct buf b = { 0 };
    cli_format_sh_error(&w, "ENOENT", 66, &b);
    check_bytes(&b, "os_error='ENOENT'; (exit 66)\n", 29);
}

static void test_sh_on_a_terminal_has_no_raw_byte(void) {
    set_all();
    struct cli_writer w = WRITER(CLI_FORMAT_SH, F_BYTES);
    w.terminal = true;
    check(&w, "os_bytes=$'x\\x27\\n\\xff' ; unset os_error\n");
}

/* ---- text ---- */

static void test_text_has_a_blank_line_between_records(void) {
    struct buf b = { 0 };
    struct cli_writer w = WRITER(CLI_FORMAT_TEXT, F_INT);
    set_none();
    values[F_INT] = cli_int(1);
    cli_format_record(&w, values, true, &b);
    values[F_INT] = cli_int(2);
    cli_format_record(&w, values, false, &b);
    check_bytes(&b, "int=1\n\nint=2\n", 13);
}

static void test_a_value_never_forges_a_line(void) {
    set_none();
    values[F_BYTES] = cli_str("x\nint=9\r\x1b[1A\xc2\x85\xe2\x80\xa8");
    check_field(CLI_FORMAT_TEXT, F_BYTES,
                "bytes=x\\nint=9\\x0d\\x1b[1A\\xc2\\x85\\xe2\\x80\\xa8\n");
}

/* ---- times ---- */

struct time_row {
    int64_t sec;
    uint32_t nsec;
    const char *seconds, *ns, *stamp;
};

static const struct time_row times[] = {
    { 0, 0, "0.000000000", "0", "1970-01-01T00:00:00.000000000Z" },
    { 0, 1, "0.000000001", "1", "1970-01-01T00:00:00.000000001Z" },
    { 0, 999999999, "0.999999999", "999999999", "1970-01-01T00:00:00.999999999Z" },
    { 1, 0, "1.000000000", "1000000000", "1970-01-01T00:00:01.000000000Z" },
    { 1, 5, "1.000000005", "1000000005", "1970-01-01T00:00:01.000000005Z" },
    { -1, 0, "-1.000000000", "-1000000000", "1969-12-31T23:59:59.000000000Z" },
    { -1, 1, "-0.999999999", "-999999999", "1969-12-31T23:59:59.000000001Z" },
    { -1, 999999999, "-0.000000001", "-1", "1969-12-31T23:59:59.999999999Z" },
    { -2, 500000000, "-1.500000000", "-1500000000", "1969-12-31T23:59:58.500000000Z" },
    { -2, 999999999, "-1.000000001", "-1000000001", "1969-12-31T23:59:58.999999999Z" },
    { 951782400, 0, "951782400.000000000", "951782400000000000", "2000-02-29T00:00:00.000000000Z" },
    { 951868799, 0, "951868799.000000000", "951868799000000000", "2000-02-29T23:59:59.000000000Z" },
    { 951868800, 0, "951868800.000000000", "951868800000000000", "2000-03-01T00:00:00.000000000Z" },
    { 4107542399, 0, "4107542399.000000000", "4107542399000000000",
      "2100-02-28T23:59:59.000000000Z" },
    { 4107542400, 0, "4107542400.000000000", "4107542400000000000",
      "2100-03-01T00:00:00.000000000Z" },
    { 253402300799, 999999999, "253402300799.999999999", "253402300799999999999",
      "9999-12-31T23:59:59.999999999Z" },
    { 253402300800, 0, "253402300800.000000000", "253402300800000000000",
      "10000-01-01T00:00:00.000000000Z" },
    { -62135596800, 0, "-62135596800.000000000", "-62135596800000000000",
      "0001-01-01T00:00:00.000000000Z" },
    { -62167219200, 0, "-62167219200.000000000", "-62167219200000000000",
      "0000-01-01T00:00:00.000000000Z" },
    { -62167219201, 0, "-62167219201.000000000", "-62167219201000000000",
      "-0001-12-31T23:59:59.000000000Z" },
    { 9223372036, 854775807, "9223372036.854775807", "9223372036854775807",
      "2262-04-11T23:47:16.854775807Z" },
    { 9223372036, 854775808, "9223372036.854775808", "9223372036854775808",
      "2262-04-11T23:47:16.854775808Z" },
    /* The ends of int64_t: `date -u -d @...` cannot, Python's integers can. */
    { INT64_MAX, 999999999, "9223372036854775807.999999999", "9223372036854775807999999999",
      "292277026596-12-04T15:30:07.999999999Z" },
    { INT64_MIN, 0, "-9223372036854775808.000000000", "-9223372036854775808000000000",
      "-292277022657-01-27T08:29:52.000000000Z" },
    { INT64_MIN, 1, "-9223372036854775807.999999999", "-9223372036854775807999999999",
      "-292277022657-01-27T08:29:52.000000001Z" },
};

static void check_scalar(int field, const struct cli_value *value, const char *want) {
    struct buf b = { 0 };
    cli_scalar_text((enum cli_type)fields[field].type, value, false, &b);
    CHECK_STR(buf_cstr(&b), want);
    buf_finish(&b);
}

static void test_times_are_exact(void) {
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct cli_value value = cli_time(times[i].sec, times[i].nsec);
        check_scalar(F_TIMESPEC, &value, times[i].seconds);
        check_scalar(F_DURATION, &value, times[i].seconds);
        check_scalar(F_TIMESPEC_NS, &value, times[i].ns);
        check_scalar(F_DURATION_NS, &value, times[i].ns);
        check_scalar(F_TIMESTAMP, &value, times[i].stamp);
    }
}

static void test_nanoseconds_are_times(void) {
    static const struct {
        int64_t ns;
        const char *seconds;
    } rows[] = { { 0, "0.000000000" },
                 { 1500000000, "1.500000000" },
                 { -1, "-0.000000001" },
                 { -1000000000, "-1.000000000" },
                 { -1500000000, "-1.500000000" },
                 { INT64_MAX, "9223372036.854775807" },
                 { INT64_MIN, "-9223372036.854775808" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cli_value value = cli_ns(rows[i].ns);
        check_scalar(F_DURATION, &value, rows[i].seconds);
    }
}

static void test_modes(void) {
    static const struct {
        unsigned mode;
        const char *octal, *decimal;
    } rows[] = { { 0100644, "0100644", "33188" },
                 { 0, "00000", "0" },
                 { 07777, "07777", "4095" },
                 { 0177777, "0177777", "65535" },
                 { 0600, "00600", "384" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = { 0 };
        struct cli_value value = cli_uint(rows[i].mode);
        check_scalar(F_MODE, &value, rows[i].decimal);
        cli_scalar_text(CLI_MODE, &value, true, &b);
        CHECK_STR(buf_cstr(&b), rows[i].octal);
        buf_finish(&b);
    }
}

static void test_integers_are_exact(void) {
    struct cli_value value = cli_int(INT64_MAX);
    check_scalar(F_INT, &value, "9223372036854775807");
    value = cli_int(-1);
    check_scalar(F_INT, &value, "-1");
    value = cli_uint(9007199254740993);
    check_scalar(F_UINT, &value, "9007199254740993");
    value = cli_bool(false);
    check_scalar(F_BOOL, &value, "false");
}

/* ---- ranges ---- */

/* These numbers as ranges. */
static void set_ranges(const uint64_t *numbers, size_t count, struct cli_value *items) {
    set_none();
    for (size_t i = 0; i < count; i++)
        items[i] = cli_uint(numbers[i]);
    values[F_RANGES] = cli_list(items, count);
}

static void test_ranges_are_an_array_in_json_and_short_elsewhere(void) {
    struct cli_value items[5];
    set_ranges((const uint64_t[]){ 0, 1, 2, 3, 8 }, 5, items);
    check_field(CLI_FORMAT_TEXT, F_RANGES, "ranges=0-3,8\n");
    check_field(CLI_FORMAT_JSON, F_RANGES, "{\"ranges\":[0,1,2,3,8]}\n");
    check_field(CLI_FORMAT_CSV, F_RANGES, "ranges\n\"0-3,8\"\n");
    check_field(CLI_FORMAT_TSV, F_RANGES, "ranges\n0-3,8\n");
    check_field(CLI_FORMAT_SH, F_RANGES, "os_ranges='0-3,8' ; unset os_error\n");
    check_field(CLI_FORMAT_VALUE, F_RANGES, "0-3,8\n");
    struct cli_writer w = WRITER(CLI_FORMAT_JSON, F_RANGES);
    w.json_int64_strings = true;
    check(&w, "{\"ranges\":[\"0\",\"1\",\"2\",\"3\",\"8\"]}\n");
}

static void test_ranges_of_every_shape(void) {
    static const struct {
        const char *want;
        size_t count;
        uint64_t numbers[6];
    } rows[] = {
        { "", 0, { 0 } },
        { "0", 1, { 0 } },
        { "7", 1, { 7 } },
        { "0-1", 2, { 0, 1 } },
        { "0,2,4", 3, { 0, 2, 4 } },
        { "0,2-3,5", 4, { 0, 2, 3, 5 } },
        { "62-65,127-128", 6, { 62, 63, 64, 65, 127, 128 } },
        { "8190-8191", 2, { 8190, 8191 } },
        { "18446744073709551614-18446744073709551615", 2, { UINT64_MAX - 1, UINT64_MAX } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cli_value items[6];
        set_ranges(rows[i].numbers, rows[i].count, items);
        check_scalar(F_RANGES, &values[F_RANGES], rows[i].want);
    }
}

static void test_ranges_that_are_empty_are_not_null(void) {
    struct cli_value items[1];
    set_ranges(NULL, 0, items);
    check_field(CLI_FORMAT_TEXT, F_RANGES, "ranges=\n");
    check_field(CLI_FORMAT_JSON, F_RANGES, "{\"ranges\":[]}\n");
    check_field(CLI_FORMAT_CSV, F_RANGES, "ranges\n\"\"\n");
    check_field(CLI_FORMAT_TSV, F_RANGES, "ranges\n\n");
    check_field(CLI_FORMAT_SH, F_RANGES, "os_ranges='' ; unset os_error\n");
    check_field(CLI_FORMAT_VALUE, F_RANGES, "\n");
    set_none();
    check_field(CLI_FORMAT_TEXT, F_RANGES, "ranges\n");
    check_field(CLI_FORMAT_JSON, F_RANGES, "{\"ranges\":null}\n");
    check_field(CLI_FORMAT_CSV, F_RANGES, "ranges\n\n");
    check_field(CLI_FORMAT_TSV, F_RANGES, "ranges\n\\N\n");
    check_field(CLI_FORMAT_SH, F_RANGES, "unset os_error os_ranges\n");
}

/* ---- table ---- */

struct table {
    struct buf cells, bytes;
    struct cli_table_widths widths;
};

/* Two rows: the strings, with numbers. */
static void check_table(const struct cli_writer *w, const char *first, const char *second,
                        const char *want) {
    struct table o = { 0 };
    const char *texts[2] = { first, second };
    set_none();
    for (int i = 0; i < 2; i++) {
        values[F_BYTES] = cli_str(texts[i]);
        values[F_INT] = cli_int(i ? -12345 : 7);
        cli_format_record(w, values, i == 0, &o.cells);
    }
    cli_table_align(w, &o.widths, &o.cells, &o.bytes);
    CHECK_INT(o.cells.len, 0);
    check_bytes(&o.bytes, want, strlen(want));
    buf_finish(&o.cells);
    vec_finish(&o.widths);
}

static void test_table_aligns_text_left_and_numbers_right(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_BYTES, F_INT, F_BOOL);
    check_table(&w, "a", "abcdefg",
                "bytes       int  bool\n"
                "a             7  -\n"
                "abcdefg  -12345  -\n");
}

static void test_table_ends_lines_without_spaces(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_INT, F_BYTES);
    check_table(&w, "a", "abcdefg", "   int  bytes\n     7  a\n-12345  abcdefg\n");
}

static void test_table_counts_columns_not_bytes(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_BYTES, F_INT);
    check_table(&w, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", "e\xcc\x81\xc3\xa9",
                "bytes      int\n"
                "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2       7\n"
                "e\xcc\x81\xc3\xa9      -12345\n");
}

static void test_table_escapes(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_BYTES);
    check_table(&w, "a\nb\x1b", "\xff", "bytes\na\\nb\\x1b\n\\xff\n");
}

static void test_table_is_cut_to_the_width_of_a_terminal(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_INT, F_BYTES);
    w.columns = 12;
    check_table(&w, "abcd", "abcdefghijk",
                "   int  byt\xe2\x80\xa6\n"
                "     7  abcd\n"
                "-12345  abc\xe2\x80\xa6\n");
}

static void test_table_keeps_its_widths(void) {
    struct table o = { 0 };
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_BYTES, F_INT);
    set_none();
    values[F_BYTES] = cli_str("abcdef");
    values[F_INT] = cli_int(1);
    cli_format_record(&w, values, true, &o.cells);
    cli_table_align(&w, &o.widths, &o.cells, &o.bytes);
    values[F_BYTES] = cli_str("abcdefghi");
    cli_format_record(&w, values, false, &o.cells);
    values[F_BYTES] = cli_str("a");
    cli_format_record(&w, values, false, &o.cells);
    cli_table_align(&w, &o.widths, &o.cells, &o.bytes);
    static const char want[] = "bytes   int\nabcdef    1\nabcdefghi    1\na         1\n";
    check_bytes(&o.bytes, want, sizeof want - 1);
    buf_finish(&o.cells);
    vec_finish(&o.widths);
}

static void test_table_has_a_bold_header_in_color(void) {
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_BYTES);
    w.color = true;
    check_table(&w, "a", "b", "\033[1mbytes\033[0m\na\nb\n");
}

static void test_table_of_ranges(void) {
    struct table o = { 0 };
    struct cli_writer w = WRITER(CLI_FORMAT_TABLE, F_RANGES, F_INT);
    struct cli_value items[3];
    set_ranges((const uint64_t[]){ 0, 1, 3 }, 3, items);
    values[F_INT] = cli_int(7);
    cli_format_record(&w, values, true, &o.cells);
    set_none();
    cli_format_record(&w, values, false, &o.cells);
    cli_table_align(&w, &o.widths, &o.cells, &o.bytes);
    static const char want[] = "ranges  int\n0-1,3     7\n-         -\n";
    check_bytes(&o.bytes, want, sizeof want - 1);
    buf_finish(&o.cells);
    vec_finish(&o.widths);
}

static void test_width_of_characters(void) {
    CHECK_INT(cli_width('a'), 1);
    CHECK_INT(cli_width(0xe9), 1);
    CHECK_INT(cli_width(0x301), 0);
    CHECK_INT(cli_width(0x200d), 0);
    CHECK_INT(cli_width(0xfe0f), 0);
    CHECK_INT(cli_width(0x6f22), 2);
    CHECK_INT(cli_width(0xff21), 2);
    CHECK_INT(cli_width(0x1f600), 2);
    CHECK_INT(cli_width(0xac00), 2);
    CHECK_INT(cli_width(0x20ac), 1);
}

int main(void) {
    RUN(test_text);
    RUN(test_json);
    RUN(test_json_with_strings_for_integers);
    RUN(test_json_with_surrogates);
    RUN(test_csv);
    RUN(test_csv_on_a_terminal_is_escaped);
    RUN(test_tsv);
    RUN(test_sh);
    RUN(test_value);
    RUN(test_value_with_nul);
    RUN(test_value_on_a_terminal_is_escaped);
    RUN(test_null_is_not_empty_and_not_0);
    RUN(test_null_among_others);
    RUN(test_sh_blob_without_nul_is_a_string);
    RUN(test_sh_list_escapes_newlines_and_backslashes);
    RUN(test_sh_without_a_record_unsets_every_name);
    RUN(test_sh_names_the_error_and_fails);
    RUN(test_sh_on_a_terminal_has_no_raw_byte);
    RUN(test_text_has_a_blank_line_between_records);
    RUN(test_a_value_never_forges_a_line);
    RUN(test_times_are_exact);
    RUN(test_nanoseconds_are_times);
    RUN(test_modes);
    RUN(test_integers_are_exact);
    RUN(test_ranges_are_an_array_in_json_and_short_elsewhere);
    RUN(test_ranges_of_every_shape);
    RUN(test_ranges_that_are_empty_are_not_null);
    RUN(test_table_aligns_text_left_and_numbers_right);
    RUN(test_table_ends_lines_without_spaces);
    RUN(test_table_counts_columns_not_bytes);
    RUN(test_table_escapes);
    RUN(test_table_is_cut_to_the_width_of_a_terminal);
    RUN(test_table_keeps_its_widths);
    RUN(test_table_has_a_bold_header_in_color);
    RUN(test_table_of_ranges);
    RUN(test_width_of_characters);
    return check_done();
}
