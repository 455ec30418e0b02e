/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched set: existing threads. What was set is read back, because the
 * kernel leaves out CPUs silently.
 */
#include "applets/sched/sched.h"
#include "base/file_set.h"

enum part { PART_CPUS, PART_NICE, PART_ATTRIBUTES, PARTS };

/* Restores a part. If the kernel refuses, a note reports it. */
static void restore(struct cli *cli, const struct sched_thread *t, const struct os_sched *old,
                    enum part part) {
    int r = 0;
    switch (part) {
    case PART_CPUS:
        sched_restore_affinity(cli, t, old);
        break;
    case PART_NICE:
        r = os_sched_set_nice(t->tid, old->attr.sched_nice, NULL);
        break;
    default:
        r = os_sched_set(t->tid, &old->attr, NULL);
        break;
    }
    if (r < 0 && r != -ESRCH)
        cli_note(cli, part == PART_NICE ? "the nice value could not be taken back"
                                        : "the policy could not be taken back");
}

/* Without privilege a nice value that became greater cannot be restored: the slice is tried before
 * it is set. */
static bool try_slice(struct cli *cli, const struct sched_args *args, const struct sched_thread *t,
                      const struct os_sched *old, struct os_sched_attr want) {
    want.sched_nice = old->attr.sched_nice;
    if (args->nice == SCHED_NO_NICE || args->runtime == SCHED_NO_RUNTIME || args->deadline ||
        os_sched_set(t->tid, &want, NULL) < 0 || sched_check_slice(cli, args, t))
        return true;
    restore(cli, t, old, PART_ATTRIBUTES);
    return false;
}

static bool set_part(struct cli *cli, const struct sched_args *args, const struct sched_thread *t,
                     const struct os_sched *old, enum part part) {
    struct os_sched_attr want = sched_change_attr(args, old->attr);
    struct base_error e;
    if (part == PART_CPUS)
        return sched_set_affinity(cli, args, t, old);
    if (part == PART_ATTRIBUTES && !try_slice(cli, args, t, old, want))
        return false;
    int r = part == PART_NICE ? os_sched_set_nice(t->tid, args->nice, &e)
                              : os_sched_set(t->tid, &want, &e);
    if (r < 0)
        sched_report_change(cli, args, t, &e);
    if (r < 0 || part == PART_NICE || sched_check_slice(cli, args, t))
        return r == 0;
    restore(cli, t, old, part);
    return false;
}

/* Orders the parts so that those that are done can be restored when the next one is refused. The
 * CPUs always can. A nice value that becomes less can, and is refused without privilege; one that
 * becomes greater cannot, and is never refused where the attributes were allowed. These, such as
 * SCHED_IDLE, often cannot. The normal policies set the nice value in the same call. */
static unsigned order_parts(const struct sched_args *args, const struct os_sched *old,
                            enum part parts[static PARTS]) {
    bool attributes = sched_changes_attr(args);
    bool nice = args->nice != SCHED_NO_NICE &&
                !(attributes && sched_is_normal(sched_change_attr(args, old->attr).sched_policy));
    bool nice_is_less = args->nice < old->attr.sched_nice;
    unsigned count = 0;
    if (args->affinity.count)
        parts[count++] = PART_CPUS;
    if (nice && nice_is_less)
        parts[count++] = PART_NICE;
    if (attributes)
        parts[count++] = PART_ATTRIBUTES;
    if (nice && !nice_is_less)
        parts[count++] = PART_NICE;
    return count;
}

/* Changes all of it or nothing. */
static bool set_thread(struct cli *cli, const struct sched_args *args, const struct sched_thread *t,
                       const struct os_sched *old) {
    enum part parts[PARTS];
    unsigned count = order_parts(args, old, parts), done = 0;
    if (!sched_check_runtime(cli, args, sched_change_attr(args, old->attr).sched_policy))
        return false;
    while (done < count && set_part(cli, args, t, old, parts[done]))
        done++;
    if (done == count)
        return true;
    while (done-- > 0)
        restore(cli, t, old, parts[done]);
    return false;
}

static void set_one(struct cli *cli, const struct sched_args *args, const struct sched_thread *t) {
    struct sched_record record = { 0 };
    struct os_sched old = { 0 }, now = { 0 };
    struct base_error e;
    if (os_sched_get(t->tid, &old, &e) < 0) {
        sched_report(cli, t, &e);
    } else if (set_thread(cli, args, t, &old)) {
        if (os_sched_get(t->tid, &now, &e) < 0) {
            sched_report(cli, t, &e);
        } else {
            sched_fill(&record, t->tid, &now, false);
            sched_fill(&record, t->tid, &old, true);
            sched_emit(cli, &record);
        }
    }
    sched_record_finish(&record);
    os_sched_finish(&old);
    os_sched_finish(&now);
}

/* One round over the existing threads. Returns false if none of them is new. */
static bool set_round(struct cli *cli, const struct sched_args *args, struct base_file_set *done) {
    struct sched_threads threads = { 0 };
    size_t before = done->count;
    bool good = sched_targets(cli, args, &threads);
    for (size_t i = 0; good && i < threads.count && cli_expect_records(cli, threads.count); i++) {
        const struct sched_thread *t = &threads.items[i];
        int added = base_file_set_add(done, 0, (uint64_t)t->tid);
        if (added > 0)
            set_one(cli, args, t);
        good = added >= 0;
        if (!good)
            cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    }
    vec_finish(&threads);
    return good && done->count > before;
}

/* A thread that was not set yet may create others: repeat until a round finds no new ones. */
static void set_threads(struct cli *cli, const struct sched_args *args) {
    struct base_file_set done = { 0 };
    if (cli_begin(cli))
        while (set_round(cli, args, &done) && args->threads)
            ;
    base_file_set_finish(&done);
}

void sched_set(struct cli *cli, const struct sched_args *args) {
    if (cli->call.program)
        sched_run(cli, args);
    else
        set_threads(cli, args);
}
