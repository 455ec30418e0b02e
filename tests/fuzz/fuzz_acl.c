/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: values of security.capability and of ACLs. Any bytes have a text
 * that is safe to print, or a reason.
 */
#include <stdlib.h>

#include "cli/quote.h"
#include "os/acl.h"
#include "os/file_capability.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

static void check(const char *why, struct buf *b) {
    require(!b->failed);
    require(why ? *why && cli_is_plain(why, strlen(why)) : cli_is_plain(b->data, b->len));
    buf_clear(b);
}

/* The text of capabilities is one that libcap reads again. Bits of capabilities that this kernel
 * does not have may be lost. */
static void fuzz_capabilities(const uint8_t *value, size_t size) {
    struct buf text = { 0 }, again = { 0 };
    const char *why = os_capability_from_value(value, size, &text);
    const char *words = buf_cstr(&text);
    if (!why && !strchr(words, '['))
        os_capability_to_value(words, 0, &again);
    check(why, &text);
    buf_finish(&text);
    buf_finish(&again);
}

static void fuzz_text(const char *words) {
    struct buf value = { 0 }, text = { 0 };
    if (!os_capability_to_value(words, 0, &value))
        require(!os_capability_from_value(value.data, value.len, &text));
    buf_finish(&value);
    buf_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf b = { 0 };
    /* Of the exact size, so that a sanitizer sees a read beyond the end. */
    uint8_t *value = malloc(size ? size : 1);
    char *words = malloc(size + 1);
    require(value && words);
    if (size) {
        memcpy(value, data, size);
        memcpy(words, data, size);
    }
    words[size] = '\0';
    check(os_acl_text(value, size, NULL, NULL, &b), &b);
    fuzz_capabilities(value, size);
    fuzz_text(words);
    free(value);
    free(words);
    buf_finish(&b);
    return 0;
}
