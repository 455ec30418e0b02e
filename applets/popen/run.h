/* SPDX-License-Identifier: 0BSD
 *
 * What the files of popen share: popen.c is the command, capture.c one run of it,
 * plan.c prepares the run, loop.c polls, stream.c moves the bytes of a stream,
 * terminal.c those that are typed, fields.c makes the records.
 */
#pragma once

#include <limits.h>
#include <poll.h>

#include "applets/common/program.h"
#include "base/spool.h"
#include "cli/progress.h"
#include "os/pty.h"
#include "os/raw_terminal.h"

enum popen_mode {
    POPEN_DEFAULT,
    POPEN_R,
    POPEN_W,
    POPEN_2,
    POPEN_3,
    POPEN_4,
    POPEN_SYSTEM,
};

enum popen_on_exit { POPEN_WAIT_EOF, POPEN_DRAIN, POPEN_CLOSE, POPEN_KILL };

struct popen_args {
    const char *command;
    const char *input;
    const char *status;
    bool pty;
    struct winsize size; /* of the terminal; zero: the current one */
    int mode;            /* enum popen_mode */
    int on_exit;         /* enum popen_on_exit */
    int child_only;      /* --kill=child */
    int buffering;       /* -1, 0: as it comes; 1: lines; N: blocks */
    bool tee;
    bool events;
    bool progress;
    uint64_t limit;
    struct program_time time;
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
    POPEN_START,                            /* enum start_field */
    POPEN_WHY = POPEN_START + START_FIELDS, /* enum step_field */
    POPEN_FIELDS = POPEN_WHY + STEP_FIELDS,
};

extern const struct cli_field popen_fields[];

/* ---- the plan of a run ---- */

/* A run as the options together define it. */
struct popen_plan {
    struct os_plan os;
    bool to_stdout; /* the record goes there */
    bool records;
    bool captures;
    bool passes; /* output passes on */
    enum popen_mode mode;
    struct buf pty_name;
    int pty;     /* our side of the terminal; -1: none */
    int ends[2]; /* our ends of the pipes of stdout and stderr; -1: none */
    int child_ends[2];
    char *argv[5];
};

/* An empty plan; what the options mean for it. */
struct popen_plan popen_plan_init(void);
void popen_plan_decide(struct popen_plan *plan, const struct cli *cli,
                       const struct popen_args *args);

/* Opens pipes or a terminal and adds the steps. Returns 0 or -errno. */
int popen_plan_prepare(struct popen_plan *plan, const struct cli *cli,
                       const struct popen_args *args, struct base_error *e);
void popen_plan_close_child_ends(struct popen_plan *plan);
void popen_plan_finish(struct popen_plan *plan);

/* Returns the file that is the command's input; NULL: it inherits that of osbox. */
const char *popen_input_path(const struct popen_args *args);

/* Returns whether signals are for the command's process group. */
bool popen_needs_group(const struct popen_args *args);

/* ---- a run ---- */

enum { POPEN_STREAMS = 2 };

/* A stream of the command. */
struct popen_stream {
    const char *name; /* "stdout" */
    int fd;           /* our end; -1: it has ended */
    bool terminal;    /* a terminal, whose end is EIO, */
    bool hung_up;     /* which has come */
    int out;          /* where its bytes are written; -1: nowhere */
    bool captured;    /* they are kept */
    bool events;      /* they are printed as events */
    int own_out;      /* `out`, if it is not inherited; -1: it is */
    bool to_pipe;     /* `out` is a pipe, which can be opened again */
    bool careful;     /* a write of more than PIPE_BUF bytes to `out` could block */
    int buffering;
    struct buf pending; /* read, but not yet written to `out`, */
    size_t sent;        /* except these first bytes */
    struct base_spool spool;
    int forgotten;    /* errno: why no more is kept; 0: all is kept, */
    const char *kept; /* and after the end, these are the bytes */
    size_t kept_size;
    uint64_t total;    /* bytes received */
    uint64_t limit;    /* of bytes kept or printed as events */
    struct buf line;   /* an event whose line has not ended, */
    int64_t line_time; /* and when its first byte came */
    int left;          /* after the end of the command: its unread bytes; -1: unknown */
    bool leaked;       /* another process still had it open when we stopped reading */
    int lost;          /* errno of a write that failed; 0: none */
};

static inline bool popen_is_stderr(const struct popen_stream *s) {
    return strcmp(s->name, "stderr") == 0;
}

/* What is typed into the command's terminal. */
struct popen_input {
    int fd;                 /* it is read from; -1: no more */
    int terminal;           /* our side; -1: none */
    bool keys;              /* fd is a terminal: it is read only while that is in raw mode */
    char pending[PIPE_BUF]; /* read, but not yet written, */
    size_t size;
    size_t sent; /* except these first bytes */
    int lost;    /* errno of a read that failed; 0: none */
    struct os_raw_terminal raw;
    int64_t look_again; /* when the terminal may be ours, and was not */
};

struct popen_run {
    struct cli *cli;
    const struct popen_args *args;
    struct os_child child;
    struct program_start start;
    struct popen_stream streams[POPEN_STREAMS];
    unsigned count;
    struct popen_input input;
    struct popen_stream events; /* the records of --events that are to be written */
    struct buf block;           /* room for what is read at once */
    bool quiet;                 /* nothing was readable after the end of the command */
    struct cli_progress progress;
};

/* Runs the command, prints its record and sets the exit status. */
void popen_capture(struct cli *cli, const struct popen_args *args, struct popen_plan *plan);

/* Moves bytes until the command and, depending on --on-exit, its streams have ended. Returns 0 or
 * -errno. */
int popen_loop(struct popen_run *p, struct base_error *e);

/* ---- a stream ---- */

/* Initializes a stream that is read from `fd`. `out` is where its bytes are written; -1: nowhere.
 */
void popen_stream_open(struct popen_stream *s, const char *name, int fd, int out,
                       const struct popen_args *args);

/* Returns whether it is read: it has not ended. */
bool popen_stream_is_reading(const struct popen_stream *s);

/* Returns what to poll for. With `held` it is not read for now. */
struct pollfd popen_stream_poll(const struct popen_stream *s, bool held);

/* Reads or writes after that poll. Returns 0 or -errno of read(2). */
int popen_stream_handle(struct popen_run *p, struct popen_stream *s, const struct pollfd *ready);

/* Prints an event whose line has waited for its end long enough. Returns when the next one has, or
 * OS_NEVER. */
int64_t popen_stream_flush_line(struct popen_run *p, struct popen_stream *s, int64_t now);

/* Returns whether bytes that were read have yet to be written. */
bool popen_stream_is_behind(const struct popen_stream *s);

/* Returns whether the bytes that it contained when the command ended have been read. How many they
 * are is unknown for a terminal: they have been read once a poll was `quiet`. */
bool popen_stream_is_drained(struct popen_stream *s, bool quiet);

/* Returns whether no process has its other side open, so that it will end. */
bool popen_stream_is_ending(const struct popen_stream *s);

/* Stops reading after the command has ended: another process may have the stream open, which is
 * then leaked. */
void popen_stream_leave(struct popen_run *p, struct popen_stream *s);

/* Stops reading. */
void popen_stream_stop(struct popen_stream *s);

/* Stops reading and makes what is kept available. Call it while SIGXFSZ is blocked. */
void popen_stream_close(struct popen_stream *s);
void popen_stream_finish(struct popen_stream *s);

/* ---- the terminal ---- */

/* Opens what is typed into the command's terminal, if it has one: --input, or standard input. If
 * that is a terminal, too, it is not touched yet. */
int popen_input_open(struct popen_run *p, const struct popen_plan *plan, struct base_error *e);

/* Sets the size of the command's terminal to that of our own, and our own to raw mode as soon as it
 * is ours, so that keys are passed on as they are. Call it before each poll. */
void popen_input_update(struct popen_run *p);

/* Returns when to call it again; or OS_NEVER. */
int64_t popen_input_deadline(const struct popen_run *p);

/* Restores the modes of our own terminal. */
void popen_input_restore(struct popen_input *in);

/* Returns what to poll for; handles the result of that poll. */
struct pollfd popen_input_poll(const struct popen_run *p);
void popen_input_handle(struct popen_input *in, const struct pollfd *ready);

/* ---- records ---- */

/* Prints an event: a line, or a part of one. */
void popen_emit_event(struct popen_run *p, const struct popen_stream *s, bool partial);

/* Prints the result. */
void popen_emit_result(struct popen_run *p);
