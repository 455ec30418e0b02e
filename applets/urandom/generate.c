/* SPDX-License-Identifier: 0BSD
 *
 * osbox urandom: makes values and converts them to text.
 */
#include <stdlib.h>
#include <time.h>

#include "applets/urandom/urandom.h"
#include "base/codec.h"
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

enum {
    GROUP = 3,           /* bytes of base64 that are encoded together */
    PIECE = 1024 * GROUP /* bytes that are encoded at a time */
};

static enum base_alphabet alphabet_of(const struct urandom_run *u) {
    return u->args->form == URANDOM_BASE64URL ? BASE_BASE64URL : BASE_BASE64;
}

static void put_encoded(struct urandom_run *u, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        size_t n = size < PIECE ? size : PIECE;
        if (u->args->form == URANDOM_HEX)
            base_encode_hex(&u->text, bytes, n);
        else
            base_encode_base64(&u->text, bytes, n, alphabet_of(u));
        if (is_full(u))
            urandom_flush(u);
        bytes += n;
        size -= n;
    }
}

/* Prints the group: three bytes, or fewer at the end. */
static void put_group(struct urandom_run *u) {
    put_encoded(u, u->group, u->grouped);
    explicit_bzero(u->group, sizeof u->group);
    u->grouped = 0;
}

/* Pieces come in any size: what does not fill a group waits for the next one. */
static void put_base64(struct urandom_run *u, const unsigned char *bytes, size_t size) {
    for (; size > 0 && u->grouped; size--) {
        u->group[u->grouped++] = *bytes++;
        if (u->grouped == GROUP)
            put_group(u);
    }
    size_t rest = size % GROUP;
    put_encoded(u, bytes, size - rest);
    memcpy(u->group + u->grouped, bytes + size - rest, rest);
    u->grouped += (unsigned)rest;
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
        put_encoded(u, bytes, size);
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

enum { CODE_POINTS = 0x110000 };

/* `seen` has a bit for each code point. Returns NULL, or why the symbol is invalid. */
static const char *add_range(struct urandom_alphabet *alphabet, uint64_t *seen, uint32_t first,
                             uint32_t last) {
    if (first > last)
        return "a range's end comes before its beginning; put '-' first or last to mean itself";
    for (uint32_t cp = first; cp <= last; cp++) {
        if (cp >= 0xd800 && cp <= 0xdfff)
            continue; /* surrogates are not characters */
        if (seen[cp / 64] >> cp % 64 & 1)
            return "a symbol is there twice, so that it would come more often than others";
        seen[cp / 64] |= UINT64_C(1) << cp % 64;
        if (!vec_push(alphabet, cp))
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
    uint64_t last = u->alphabet.count - 1, which;
    for (unsigned i = 0; i < u->args->length; i++) {
        int err = os_random_integer(&u->source, last, &which, e);
        if (err < 0)
            return err;
        base_utf8_encode(&u->text, u->alphabet.items[which]);
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
        /* A time before 1970 becomes too large, like one that is too late. */
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
