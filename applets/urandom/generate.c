/* SPDX-License-Identifier: 0BSD
 *
 * osbox urandom: how a value is made, and how it becomes text.
 */
#include <stdlib.h>
#include <time.h>

#include "applets/urandom/urandom.h"
#include "base/io.h"
#include "base/utf8.h"
#include "os/random_stream.h"

enum { BLOCK = 65536 };

bool urandom_flush(struct urandom_run *u) {
    bool whole = cli_write_through(u->cli, u->text.data, u->text.len) && !u->text.failed;
    buf_clear(&u->text);
    return whole;
}

static bool is_full(struct urandom_run *u) {
    return u->raw && u->text.len >= BLOCK;
}

/* ---- bytes ---- */

enum { TEXT_PIECE = 4096 }; /* characters that are made at a time; a multiple of 4 */

static void put_text(struct urandom_run *u, char *text, size_t size) {
    buf_add(&u->text, text, size);
    explicit_bzero(text, size);
    if (is_full(u))
        urandom_flush(u);
}

static void put_hex(struct urandom_run *u, const unsigned char *bytes, size_t size) {
    char text[TEXT_PIECE];
    while (size > 0) {
        size_t n = size < sizeof text / 2 ? size : sizeof text / 2;
        for (size_t i = 0; i < n; i++) {
            text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
            text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
        }
        put_text(u, text, 2 * n);
        bytes += n;
        size -= n;
    }
}

static void encode_group(const struct urandom_run *u, const unsigned char *bytes, char *text) {
    static const char alphabets[2][65] = {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    };
    const char *letters = alphabets[u->args->form == URANDOM_BASE64URL];
    uint32_t group = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    for (unsigned i = 0; i < 4; i++)
        text[i] = letters[group >> (18 - 6 * i) & 63];
}

/* Prints the group: three bytes, or fewer at the end. */
static void put_group(struct urandom_run *u) {
    bool url = u->args->form == URANDOM_BASE64URL;
    char text[4];
    encode_group(u, u->group, text);
    for (unsigned i = u->grouped + 1; i < sizeof text; i++)
        text[i] = '=';
    put_text(u, text, url ? u->grouped + 1 : sizeof text);
    explicit_bzero(u->group, sizeof u->group);
    u->grouped = 0;
}

/* Pieces come in any size and order: what does not fill a group waits for the next one. */
static void put_base64(struct urandom_run *u, const unsigned char *bytes, size_t size) {
    char text[TEXT_PIECE];
    for (; size > 0 && u->grouped; size--) {
        u->group[u->grouped++] = *bytes++;
        if (u->grouped == sizeof u->group)
            put_group(u);
    }
    while (size >= 3) {
        size_t groups = size / 3 < sizeof text / 4 ? size / 3 : sizeof text / 4;
        for (size_t i = 0; i < groups; i++)
            encode_group(u, bytes + 3 * i, text + 4 * i);
        put_text(u, text, 4 * groups);
        bytes += 3 * groups;
        size -= 3 * groups;
    }
    for (; size > 0; size--)
        u->group[u->grouped++] = *bytes++;
}

/* Many raw bytes are written without a copy. */
static void put_bytes(struct urandom_run *u, const unsigned char *bytes, size_t size) {
    if (!u->raw || size < BLOCK / 4) {
        buf_add(&u->text, bytes, size);
        if (is_full(u))
            urandom_flush(u);
    } else if (urandom_flush(u)) {
        cli_write_through(u->cli, bytes, size);
    }
}

static bool write_bytes(void *data, const void *bytes, size_t size) {
    struct urandom_run *u = data;
    switch ((enum urandom_form)u->args->form) {
    case URANDOM_HEX:
        put_hex(u, bytes, size);
        break;
    case URANDOM_BASE64:
    case URANDOM_BASE64URL:
        put_base64(u, bytes, size);
        break;
    default:
        put_bytes(u, bytes, size);
        break;
    }
    if (u->counts_bytes)
        urandom_count(u, size);
    return !cli_is_broken(u->cli) && !u->text.failed;
}

static int make_bytes(struct urandom_run *u, struct base_error *e) {
    unsigned char bytes[URANDOM_POOLED];
    int err;
    if (u->size > sizeof bytes) {
        err = os_random_stream(&u->random, u->size, u->jobs, write_bytes, u, e);
    } else {
        err = os_random_bytes(&u->source, bytes, (size_t)u->size, e);
        if (err == 0)
            write_bytes(u, bytes, (size_t)u->size);
        explicit_bzero(bytes, (size_t)u->size);
    }
    if (u->grouped)
        put_group(u);
    u->value_bits = u->size > UINT64_MAX / 8 ? UINT64_MAX : u->size * 8;
    return err;
}

/* ---- integers ---- */

static int make_integer(struct urandom_run *u, struct base_error *e) {
    const struct urandom_range *r = &u->args->range;
    uint64_t offset, below_zero = 0 - r->low;
    int err = os_random_integer(&u->source, r->last, &offset, e);
    if (err < 0)
        return err;
    u->negative = r->negative && offset < below_zero;
    u->integer = r->low + offset;
    if (u->negative)
        buf_add_char(&u->text, '-');
    buf_add_uint(&u->text, u->negative ? 0 - u->integer : u->integer);
    u->value_bits = os_random_bits(r->last, 1);
    return 0;
}

/* ---- symbols ---- */

static unsigned encode(uint32_t cp, char bytes[static 4]) {
    static const unsigned char heads[] = { 0, 0xc0, 0xe0, 0xf0 };
    unsigned size = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (unsigned i = size - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    bytes[0] = (char)(heads[size - 1] | cp);
    return size;
}

enum { CODE_POINTS = 0x110000 };

/* `seen` has a bit for each code point. NULL, or why not. */
static const char *add_range(struct urandom_alphabet *alphabet, uint64_t *seen, uint32_t first,
                             uint32_t last) {
    if (first > last)
        return "a range's end comes before its beginning; put '-' first or last to mean itself";
    for (uint32_t cp = first; cp <= last; cp++) {
        struct urandom_symbol symbol = { 0 };
        if (cp >= 0xd800 && cp <= 0xdfff)
            continue; /* surrogates are not characters */
        if (seen[cp / 64] >> cp % 64 & 1)
            return "a symbol is there twice, so that it would come more often than others";
        seen[cp / 64] |= UINT64_C(1) << cp % 64;
        symbol.size = (uint8_t)encode(cp, symbol.bytes);
        if (!vec_push(alphabet, symbol))
            return "out of memory";
    }
    return NULL;
}

static const char *read_symbols(const char *set, struct urandom_alphabet *alphabet,
                                uint64_t *seen) {
    const char *why = NULL;
    for (size_t at = 0, size = strlen(set); at < size && !why;) {
        uint32_t first, last;
        unsigned n = base_utf8_decode(set + at, size - at, &first);
        if (!n)
            return "not UTF-8";
        at += n;
        last = first;
        if (size - at > 1 && set[at] == '-') {
            n = base_utf8_decode(set + at + 1, size - at - 1, &last);
            if (!n)
                return "not UTF-8";
            at += 1 + n;
        }
        why = add_range(alphabet, seen, first, last);
    }
    return why;
}

const char *urandom_read_alphabet(const char *set, struct urandom_alphabet *alphabet) {
    if (!set[0])
        return "empty";
    uint64_t *seen = calloc(CODE_POINTS / 64, sizeof *seen);
    if (!seen)
        return "out of memory";
    const char *why = read_symbols(set, alphabet, seen);
    free(seen);
    return why;
}

static int make_symbols(struct urandom_run *u, struct base_error *e) {
    const struct urandom_symbol *symbols = u->alphabet.items;
    uint64_t last = u->alphabet.count - 1, which;
    for (unsigned i = 0; i < u->args->length; i++) {
        int err = os_random_integer(&u->source, last, &which, e);
        if (err < 0)
            return err;
        buf_add(&u->text, symbols[which].bytes, symbols[which].size);
        if (u->text.failed || (is_full(u) && !urandom_flush(u)))
            break;
    }
    u->value_bits = os_random_bits(last, u->args->length);
    return 0;
}

/* ---- UUIDs ---- */

static int make_uuid(struct urandom_run *u, struct base_error *e) {
    unsigned char uuid[OS_UUID_SIZE];
    unsigned bits = OS_UUID4_BITS;
    int err;
    if (u->args->uuid == 4) {
        err = os_random_uuid4(&u->source, uuid, e);
    } else {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        /* A time before 1970 becomes too large, as one that is too late. */
        uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
        err = os_random_uuid7(&u->source, &u->uuid7, ms, uuid, &bits, e);
    }
    if (err < 0)
        return err;
    for (unsigned i = 0; i < OS_UUID_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buf_add_char(&u->text, '-');
        buf_add_digits(&u->text, uuid[i], 4, 2);
    }
    explicit_bzero(uuid, sizeof uuid);
    u->value_bits = bits;
    return 0;
}

bool urandom_make(struct urandom_run *u) {
    struct base_error e;
    int err;
    switch ((enum urandom_form)u->args->form) {
    case URANDOM_INT:
        err = make_integer(u, &e);
        break;
    case URANDOM_ALPHABET:
        err = make_symbols(u, &e);
        break;
    case URANDOM_UUID:
        err = make_uuid(u, &e);
        break;
    default:
        err = make_bytes(u, &e);
        break;
    }
    if (err < 0) {
        cli_report(u->cli, &e);
        return false;
    }
    if (__builtin_add_overflow(u->bits, u->value_bits, &u->bits))
        u->bits = UINT64_MAX;
    return true;
}
