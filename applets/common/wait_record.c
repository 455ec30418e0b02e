/* SPDX-License-Identifier: 0BSD
 *
 * The values of the wait-status record.
 */
#include <signal.h>

#include "applets/common/wait_record.h"
#include "cli/signal.h"

/* "CLD_EXITED"; NULL if it is not a code. */
static const char *code_name(int si_code) {
    static const char names[][16] = {
        [CLD_EXITED] = "CLD_EXITED",   [CLD_KILLED] = "CLD_KILLED",
        [CLD_DUMPED] = "CLD_DUMPED",   [CLD_TRAPPED] = "CLD_TRAPPED",
        [CLD_STOPPED] = "CLD_STOPPED", [CLD_CONTINUED] = "CLD_CONTINUED",
    };
    bool valid = si_code >= CLD_EXITED && si_code <= CLD_CONTINUED;
    return valid ? names[si_code] : NULL;
}

static struct cli_value duration(struct os_kernel_timeval t) {
    return cli_time(t.tv_sec, (uint32_t)t.tv_usec * 1000);
}

static void fill_rusage(const struct os_kernel_rusage *ru, struct cli_value *values) {
    values[WAIT_RU_UTIME] = values[WAIT_RU_UTIME_NS] = duration(ru->ru_utime);
    values[WAIT_RU_STIME] = values[WAIT_RU_STIME_NS] = duration(ru->ru_stime);
    values[WAIT_RU_MAXRSS] = cli_int(ru->ru_maxrss);
    values[WAIT_RU_MINFLT] = cli_int(ru->ru_minflt);
    values[WAIT_RU_MAJFLT] = cli_int(ru->ru_majflt);
    values[WAIT_RU_INBLOCK] = cli_int(ru->ru_inblock);
    values[WAIT_RU_OUBLOCK] = cli_int(ru->ru_oublock);
    values[WAIT_RU_NVCSW] = cli_int(ru->ru_nvcsw);
    values[WAIT_RU_NIVCSW] = cli_int(ru->ru_nivcsw);
}

void wait_record_fill(const struct os_wait_status *r, char name[static 16],
                      struct cli_value *values) {
    if (r->via == OS_VIA_NOTHING)
        return;
    if (r->pid)
        values[WAIT_SI_PID] = cli_int(r->pid);
    if (r->has_uid)
        values[WAIT_SI_UID] = cli_uint(r->uid);
    values[WAIT_SI_SIGNO] = cli_str("SIGCHLD");
    values[WAIT_SI_CODE] = cli_str(code_name(r->code));
    values[WAIT_SI_STATUS] = cli_int(r->status);
    values[WAIT_WAIT_STATUS] = cli_int(r->wait_status);
    values[WAIT_CORE] = cli_bool(r->code == CLD_DUMPED);
    if (os_wait_ended(r)) {
        values[WAIT_EXITCODE] = cli_int(os_wait_exitcode(r));
        values[WAIT_SHELL_STATUS] = cli_int(os_wait_shell_status(r));
    }
    if (r->code != CLD_EXITED)
        values[WAIT_SIGNAL] = cli_str(cli_signal_name(r->status, name));
    if (r->has_rusage)
        fill_rusage(&r->rusage, values);
}
