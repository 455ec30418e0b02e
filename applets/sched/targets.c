/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched: the threads that the operands and options select.
 */
#include <stdlib.h>
#include <unistd.h>

#include "applets/common/account.h"
#include "applets/sched/sched.h"
#include "os/proc.h"
#include "os/process.h"
#include "os/users.h"

/* With an inode the process has to have that; without one, a PID may also be a thread's. */
static bool check_target(struct cli *cli, const struct pid_operand *t) {
    struct os_process p;
    struct base_error e;
    if (!t->inode)
        return true;
    if (os_process_open(&p, t->pid, t->inode, &e) < 0) {
        e.path = t->text;
        cli_report(cli, &e);
        return false;
    }
    os_process_close(&p);
    return true;
}

static bool out_of_memory(struct cli *cli) {
    cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    return false;
}

/* Operands that fail are reported. Returns false if none is left. */
static bool add_operands(struct cli *cli, struct sched_threads *threads) {
    for (int i = 0; i < cli->call.operand_count; i++) {
        struct pid_operand t;
        if (!pid_operand_parse(cli, cli->call.operands[i], &t))
            return false;
        if (check_target(cli, &t) &&
            !vec_push(threads, (struct sched_thread){ .tid = t.pid, .listed = false }))
            return out_of_memory(cli);
    }
    return threads->count || !cli->call.operand_count;
}

static bool add_user(struct cli *cli, const char *user, struct os_ids *ids) {
    struct os_account account;
    struct base_error e;
    int r = os_account_find(user, &account, &e);
    if (r == -ENOENT)
        account_report(cli, &e, "no such user");
    else if (r == 0)
        r = os_sched_user(account.uid, ids, &e);
    if (r < 0 && r != -ENOENT) {
        e.path = user;
        cli_report(cli, &e);
    }
    os_account_finish(&account);
    return r == 0;
}

static bool add_listed(struct cli *cli, struct sched_threads *threads, const struct os_ids *ids) {
    for (size_t i = 0; i < ids->count; i++)
        if (!vec_push(threads, (struct sched_thread){ .tid = ids->items[i], .listed = true }))
            return out_of_memory(cli);
    return true;
}

/* A thread and its place in a list. */
struct place {
    int tid;
    size_t index;
};

static int compare_places(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* Removes all but the first of those that are equal: those that the user named precede the others.
 */
static bool remove_duplicates(struct cli *cli, struct sched_threads *threads) {
    struct place *places = calloc(threads->count + 1, sizeof *places);
    size_t kept = 0;
    if (!places)
        return out_of_memory(cli);
    for (size_t i = 0; i < threads->count; i++)
        places[i] = (struct place){ threads->items[i].tid, i };
    qsort(places, threads->count, sizeof *places, compare_places);
    for (size_t i = 1; i < threads->count; i++)
        if (places[i].tid == places[i - 1].tid)
            threads->items[places[i].index].tid = 0;
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].tid)
            threads->items[kept++] = threads->items[i];
    threads->count = kept;
    free(places);
    return true;
}

/* Replaces each process by all of its threads. */
static bool expand_threads(struct cli *cli, struct sched_threads *threads) {
    struct os_ids ids = { 0 };
    for (size_t i = 0; i < threads->count; i++) {
        struct base_error e;
        if (os_sched_threads(threads->items[i].tid, &ids, &e) < 0)
            sched_report(cli, &threads->items[i], &e);
    }
    threads->count = 0;
    bool good = add_listed(cli, threads, &ids);
    vec_finish(&ids);
    return good && threads->count;
}

static bool add_group(struct cli *cli, unsigned pgrp, struct os_ids *ids) {
    const struct sched_thread leader = { .tid = (int)pgrp, .listed = false };
    struct base_error e;
    if (os_sched_group((int)pgrp, ids, &e) == 0)
        return true;
    sched_report(cli, &leader, &e);
    return false;
}

/* Lists processes and threads, all of them or none: before anything is changed. */
static bool check_proc(struct cli *cli) {
    struct base_error e;
    int state = os_proc_state(&e);
    if (state < 0)
        cli_report(cli, &e);
    else if (state == OS_PROC_FOREIGN)
        cli_complain(cli, CLI_EX_UNAVAILABLE, "/proc",
                     "belongs to another PID namespace; --threads, --pgrp and --user need it");
    else if (state == OS_PROC_MISSING)
        cli_complain(cli, CLI_EX_UNAVAILABLE, "/proc",
                     "not mounted; --threads, --pgrp and --user need it");
    return state == OS_PROC_OURS;
}

bool sched_targets(struct cli *cli, const struct sched_args *args, struct sched_threads *threads) {
    const struct sched_thread self = { .tid = getpid(), .listed = false };
    struct os_ids ids = { 0 };
    bool lists = args->threads || args->pgrp != SCHED_NOT_GIVEN || args->user;
    bool good = (!lists || check_proc(cli)) && add_operands(cli, threads);
    if (good && args->pgrp != SCHED_NOT_GIVEN)
        good = add_group(cli, args->pgrp, &ids);
    if (good && args->user)
        good = add_user(cli, args->user, &ids);
    good = good && add_listed(cli, threads, &ids);
    vec_finish(&ids);
    if (good && args->threads && !threads->count && !vec_push(threads, self))
        return out_of_memory(cli);
    good = good && remove_duplicates(cli, threads);
    return good &&
           (!args->threads || (expand_threads(cli, threads) && remove_duplicates(cli, threads)));
}
