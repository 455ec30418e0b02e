/* SPDX-License-Identifier: 0BSD
 *
 * osbox waitid decode: what a status word of wait(2), or a shell's $?, means.
 *
 * os.WIFEXITED, os.WEXITSTATUS, os.WIFSIGNALED, os.WTERMSIG, os.WCOREDUMP,
 * os.WIFSTOPPED, os.WSTOPSIG, os.WIFCONTINUED, os.waitstatus_to_exitcode.
 *
 * Deviation: a value is null if the condition before it is false, where the
 * functions of os return some number.
 */
#include <limits.h>

#include "applets/waitid/run.h"
#include "cli/parse.h"
#include "cli/signal.h"

struct decode_args {
    bool shell;
};

static const struct cli_option options[] = {
    CLI_GROUP("Input"),
    { CLI_FLAG(struct decode_args, shell), .name = "shell",
      .help = "STATUS is a shell's $?, from 0 to 255 (default: a status word of wait(2), not $?)" },
    CLI_OPTIONS_END,
};

enum { VIEW_WORD, VIEW_SHELL };
enum { WORD = 1 << VIEW_WORD, SHELL = 1 << VIEW_SHELL, BOTH = WORD | SHELL };

enum {
    STATUS,
    SHELL_STATUS,
    IF_EXITED,
    EXIT_STATUS,
    IF_SIGNALED,
    TERM_SIG,
    CORE_DUMP,
    IF_STOPPED,
    STOP_SIG,
    IF_CONTINUED,
    EXIT_CODE,
    SIGNAL,
    MEANING,
    FIELDS,
};

static const struct cli_field fields[] = {
    [STATUS] = WAIT_FIELD(WORD, "wait_status", CLI_INT, "the given status word"),
    [SHELL_STATUS] = WAIT_FIELD(SHELL, "shell_status", CLI_INT, "the given $?"),
    [IF_EXITED] = WAIT_FIELD(BOTH, "WIFEXITED", CLI_BOOL, "it exited"),
    [EXIT_STATUS] = WAIT_FIELD(BOTH, "WEXITSTATUS", CLI_INT, "with this exit status"),
    [IF_SIGNALED] = WAIT_FIELD(BOTH, "WIFSIGNALED", CLI_BOOL, "a signal killed it"),
    [TERM_SIG] = WAIT_FIELD(BOTH, "WTERMSIG", CLI_INT, "this one, by its number"),
    [CORE_DUMP] = WAIT_FIELD(BOTH, "WCOREDUMP", CLI_BOOL, "and it dumped core"),
    [IF_STOPPED] = WAIT_FIELD(BOTH, "WIFSTOPPED", CLI_BOOL, "a signal stopped it"),
    [STOP_SIG] = WAIT_FIELD(BOTH, "WSTOPSIG", CLI_INT, "this one, by its number"),
    [IF_CONTINUED] = WAIT_FIELD(BOTH, "WIFCONTINUED", CLI_BOOL, "SIGCONT let it go on"),
    [EXIT_CODE] = WAIT_FIELD(BOTH, "exitcode", CLI_INT,
                             "as os.waitstatus_to_exitcode: the exit status, or minus the "
                             "signal's number; null when stopped or continued"),
    [SIGNAL] = WAIT_FIELD(BOTH, "signal", CLI_ENUM, "the signal that killed or stopped it"),
    [MEANING] = WAIT_FIELD(SHELL, "meaning", CLI_STRING,
                           "what 124 to 127 mean by convention; null for others"),
};

/* ---- $? ---- */

enum { SHELL_MAX = 255, SHELL_SIGNALLED = 128 };

/* No process is ever killed by these: the shell reports that a job was stopped. */
static bool is_stop(int signo) {
    return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

/* A shell does not report a core dump: code is CLD_KILLED for all deaths. */
static struct os_wait_status decode_shell(int status) {
    int signo = status - SHELL_SIGNALLED;
    if (!os_is_signal(signo))
        return (struct os_wait_status){ .code = CLD_EXITED, .status = status };
    return (struct os_wait_status){ .code = is_stop(signo) ? CLD_STOPPED : CLD_KILLED,
                                    .status = signo };
}

static const char *meaning(int status) {
    switch (status) {
    case CLI_EX_TIMEOUT:
        return "timed out";
    case CLI_EX_RUN:
        return "the tool that runs the command failed";
    case CLI_EX_NOTEXEC:
        return "the command was found but cannot be executed";
    case CLI_EX_NOTFOUND:
        return "the command was not found";
    default:
        return NULL;
    }
}

/* ---- records ---- */

static void emit(struct cli *cli, bool shell, int given, const struct os_wait_status *r) {
    struct cli_value v[FIELDS] = { 0 };
    char name[16];
    bool killed = r->code == CLD_KILLED || r->code == CLD_DUMPED, stopped = r->code == CLD_STOPPED;
    v[shell ? SHELL_STATUS : STATUS] = cli_int(given);
    if (shell)
        v[MEANING] = cli_str(meaning(given));
    v[IF_EXITED] = cli_bool(r->code == CLD_EXITED);
    v[IF_SIGNALED] = cli_bool(killed);
    v[IF_STOPPED] = cli_bool(stopped);
    v[IF_CONTINUED] = cli_bool(r->code == CLD_CONTINUED);
    if (r->code == CLD_EXITED)
        v[EXIT_STATUS] = cli_int(r->status);
    if (killed)
        v[TERM_SIG] = cli_int(r->status);
    if (killed && !shell)
        v[CORE_DUMP] = cli_bool(r->code == CLD_DUMPED);
    if (stopped)
        v[STOP_SIG] = cli_int(r->status);
    if (killed || stopped)
        v[SIGNAL] = cli_str(cli_signal_name(r->status, name));
    if (os_wait_ended(r))
        v[EXIT_CODE] = cli_int(os_wait_exitcode(r));
    cli_emit(cli, v);
}

static void decode(struct cli *cli, bool shell, const char *text) {
    struct os_wait_status r = { 0 };
    int64_t status;
    const char *why = cli_parse_int(text, 0, INT_MAX, &status);
    if (why) {
        cli_usage(cli, text, why);
        return;
    }
    r.wait_status = (int)status;
    if (shell && status <= SHELL_MAX)
        r = decode_shell((int)status);
    else if (shell || !os_wait_decode(&r)) {
        cli_complain(cli, CLI_EX_DATAERR, text,
                     shell ? "not a $? of a shell (0-255)" : "not a status of wait(2)");
        return;
    }
    emit(cli, shell, (int)status, &r);
}

static unsigned choose_view(const struct cli_call *call, const void *data) {
    (void)call;
    const struct decode_args *args = data;
    return args->shell ? VIEW_SHELL : VIEW_WORD;
}

static void run(struct cli *cli, void *data) {
    const struct decode_args *args = data;
    if (!cli_begin(cli))
        return;
    if (!cli->call.operand_count) {
        cli_usage(cli, NULL, "missing operand STATUS");
        return;
    }
    if (!cli_expect_records(cli, (size_t)cli->call.operand_count))
        return;
    for (int i = 0; i < cli->call.operand_count; i++)
        decode(cli, args->shell, cli->call.operands[i]);
}

const struct cli_command applet_waitid_decode = {
    .never = CLI_NEVER(CLI_EX_NOINPUT) | CLI_NEVER(CLI_EX_NOUSER) | CLI_NEVER(CLI_EX_UNAVAILABLE) |
             CLI_NEVER(CLI_EX_CANTCREAT) | CLI_NEVER(CLI_EX_TEMPFAIL) | CLI_NEVER(CLI_EX_NOPERM),
    .name = "decode",
    .summary = "print the meaning of a status word of wait(2), or of $? with --shell",
    .usage = "[OPTION]... STATUS...",
    .manual = "osbox-waitid",
    .options = options,
    .args_size = sizeof(struct decode_args),
    .fields = fields,
    .views = "status shell",
    .choose_view = choose_view,
    .field_count = FIELDS,
    .default_format = CLI_FORMAT_TEXT,
    .run = run,
};
