/* SPDX-License-Identifier: 0BSD
 *
 * Why a program cannot be executed, where the errno does not say: the interpreter
 * that is missing, the directory that cannot be searched, the argument that is
 * too long.
 */
#pragma once

#include <limits.h>
#include <stdint.h>

#include "os/spawn_step.h"

/* What a reason is about. */
enum os_exec_subject {
    OS_EXEC_PROGRAM,
    OS_EXEC_INTERPRETER, /* that a #! line names */
    OS_EXEC_LOADER,      /* that an ELF file names (PT_INTERP): the dynamic linker */
};

enum os_exec_reason {
    OS_EXEC_UNKNOWN,

    /* About the subject. */
    OS_EXEC_MISSING,   /* it does not exist */
    OS_EXEC_DANGLING,  /* a symbolic link, and what it points to does not exist */
    OS_EXEC_LINK_LOOP, /* a symbolic link that leads back to itself */
    OS_EXEC_DIRECTORY, /* it is one */
    OS_EXEC_SPECIAL,   /* not a regular file */
    OS_EXEC_NO_X,      /* nobody may execute it */
    OS_EXEC_REFUSED,   /* others may execute it, but not the user `number` */
    OS_EXEC_NOEXEC,    /* its mount does not allow execution */
    OS_EXEC_BUSY,      /* open for writing */
    OS_EXEC_EMPTY,     /* no bytes */
    OS_EXEC_NO_FORMAT, /* text without a #! line */
    OS_EXEC_UNKNOWN_FORMAT,
    OS_EXEC_BYTE_ORDER_MARK, /* of UTF-8, before #! */
    OS_EXEC_NO_NAME,         /* its #! line names no interpreter */
    OS_EXEC_LONG_LINE,       /* its #! line has an interpreter of more than `limit` bytes */
    OS_EXEC_MACHINE,         /* an ELF program for another processor, e_machine is `number` */
    OS_EXEC_OBJECT,          /* an ELF file, but an object file or a core dump */
    OS_EXEC_DAMAGED,         /* an ELF program with invalid headers */
    OS_EXEC_CAPABILITIES,    /* it has file capabilities that the process may not have */
    OS_EXEC_NESTED,          /* interpreters that are scripts themselves, too many */
    OS_EXEC_RETURN,          /* an interpreter's name that ends with a carriage return */
    OS_EXEC_RELATIVE,        /* an interpreter's name that is not an absolute path */
    OS_EXEC_CLOSED,          /* the descriptor `number` is not open */

    /* About a directory on the way, `path`. */
    OS_EXEC_NO_DIRECTORY,  /* it does not exist */
    OS_EXEC_NOT_DIRECTORY, /* it is something else */
    OS_EXEC_UNSEARCHABLE,  /* without the permission to search it */

    /* About the name as it was given. */
    OS_EXEC_NO_COMMAND,  /* it is empty */
    OS_EXEC_NOT_IN_PATH, /* it is a program in the working directory, which PATH does not search */
    OS_EXEC_LONG_NAME,   /* `number` bytes, at most `limit` */
    OS_EXEC_LONG_PATH,   /* the same of the whole path */

    OS_EXEC_LONG_LIST, /* arguments and environment have `number` bytes, at most `limit` */
};

/* It is filled in a child that may share no other memory, so it contains its texts, which are cut
 * if they do not fit. */
struct os_exec_failure {
    uint8_t reason;  /* enum os_exec_reason */
    uint8_t subject; /* enum os_exec_subject */
    uint64_t number, limit;
    char file[PATH_MAX]; /* what PATH led to, or what names the interpreter; "": as given */
    char path[PATH_MAX]; /* the interpreter, the directory, the link's target */
};

/* Finds out why EXEC failed. `culprit` is the path that gave the errno; NULL: it was the descriptor
 * s->exec.fd. Only looks, as the process is now: its user, root and working directory. Safe in a
 * child that shares its parent's memory. The reason is OS_EXEC_UNKNOWN if nothing is found. */
void os_exec_explain(struct os_exec_failure *f, const struct os_step *s, const char *culprit,
                     int errnum);
