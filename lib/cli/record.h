/* SPDX-License-Identifier: 0BSD
 *
 * Records: what a command emits. A command has one constant field table; a
 * record is an array of values, one for each row of the table. Applets set
 * values and never look at the format.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The type of a field. It never depends on the value. */
enum cli_type {
    CLI_STRING,      /* text that osbox made itself */
    CLI_BYTES,       /* bytes from outside: names, targets, values */
    CLI_INT,         /* int64_t */
    CLI_UINT,        /* uint64_t */
    CLI_BOOL,        /* true, false */
    CLI_MODE,        /* uint64_t: decimal as in os, octal in text and table */
    CLI_MASK,        /* the same, but octal in value and sh, too: a mask that options accept */
    CLI_TIMESPEC,    /* seconds and nanoseconds as an exact decimal: -1.500000000 */
    CLI_TIMESPEC_NS, /* the same as one integer of nanoseconds */
    CLI_TIMESTAMP,   /* the same as ISO 8601 UTC: 1969-12-31T23:59:58.500000000Z */
    CLI_DURATION,    /* as CLI_TIMESPEC */
    CLI_DURATION_NS, /* as CLI_TIMESPEC_NS */
    CLI_ENUM,        /* a constant's name, as text */
    CLI_LIST,        /* values of the field's item type */
    CLI_RANGES,      /* a list of uint64_t in ascending order: 0-3,8; an array in json */
};

/* A value or null. What is unavailable is null, never 0 or "". */
struct cli_value {
    bool known; /* false: null */
    union {
        int64_t i;
        uint64_t u;
        bool b;
        struct {
            const char *data;
            size_t size;
        } bytes; /* CLI_STRING, CLI_BYTES, CLI_ENUM */
        struct {
            int64_t sec;
            uint32_t nsec; /* 0..999999999, added to sec also when sec < 0 */
        } time;
        struct {
            const struct cli_value *items;
            size_t count;
        } list;
    };
};

/* A row of the field table. It has no pointers, for the reason given in cli/option.h. */
struct cli_field {
    char name[32];     /* as in the os module: "st_size" */
    uint8_t type;      /* enum cli_type */
    uint8_t item;      /* element type of a CLI_LIST */
    bool may_hold_nul; /* may contain a NUL: sh sets os_x_b64 then */
    uint16_t views;    /* bit set: the views that it belongs to */
    uint16_t defaults; /* bit set: the views that show it without -F */
    uint16_t nameable; /* bit set: further views in which it is available only by name */
    uint64_t needs;    /* a bit set of the applet: the calls that its value needs */
    char help[112];
};

static inline struct cli_value cli_null(void) {
    return (struct cli_value){ .known = false };
}

static inline struct cli_value cli_int(int64_t i) {
    return (struct cli_value){ .known = true, .i = i };
}

static inline struct cli_value cli_uint(uint64_t u) {
    return (struct cli_value){ .known = true, .u = u };
}

static inline struct cli_value cli_bool(bool b) {
    return (struct cli_value){ .known = true, .b = b };
}

static inline struct cli_value cli_bytes(const char *data, size_t size) {
    return (struct cli_value){ .known = true, .bytes = { data, size } };
}

/* NULL is null. */
static inline struct cli_value cli_str(const char *text) {
    return text ? cli_bytes(text, strlen(text)) : cli_null();
}

static inline struct cli_value cli_time(int64_t sec, uint32_t nsec) {
    return (struct cli_value){ .known = true, .time = { sec, nsec } };
}

/* Nanoseconds, as a time or a duration. */
static inline struct cli_value cli_ns(int64_t ns) {
    int64_t sec = ns / 1000000000, nsec = ns % 1000000000;
    return nsec < 0 ? cli_time(sec - 1, (uint32_t)(nsec + 1000000000))
                    : cli_time(sec, (uint32_t)nsec);
}

static inline struct cli_value cli_list(const struct cli_value *items, size_t count) {
    return (struct cli_value){ .known = true, .list = { items, count } };
}
