/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of spawn share: spawn.c runs it, spawn_options.c reads what is
 * asked for, spawn_resolve.c looks up what that means here, spawn_fields.c makes
 * the records.
 */
#pragma once

#include "applets/common/program.h"

enum spawn_mode { SPAWN_WAIT, SPAWN_NOWAIT, SPAWN_OVERLAY, SPAWN_DRY_RUN };
enum spawn_path { SPAWN_PATH_CHILD, SPAWN_PATH_PARENT, SPAWN_PATH_NONE };

struct spawn_args {
    struct os_plan plan;   /* the steps, in the order of the options */
    struct buf data;       /* what steps point to, each allocated: void * */
    struct buf namespaces; /* const char *: --setns */
    struct buf changes;    /* const char *: "K=V" is set, "K" is unset */
    const char *user;
    const char *groups;
    const char *argv0;
    const char *status;
    int mode;                    /* enum spawn_mode */
    int path;                    /* enum spawn_path */
    int exec_fd;                 /* -1: none */
    int signo;                   /* --signal */
    int64_t timeout, kill_after; /* nanoseconds; 0: no limit */
    bool clear;                  /* -i */
    bool map_root;
    bool foreground;
    int unshare; /* CLONE_NEW* */
    const char *unshare_text;
};

/* ---- spawn_options.c ---- */

extern const struct cli_option spawn_options[];
void spawn_args_finish(struct spawn_args *args);

/* Memory that a step points to: it lives as long as the arguments. False: there is none. */
bool spawn_keep(struct spawn_args *args, void *data);

/* A list of namespaces of that size as CLONE_NEW*; a reason, as other parsers. */
const char *spawn_parse_namespaces(const char *text, size_t size, int *flags);

/* ---- spawn_resolve.c ---- */

/* The steps that need a look-up, and the environment: false after a report. */
bool spawn_resolve(struct cli *cli, struct spawn_args *args);

/* The PATH of an environment, or the one that holds without any. */
const char *spawn_path(char **variables);

/* ---- spawn_fields.c ---- */

enum spawn_view { SPAWN_VIEW_STATUS, SPAWN_VIEW_PROCESS, SPAWN_VIEW_STARTED, SPAWN_VIEW_PLAN };

enum spawn_field {
    SPAWN_RESULT,                           /* enum wait_field */
    SPAWN_WHY = SPAWN_RESULT + WAIT_FIELDS, /* enum step_field */
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
    SPAWN_FIELDS,
};

extern const struct cli_field spawn_fields[];
extern const char *const spawn_views[];
extern const struct cli_choice spawn_limits[]; /* the names of RLIMIT_*, "nofile" */

/* Emits one record of the parameters of this process, which is what a child would have. */
void spawn_emit_process(struct cli *cli, char **environ);

/* One record for each step of the plan. */
void spawn_emit_plan(struct cli *cli, const struct os_plan *plan);
