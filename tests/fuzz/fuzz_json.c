/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: lib/cli's reader of JSON. The input is read as one value, as an
 * array of values, and as the bytes of a name. Beyond not crashing: the position
 * stays in the text, a reason is a short line, and bytes that were accepted, or
 * any bytes, are what cli_quote_json's text of them stands for.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/json.h"
#include "cli/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

/* Reads a value of the text after what the buffer contains; whether there is one. */
static bool accepts(struct cli_json *j, struct buf *b) {
    const char *start = j->at;
    const char *why = cli_json_bytes(j, b);
    require(!why || (*why && strlen(why) < 80 && !strchr(why, '\n')));
    require(j->at >= start && j->at <= j->end && !b->failed);
    return !why;
}

/* What is written for bytes is read as these bytes, to the end. */
static void round_trip(const char *bytes, size_t size, enum cli_json_bytes how) {
    struct buf text = { 0 }, again = { 0 };
    cli_quote_json(&text, bytes, size, how);
    require(base_utf8_valid(text.data, text.len) == text.len);
    struct cli_json j = { text.data, text.data + text.len };
    require(accepts(&j, &again) && j.at == j.end);
    require(again.len == size && (!size || memcmp(again.data, bytes, size) == 0));
    buf_finish(&text);
    buf_finish(&again);
}

static void round_trips(const char *bytes, size_t size) {
    round_trip(bytes, size, CLI_JSON_BASE64);
    round_trip(bytes, size, CLI_JSON_SURROGATEESCAPE);
}

static void fuzz_value(const char *text, size_t size) {
    struct cli_json j = { text, text + size };
    struct buf b = { 0 };
    if (accepts(&j, &b))
        round_trips(b.data, b.len);
    buf_finish(&b);
}

/* As walk --steer reads a reply. */
static void fuzz_array(const char *text, size_t size) {
    struct cli_json j = { text, text + size };
    struct buf b = { 0 };
    if (!cli_json_take(&j, '['))
        return;
    while (accepts(&j, &b) && cli_json_take(&j, ','))
        ;
    cli_json_take(&j, ']');
    require(j.at <= j.end);
    buf_finish(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* Of the exact size, so that a sanitizer sees a read beyond the end. */
    char *text = malloc(size ? size : 1);
    require(text != NULL);
    if (size)
        memcpy(text, data, size);
    fuzz_value(text, size);
    fuzz_array(text, size);
    round_trips(text, size);
    free(text);
    return 0;
}
