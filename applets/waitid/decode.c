/* SPDX-License-Identifier: 0BSD
 *
 * osbox waitid decode: what a status word of wait(2) means.
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

enum {
    STATUS,
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
    FIELDS,
};

static const struct cli_field fields[] = {
    [STATUS] = WAIT_FIELD(1, "wait_status", CLI_INT, "the word that was given"),
    [IF_EXITED] = WAIT_FIELD(1, "WIFEXITED", CLI_BOOL, "it exited"),
    [EXIT_STATUS] = WAIT_FIELD(1, "WEXITSTATUS", CLI_INT, "with this exit status"),
    [IF_SIGNALED] = WAIT_FIELD(1, "WIFSIGNALED", CLI_BOOL, "a signal killed it"),
    [TERM_SIG] = WAIT_FIELD(1, "WTERMSIG", CLI_INT, "this one, by its number"),
    [CORE_DUMP] = WAIT_FIELD(1, "WCOREDUMP", CLI_BOOL, "and it dumped core"),
    [IF_STOPPED] = WAIT_FIELD(1, "WIFSTOPPED", CLI_BOOL, "a signal stopped it"),
    [STOP_SIG] = WAIT_FIELD(1, "WSTOPSIG", CLI_INT, "this one, by its number"),
    [IF_CONTINUED] = WAIT_FIELD(1, "WIFCONTINUED", CLI_BOOL, "SIGCONT let it go on"),
    [EXIT_CODE] = WAIT_FIELD(1, "exitcode", CLI_INT,
                             "as os.waitstatus_to_exitcode: the exit status, or minus the "
                             "signal's number; null when stopped or continued"),
    [SIGNAL] = WAIT_FIELD(1, "signal", CLI_ENUM, "the signal that killed or stopped it"),
};

static void emit(struct cli *cli, const struct os_wait_status *r) {
    struct cli_value v[FIELDS] = { 0 };
    char name[16];
    bool killed = r->code == CLD_KILLED || r->code == CLD_DUMPED, stopped = r->code == CLD_STOPPED;
    v[STATUS] = cli_int(r->wait_status);
    v[IF_EXITED] = cli_bool(r->code == CLD_EXITED);
    v[IF_SIGNALED] = cli_bool(killed);
    v[IF_STOPPED] = cli_bool(stopped);
    v[IF_CONTINUED] = cli_bool(r->code == CLD_CONTINUED);
    if (r->code == CLD_EXITED)
        v[EXIT_STATUS] = cli_int(r->status);
    if (killed)
        v[TERM_SIG] = cli_int(r->status);
    if (killed)
        v[CORE_DUMP] = cli_bool(r->code == CLD_DUMPED);
    if (stopped)
        v[STOP_SIG] = cli_int(r->status);
    if (killed || stopped)
        v[SIGNAL] = cli_str(cli_signal_name(r->status, name));
    if (os_wait_ended(r))
        v[EXIT_CODE] = cli_int(os_wait_exitcode(r));
    cli_emit(cli, v);
}

static void decode(struct cli *cli, const char *text) {
    struct os_wait_status r = { 0 };
    int64_t status;
    const char *why = cli_parse_int(text, 0, INT_MAX, &status);
    if (why) {
        cli_usage(cli, text, why);
        return;
    }
    r.wait_status = (int)status;
    if (os_wait_decode(&r))
        emit(cli, &r);
    else
        cli_complain(cli, CLI_EX_DATAERR, text, "not a status of wait(2)");
}

static void run(struct cli *cli, void *args) {
    (void)args;
    if (!cli_begin(cli))
        return;
    if (!cli->call.operand_count) {
        cli_usage(cli, NULL, "a status word is missing");
        return;
    }
    if (!cli_expect_records(cli, (size_t)cli->call.operand_count))
        return;
    for (int i = 0; i < cli->call.operand_count; i++)
        decode(cli, cli->call.operands[i]);
}

const struct cli_command applet_waitid_decode = {
    .name = "decode",
    .summary = "print what a status word of wait(2) says",
    .usage = "[OPTION]... STATUS...",
    .manual = "osbox-waitid",
    .fields = fields,
    .views = "status",
    .field_count = FIELDS,
    .default_format = CLI_FORMAT_TEXT,
    .run = run,
};
