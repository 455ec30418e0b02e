/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched set: the CPUs of a thread. The kernel silently leaves out CPUs that
 * it does not have, so they are read back.
 */
#include "applets/sched/sched.h"

/* Appends the CPUs that were requested and are not in `given`, as "CPU 2-5, 8". Returns false if
 * there are none. */
static bool list_missing(const struct sched_args *args, const struct os_cpuset *given,
                         struct buf *text) {
    buf_add_str(text, "CPU ");
    size_t before = text->len;
    os_cpuset_print(&args->affinity, given, ", ", text);
    return text->failed || text->len > before;
}

static void complain_of_cpus(struct cli *cli, const struct sched_args *args, struct buf *missing,
                             bool all) {
    buf_add_str(missing, " cannot be had: nothing is changed");
    if (!all)
        buf_add_str(missing, " (--no-strict takes the others)");
    cli_complain(cli, CLI_EX_UNAVAILABLE, args->affinity_text, buf_cstr(missing));
}

/* Whether a thread has one of the CPUs that were requested. */
static bool has_one(const struct sched_args *args, const struct sched_thread *t) {
    struct os_cpuset now = { 0 };
    bool has =
        os_cpuset_get_affinity(t->tid, &now) == 0 && os_cpuset_intersects(&args->affinity, &now);
    os_cpuset_finish(&now);
    return has;
}

void sched_restore_affinity(struct cli *cli, const struct sched_thread *t,
                            const struct os_sched *old) {
    int r = os_sched_set_affinity(t->tid, &old->affinity, NULL);
    if (r < 0 && r != -ESRCH)
        cli_note(cli, "the CPUs could not be taken back");
}

/* EINVAL: none of the CPUs exists, unless the thread has one of them: then it is bound. */
bool sched_set_affinity(struct cli *cli, const struct sched_args *args,
                        const struct sched_thread *t, const struct os_sched *old) {
    struct os_sched now = { 0 };
    struct base_error e;
    struct buf missing = { 0 };
    bool good = false;
    int r = os_sched_set_affinity(t->tid, &args->affinity, &e);
    bool none = r == -EINVAL && !has_one(args, t), was_set = r == 0;
    if (r == 0)
        r = os_sched_get(t->tid, &now, &e);
    bool strict = none || (r == 0 && !args->no_strict);
    if (strict && list_missing(args, &now.affinity, &missing))
        complain_of_cpus(cli, args, &missing, none);
    else if (r < 0)
        sched_report_change(cli, args, t, &e);
    else
        good = true;
    if (!good && was_set && old)
        sched_restore_affinity(cli, t, old);
    buf_finish(&missing);
    os_sched_finish(&now);
    return good;
}
