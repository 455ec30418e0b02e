/* SPDX-License-Identifier: 0BSD
 *
 * Exit statuses (os.EX_*, sysexits.h) and the names of errors.
 */
#pragma once

enum cli_exit_status {
    CLI_EX_OK = 0,
    CLI_EX_NO = 1, /* the answer is no */
    CLI_EX_USAGE = 64,
    CLI_EX_DATAERR = 65,
    CLI_EX_NOINPUT = 66,
    CLI_EX_NOUSER = 67,
    CLI_EX_UNAVAILABLE = 69,
    CLI_EX_OSERR = 71,
    CLI_EX_CANTCREAT = 73,
    CLI_EX_IOERR = 74,
    CLI_EX_TEMPFAIL = 75,
    CLI_EX_PROTOCOL = 76, /* the kernel did something else than requested */
    CLI_EX_NOPERM = 77,
    CLI_EX_TIMEOUT = 124,   /* the program ran out of time */
    CLI_EX_RUN = 125,       /* osbox failed before it ran the program */
    CLI_EX_NOTEXEC = 126,   /* the program was found but cannot be executed */
    CLI_EX_NOTFOUND = 127,  /* no such program, or applet */
    CLI_EX_SIGNALLED = 128, /* and the number of the signal that killed the program */
};

/* A row of EXIT STATUS; a table ends with an empty meaning. */
struct cli_exit {
    int status;
    char meaning[76];
};

#define CLI_EXITS_END                                                                              \
    { .meaning = "" }

/* Returns "ENOENT" and so on; "EUNKNOWN" for a number that Linux does not define. */
const char *cli_errno_name(int errnum);

/* Returns the exit status for a failed call. */
int cli_errno_status(int errnum);

/* Returns "EX_USAGE" for 64 and so on; "EX_SOFTWARE" for a status that has no name. */
const char *cli_status_name(int status);
