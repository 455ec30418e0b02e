/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of popen share: popen.c decides what is asked for,
 * popen_stream.c moves the bytes, popen_fields.c makes the records.
 */
#pragma once

#include "applets/common/program.h"
#include "base/spool.h"
#include "os/pty.h"

enum popen_mode {
    POPEN_DEFAULT,
    POPEN_R,
    POPEN_W,
    POPEN_2,
    POPEN_3,
    POPEN_4,
    POPEN_SYSTEM,
};

enum popen_exit { POPEN_WAIT_EOF, POPEN_DRAIN, POPEN_CLOSE, POPEN_KILL };

struct popen_args {
    const char *command;
    const char *input;
    const char *status;
    bool pty;
    struct winsize size; /* of the terminal; zero: the current one */
    int mode;            /* enum popen_mode */
    int on_exit;         /* enum popen_exit */
    int child_only;      /* --kill=child */
    int signo;
    int buffering; /* -1, 0: as it comes; 1: lines; N: blocks */
    bool tee;
    bool events;
    bool progress;
    uint64_t limit;
    int64_t timeout, kill_after; /* nanoseconds; 0: no limit */
};

enum popen_view { POPEN_VIEW_RESULT, POPEN_VIEW_EVENT };

enum popen_field {
    POPEN_WAIT, /* enum wait_field */
    POPEN_STDOUT = POPEN_WAIT + WAIT_FIELDS,
    POPEN_STDERR,
    POPEN_CLOSE_VALUE,
    POPEN_TRUNCATED,
    POPEN_STDOUT_BYTES,
    POPEN_STDERR_BYTES,
    POPEN_LEAKED_WRITERS,
    POPEN_EVENT,
    POPEN_STREAM,
    POPEN_MONOTONIC_NS,
    POPEN_DATA,
    POPEN_PARTIAL,
    POPEN_WHY, /* enum step_field */
    POPEN_FIELDS = POPEN_WHY + STEP_FIELDS,
};

extern const struct cli_field popen_fields[];
extern const char *const popen_views[];

/* A stream of the command. */
struct popen_stream {
    const char *name; /* "stdout" */
    int fd;           /* our end; -1: it has ended */
    bool terminal;    /* our end of a terminal: EIO is its end */
    bool hung_up;     /* which has come */
    int out;          /* where its bytes pass on to; -1: nowhere */
    bool captured;    /* they are kept */
    bool events;      /* they are events */
    bool splices;     /* pipe to pipe or file, without a copy */
    bool full;        /* `out` has no room for what there is to splice */
    bool careful;     /* a write of more than PIPE_BUF bytes could wait */
    int buffering;
    struct buf pending; /* read and not written to `out` yet */
    size_t sent;        /* of them, written */
    struct base_spool spool;
    int forgotten;    /* errno of why no more is kept; 0: all is, */
    const char *kept; /* which are, at the end, these bytes */
    size_t kept_size;
    uint64_t total;    /* bytes that came */
    uint64_t limit;    /* of those that are kept, or events */
    struct buf line;   /* of an event that has no end yet, */
    int64_t line_time; /* and when its first byte came */
    int left;    /* once the command has ended: bytes of it that are there yet; -1: not known */
    bool leaked; /* it was still open for somebody when we left it */
    int lost;    /* errno of a write that failed; 0: none */
};

static inline bool popen_is_stderr(const struct popen_stream *s) {
    return strcmp(s->name, "stderr") == 0;
}

struct popen_input {
    int fd;             /* what is typed into the terminal; -1: nothing more */
    int terminal;       /* its other side: -1: there is none */
    struct buf pending; /* read and not written yet */
    size_t sent;
    int lost; /* errno of a read that failed; 0: none */
};

struct popen_run {
    struct cli *cli;
    const struct popen_args *args;
    struct os_child child;
    struct popen_stream streams[2];
    unsigned count;
    struct popen_input input;
    struct popen_stream events; /* the records of --events, on their way out */
    bool drained;               /* nothing more is waited for */
    int64_t shown;              /* --progress: when */
};

void popen_stream_open(struct popen_stream *s, const char *name, int fd, int out,
                       const struct popen_args *args);
/* Nothing more comes: makes what is kept readable. Call it while the child holds SIGXFSZ. */
void popen_stream_close(struct popen_stream *s);
void popen_stream_finish(struct popen_stream *s);

/* Moves what there is to move until the command has ended and its streams have, as --on-exit says;
 * 0 or -errno. */
int popen_loop(struct popen_run *p, struct base_error *e);

/* The record of a line, or of a part of one. */
void popen_emit_event(struct popen_run *p, const struct popen_stream *s, bool partial);

/* The record of the end. */
void popen_emit_result(struct popen_run *p);
