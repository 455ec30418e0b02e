/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of osbox urandom share: urandom.c has the options and the
 * course of a run, generate.c makes and writes values, progress.c reports.
 */
#pragma once

#include "base/vec.h"
#include "cli/progress.h"
#include "os/random_values.h"

enum urandom_form {
    URANDOM_BYTES,
    URANDOM_HEX,
    URANDOM_BASE64,
    URANDOM_BASE64URL,
    URANDOM_INT,
    URANDOM_ALPHABET,
    URANDOM_UUID,
};

enum urandom_view { URANDOM_VIEW_VALUE, URANDOM_VIEW_INT, URANDOM_VIEW_UINT };

enum urandom_field {
    URANDOM_VALUE,
    URANDOM_INTEGER,
    URANDOM_UNSIGNED,
    URANDOM_BITS,
    URANDOM_SOURCE,
    URANDOM_FIELDS,
};

enum {
    URANDOM_DEFAULT_SIZE = 32,
    URANDOM_RECORD_MOST = 64 * 1024 * 1024, /* bytes, or symbols, in a record */
    URANDOM_POOLED = 4096, /* values of up to that number of bytes come from a pool */
};

/* LO:HI. */
struct urandom_range {
    uint64_t low;  /* as a 64-bit integer of either kind */
    uint64_t last; /* HI - LO */
    bool negative; /* LO is */
    enum urandom_view view;
};

struct urandom_args {
    int form; /* enum urandom_form */
    struct urandom_range range;
    const char *alphabet;
    unsigned length;
    int uuid; /* version */
    uint64_t count;
    bool nonblock, random, insecure;
    bool wait; /* --wait-seeded */
    int64_t timeout;
    bool stats, progress, force;
    unsigned jobs; /* 0: one per usable CPU */
};

/* Code points. */
struct urandom_alphabet BASE_VEC(uint32_t);

/* A run. */
struct urandom_run {
    struct cli *cli;
    const struct urandom_args *args;
    uint64_t size; /* bytes of a value */
    bool raw;      /* no records: `text` goes to stdout */
    unsigned jobs;
    struct os_random random;
    struct os_random_values source;
    struct os_uuid7 uuid7;
    struct urandom_alphabet alphabet;
    struct buf text; /* made and not yet written */

    unsigned char group[3]; /* base64: bytes that wait for others */
    unsigned grouped;
    bool negative; /* --int: the integer */
    uint64_t integer;
    uint64_t value_bits; /* of the last value */
    uint64_t bits;       /* of all of them, or UINT64_MAX */

    bool counts_bytes;    /* of the only value; else values are counted */
    uint64_t done, total; /* for --progress */
    struct cli_progress progress;
};

/* ---- generate.c ---- */

/* Appends the symbols of a SET: characters, and ranges of them. Returns NULL, or why it is invalid.
 */
const char *urandom_read_alphabet(const char *set, struct urandom_alphabet *alphabet);

/* Makes the next value and appends it, as it is printed, to u->text; raw text is written whenever
 * there is enough of it. Returns false after a failure, which was reported. */
bool urandom_make(struct urandom_run *u);

/* Writes raw text out. Returns false if stdout is broken. */
bool urandom_flush(struct urandom_run *u);

/* ---- progress.c ---- */

/* Starts counting up to `total` bytes or values. */
void urandom_start_count(struct urandom_run *u, uint64_t total);

/* Counts what was made; with --progress, shows it from time to time. */
void urandom_count(struct urandom_run *u, uint64_t more);

/* With --progress, shows the last count. */
void urandom_finish_count(struct urandom_run *u);

/* Prints the line of --stats about the calls that were made. */
void urandom_show_stats(const struct urandom_run *u);
