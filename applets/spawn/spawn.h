/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of spawn share. spawn.c has the options and the descriptor;
 * file_actions.c, attributes.c, identity.c, namespaces.c and environment.c turn
 * what was requested into steps of the plan; run.c prepares and runs it;
 * fields.c makes the records.
 */
#pragma once

#include "applets/common/program.h"

enum spawn_mode { SPAWN_WAIT, SPAWN_NOWAIT, SPAWN_OVERLAY, SPAWN_DRY_RUN };
enum spawn_path { SPAWN_PATH_DEFAULT, SPAWN_PATH_CHILD, SPAWN_PATH_PARENT, SPAWN_PATH_NONE };

struct spawn_texts BASE_VEC(const char *);
struct spawn_memory BASE_VEC(void *);

struct spawn_args {
    struct os_plan plan;        /* the steps, in the order of the options */
    struct spawn_memory memory; /* what steps point to, each allocated */
    struct spawn_texts changes; /* of the environment: "K=V" is set, "K" is unset */
    const char *user;
    const char *groups;
    const char *setresuid, *setresgid; /* R:E:S */
    const char *argv0;
    const char *status;
    int mode;    /* enum spawn_mode */
    int path;    /* enum spawn_path */
    int exec_fd; /* -1: none */
    struct program_time time;
    struct program_start start; /* for the record */
    struct base_error failure;  /* of what failed before the first step; errnum 0: nothing */
    bool clear;                 /* -i */
    bool map_root;
    bool foreground;
    int unshare;     /* CLONE_NEW* */
    int propagation; /* MS_*; 0: unchanged */
};

/* ---- args.c ---- */

void spawn_args_finish(void *args); /* struct spawn_args */

/* Adds a step: file actions and increments of the nice value add up, the last of the others wins.
 */
void spawn_add_step(struct spawn_args *args, struct os_step step);

/* Takes ownership of memory that a step points to: it lives as long as the arguments. Returns false
 * when memory is short or `memory` is NULL. */
bool spawn_keep(struct spawn_args *args, void *memory);

/* Copies a part of an option's value. Returns false if it is longer than any valid one. */
bool spawn_copy_word(const char *text, size_t size, char word[static 32]);

/* The row of a table whose name is the `size` bytes at text; NULL: none. */
const struct cli_choice *spawn_find_word(const struct cli_choice *table, const char *text,
                                         size_t size);

/* Stores a failure before the first step for the record of --status; `object` is what the user
 * wrote. */
void spawn_keep_failure(struct spawn_args *args, const struct base_error *e, const char *object);

/* ---- the parsers of options ---- */

typedef const char *spawn_parse_fn(void *args, const char *text);

/* file_actions.c */
spawn_parse_fn spawn_parse_open, spawn_parse_close, spawn_parse_closefrom, spawn_parse_closerange,
    spawn_parse_dup2, spawn_parse_pipe, spawn_parse_chdir, spawn_parse_fchdir;

/* attributes.c: session, limits, scheduling, signals */
spawn_parse_fn spawn_parse_setpgroup, spawn_parse_setsid, spawn_parse_rlimit, spawn_parse_nice,
    spawn_parse_scheduler, spawn_parse_affinity, spawn_parse_umask, spawn_parse_pdeathsig,
    spawn_parse_sigmask, spawn_parse_sigdef, spawn_parse_sigign;

/* identity.c: user, groups, capabilities */
spawn_parse_fn spawn_parse_bounding, spawn_parse_inheritable, spawn_parse_ambient, spawn_parse_iab,
    spawn_parse_resetids, spawn_parse_no_new_privs;

/* namespaces.c */
spawn_parse_fn spawn_parse_chroot, spawn_parse_unshare, spawn_parse_setns;

/* environment.c */
spawn_parse_fn spawn_parse_env, spawn_parse_unset;

/* ---- what has to be looked up before there is a plan ---- */

/* The steps of --user, --groups, --setresuid and --setresgid: false after a report. identity.c */
bool spawn_resolve_user(struct cli *cli, struct spawn_args *args);

/* The steps of --setns, --unshare and --map-root-user: false after a report. namespaces.c */
bool spawn_resolve_namespaces(struct cli *cli, struct spawn_args *args);

/* The program's environment and the PATH that finds it: false when memory is short. environment.c
 */
bool spawn_resolve_environment(struct spawn_args *args);

/* The PATH of an environment, or os_default_path. environment.c */
const char *spawn_path(char **entries);

/* ---- run.c ---- */

/* Runs the program in the mode that was requested. */
void spawn_run_program(struct cli *cli, struct spawn_args *args);

/* Without a program: applies the plan to this process and prints its state. */
void spawn_show_process(struct cli *cli, struct spawn_args *args);

/* ---- fields.c ---- */

enum spawn_view {
    SPAWN_VIEW_STATUS,
    SPAWN_VIEW_PROCESS,
    SPAWN_VIEW_STARTED,
    SPAWN_VIEW_PLAN,
    SPAWN_VIEW_STARTED_STATUS, /* the same with --status, if the program was not run */
};

enum spawn_field {
    SPAWN_RESULT,                             /* enum wait_field */
    SPAWN_START = SPAWN_RESULT + WAIT_FIELDS, /* enum start_field */
    SPAWN_WHY = SPAWN_START + START_FIELDS,   /* enum step_field */
    SPAWN_PIDFD_INO = SPAWN_WHY + STEP_FIELDS,
    SPAWN_PPID,
    SPAWN_PGID,
    SPAWN_SID,
    SPAWN_RUID,
    SPAWN_EUID,
    SPAWN_SUID,
    SPAWN_RGID,
    SPAWN_EGID,
    SPAWN_SGID,
    SPAWN_GROUPS,
    SPAWN_LOGIN,
    SPAWN_UMASK,
    SPAWN_CWD,
    SPAWN_EXEC_PATH,
    SPAWN_CTERMID,
    SPAWN_PRIORITY,
    SPAWN_LIMITS,
    SPAWN_CAP_PERMITTED,
    SPAWN_CAP_EFFECTIVE,
    SPAWN_CAP_INHERITABLE,
    SPAWN_CAP_BOUNDING,
    SPAWN_CAP_AMBIENT,
    SPAWN_NO_NEW_PRIVS,
    SPAWN_SIGMASK,
    SPAWN_SIGIGN,
    SPAWN_ENVIRON,
    SPAWN_SYSNAME,
    SPAWN_NODENAME,
    SPAWN_RELEASE,
    SPAWN_VERSION,
    SPAWN_MACHINE,
    SPAWN_DOMAINNAME,
    SPAWN_FIELDS,
};

extern const struct cli_field spawn_fields[];

/* Returns the view of the records, enum spawn_view. */
unsigned spawn_choose_view(const struct cli_call *call, const void *args);

/* Returns whether -F or -g names a field of that view. */
bool spawn_names_field(const struct cli_call *call, unsigned view);

/* Emits one record with the state of this process, to which the plan was applied, or, if it is only
 * planned, with the state that a child would have. */
void spawn_emit_process(struct cli *cli, const struct os_plan *plan, bool planned);

/* Emits one record per step of the plan. */
void spawn_emit_plan(struct cli *cli, const struct os_plan *plan);

/* ---- limits.c ---- */

extern const struct cli_choice spawn_limits[]; /* the names of RLIMIT_*, "nofile" */
