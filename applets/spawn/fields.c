/* SPDX-License-Identifier: 0BSD
 *
 * spawn's records: how a program ended or why it was not run, what was started,
 * the plan, and the state of a process.
 */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"
#include "cli/signal.h"
#include "os/process_state.h"
#include "os/spawn_predict.h"
#include "os/users.h"

enum {
    STATUS = 1 << SPAWN_VIEW_STATUS,
    PROCESS = 1 << SPAWN_VIEW_PROCESS,
    STARTED = 1 << SPAWN_VIEW_STARTED | 1 << SPAWN_VIEW_STARTED_STATUS,
    STARTED_STATUS = 1 << SPAWN_VIEW_STARTED_STATUS,
    PLAN = 1 << SPAWN_VIEW_PLAN,
};

#define FIELD(views_, name_, type_, help_)                                                         \
    { .name = name_, .type = type_, .views = views_, .defaults = views_, .help = help_ }
#define LIST(name_, item_, help_)                                                                  \
    {                                                                                              \
        .name = name_, .type = CLI_LIST, .item = item_, .views = PROCESS, .defaults = PROCESS,     \
        .help = help_                                                                              \
    }
#define SYSTEM(name_, help_)                                                                       \
    { .name = name_, .type = CLI_BYTES, .views = PROCESS, .help = help_ }

const struct cli_field spawn_fields[] = {
    WAIT_ROWS(SPAWN_RESULT, STATUS, PROCESS | STARTED, 0, 0),
    START_ROWS(SPAWN_START, STATUS | STARTED),
    STEP_ROWS(SPAWN_WHY, STATUS | STARTED_STATUS, PLAN),
    [SPAWN_PIDFD_INO] =
        FIELD(STARTED, "pidfd_ino", CLI_UINT,
              "identifies the process as long as the system runs, which its PID does not"),
    [SPAWN_PPID] = FIELD(PROCESS, "ppid", CLI_INT, "the parent process, as os.getppid"),
    [SPAWN_PGID] = FIELD(PROCESS | STARTED, "pgid", CLI_INT, "the process group, as os.getpgid"),
    [SPAWN_SID] = FIELD(PROCESS | STARTED, "sid", CLI_INT, "the session, as os.getsid"),
    [SPAWN_RUID] = FIELD(PROCESS, "ruid", CLI_UINT, "the real user id, as os.getresuid"),
    [SPAWN_EUID] = FIELD(PROCESS, "euid", CLI_UINT, "the effective one"),
    [SPAWN_SUID] = FIELD(PROCESS, "suid", CLI_UINT, "the saved one"),
    [SPAWN_RGID] = FIELD(PROCESS, "rgid", CLI_UINT, "the real group id, as os.getresgid"),
    [SPAWN_EGID] = FIELD(PROCESS, "egid", CLI_UINT, "the effective one"),
    [SPAWN_SGID] = FIELD(PROCESS, "sgid", CLI_UINT, "the saved one"),
    [SPAWN_GROUPS] = LIST("groups", CLI_UINT, "the supplementary groups, as os.getgroups"),
    [SPAWN_LOGIN] = FIELD(PROCESS, "login", CLI_BYTES, "who logged in, as os.getlogin"),
    [SPAWN_UMASK] = FIELD(PROCESS, "umask", CLI_MASK, "the mask of file modes, as os.umask"),
    [SPAWN_CWD] = FIELD(PROCESS, "cwd", CLI_BYTES, "the working directory, as os.getcwdb"),
    [SPAWN_EXEC_PATH] =
        LIST("exec_path", CLI_BYTES, "where programs are looked for, as os.get_exec_path"),
    [SPAWN_CTERMID] =
        FIELD(PROCESS, "ctermid", CLI_STRING, "the controlling terminal's name, as os.ctermid"),
    [SPAWN_PRIORITY] = FIELD(PROCESS, "priority", CLI_INT, "the nice value, as os.getpriority"),
    [SPAWN_LIMITS] =
        LIST("limits", CLI_STRING, "resource limits, each as --rlimit takes it: nofile=1024:4096"),
    [SPAWN_CAP_PERMITTED] = LIST("cap_permitted", CLI_STRING, "the permitted capabilities"),
    [SPAWN_CAP_EFFECTIVE] = LIST("cap_effective", CLI_STRING, "the effective capabilities"),
    [SPAWN_CAP_INHERITABLE] = LIST("cap_inheritable", CLI_STRING, "the inheritable capabilities"),
    [SPAWN_CAP_BOUNDING] = LIST("cap_bounding", CLI_STRING, "the bounding set"),
    [SPAWN_CAP_AMBIENT] = LIST("cap_ambient", CLI_STRING, "the ambient capabilities"),
    [SPAWN_NO_NEW_PRIVS] =
        FIELD(PROCESS, "no_new_privs", CLI_BOOL, "whether execution can give no privileges"),
    [SPAWN_SIGMASK] = LIST("sigmask", CLI_ENUM, "the signals that are blocked"),
    [SPAWN_SIGIGN] = LIST("sigign", CLI_ENUM, "the signals that are ignored"),
    [SPAWN_ENVIRON] = { .name = "environ",
                        .type = CLI_LIST,
                        .item = CLI_BYTES,
                        .views = PROCESS,
                        .help = "the environment, as os.environb" },
    [SPAWN_SYSNAME] = SYSTEM("sysname", "the operating system's name, as os.uname"),
    [SPAWN_NODENAME] = SYSTEM("nodename", "the host name"),
    [SPAWN_RELEASE] = SYSTEM("release", "the kernel's release"),
    [SPAWN_VERSION] = SYSTEM("version", "the kernel's version"),
    [SPAWN_MACHINE] = SYSTEM("machine", "the hardware, such as x86_64"),
    [SPAWN_DOMAINNAME] = SYSTEM("domainname", "the NIS domain name"),
};

/* ---- the view ---- */

bool spawn_names_field(const struct cli_call *call, unsigned view) {
    const char *list = call->common.fields;
    if (!list)
        return false;
    for (list += *list == '+';; list++) {
        size_t size = strcspn(list, ",");
        const struct cli_field *field = cli_find_field(call->command, list, size);
        if (field && cli_is_in_view(field, view))
            return true;
        list += size;
        if (!*list)
            return false;
    }
}

unsigned spawn_choose_view(const struct cli_call *call, const void *data) {
    const struct spawn_args *args = data;
    if (args->mode == SPAWN_DRY_RUN)
        return spawn_names_field(call, SPAWN_VIEW_PROCESS) ? SPAWN_VIEW_PROCESS : SPAWN_VIEW_PLAN;
    if (!call->program)
        return SPAWN_VIEW_PROCESS;
    if (args->mode != SPAWN_NOWAIT)
        return SPAWN_VIEW_STATUS;
    return args->status ? SPAWN_VIEW_STARTED_STATUS : SPAWN_VIEW_STARTED;
}

/* ---- lists ---- */

enum { SIGNALS = 64, CAPABILITIES = 64 };

struct value_list BASE_VEC(struct cli_value);

/* Lists of texts, one after another in `text`; the values point there once all are added. */
struct lists {
    struct buf text; /* each with a NUL; its failure stands for that of `values` too */
    struct value_list values;
};

static void end_text(struct lists *l, size_t start) {
    struct cli_value value = cli_bytes(NULL, l->text.len - start);
    buf_add_char(&l->text, '\0');
    if (!vec_push(&l->values, value))
        l->text.failed = true;
}

/* Returns the list of the values from `first` on. */
struct list_span {
    size_t first, count;
};

static struct list_span span_from(const struct lists *l, size_t first) {
    return (struct list_span){ first, l->values.count - first };
}

static void settle_lists(struct lists *l) {
    const char *text = l->text.data;
    for (size_t i = 0; i < l->values.count && !l->text.failed; i++) {
        struct cli_value *value = &l->values.items[i];
        value->bytes.data = text;
        text += value->bytes.size + 1;
    }
}

static struct cli_value list_of(const struct lists *l, struct list_span span) {
    return cli_list(span.count ? l->values.items + span.first : NULL, span.count);
}

static struct list_span add_signals(struct lists *l, uint64_t set) {
    size_t first = l->values.count;
    for (int signo = 1; signo <= SIGNALS; signo++) {
        char name[16];
        size_t start = l->text.len;
        if (!(set >> (signo - 1) & 1))
            continue;
        buf_add_str(&l->text, cli_signal_name(signo, name));
        end_text(l, start);
    }
    return span_from(l, first);
}

static struct list_span add_capabilities(struct lists *l, uint64_t set) {
    size_t first = l->values.count;
    for (int capability = 0; capability < CAPABILITIES; capability++) {
        size_t start = l->text.len;
        if (!(set >> capability & 1))
            continue;
        os_capability_name(capability, &l->text);
        end_text(l, start);
    }
    return span_from(l, first);
}

static void add_limit(struct buf *b, rlim_t limit) {
    if (limit == RLIM_INFINITY)
        buf_add_str(b, "unlimited");
    else
        buf_add_uint(b, limit);
}

static struct list_span add_limits(struct lists *l, const struct rlimit *limits) {
    size_t first = l->values.count;
    for (const struct cli_choice *c = spawn_limits; c->name[0]; c++) {
        size_t start = l->text.len;
        buf_add_str(&l->text, c->name);
        buf_add_char(&l->text, '=');
        add_limit(&l->text, limits[c->value].rlim_cur);
        buf_add_char(&l->text, ':');
        add_limit(&l->text, limits[c->value].rlim_max);
        end_text(l, start);
    }
    return span_from(l, first);
}

/* The elements of PATH, as they are: an empty one is the working directory. */
static struct list_span add_path(struct lists *l, const char *path) {
    size_t first = l->values.count;
    for (;; path++) {
        size_t start = l->text.len, size = strcspn(path, ":");
        buf_add(&l->text, path, size);
        end_text(l, start);
        path += size;
        if (!*path)
            return span_from(l, first);
    }
}

static struct list_span add_environ(struct lists *l, char **entries) {
    size_t first = l->values.count;
    for (; *entries; entries++) {
        size_t start = l->text.len;
        buf_add_str(&l->text, *entries);
        end_text(l, start);
    }
    return span_from(l, first);
}

/* ---- the state of a process ---- */

static void fill_lists(struct lists *l, const struct os_process_state *p, char **entries,
                       struct cli_value *values) {
    struct list_span capabilities[OS_CAP_SETS];
    struct list_span limits = add_limits(l, p->limits);
    struct list_span path = add_path(l, spawn_path(entries));
    struct list_span mask = add_signals(l, p->sigmask);
    struct list_span ignored = add_signals(l, p->sigign);
    struct list_span variables = add_environ(l, entries);
    for (int set = 0; set < OS_CAP_SETS; set++)
        capabilities[set] = add_capabilities(l, p->capabilities[set]);
    settle_lists(l);
    values[SPAWN_LIMITS] = list_of(l, limits);
    values[SPAWN_EXEC_PATH] = list_of(l, path);
    values[SPAWN_SIGMASK] = list_of(l, mask);
    values[SPAWN_SIGIGN] = list_of(l, ignored);
    values[SPAWN_ENVIRON] = list_of(l, variables);
    values[SPAWN_CAP_PERMITTED] = list_of(l, capabilities[OS_CAP_PERMITTED]);
    values[SPAWN_CAP_EFFECTIVE] = list_of(l, capabilities[OS_CAP_EFFECTIVE]);
    values[SPAWN_CAP_INHERITABLE] = list_of(l, capabilities[OS_CAP_INHERITABLE]);
    values[SPAWN_CAP_BOUNDING] = list_of(l, capabilities[OS_CAP_BOUNDING]);
    values[SPAWN_CAP_AMBIENT] = list_of(l, capabilities[OS_CAP_AMBIENT]);
}

static void fill_system(const struct utsname *system, struct cli_value *values) {
    values[SPAWN_SYSNAME] = cli_str(system->sysname);
    values[SPAWN_NODENAME] = cli_str(system->nodename);
    values[SPAWN_RELEASE] = cli_str(system->release);
    values[SPAWN_VERSION] = cli_str(system->version);
    values[SPAWN_MACHINE] = cli_str(system->machine);
    values[SPAWN_DOMAINNAME] = cli_str(system->domainname);
}

static void fill_process(const struct os_process_state *p, struct cli_value *values) {
    values[SPAWN_RESULT + WAIT_PID] = cli_int(p->pid);
    values[SPAWN_PPID] = cli_int(p->ppid);
    values[SPAWN_PGID] = cli_int(p->pgid);
    values[SPAWN_SID] = cli_int(p->sid);
    values[SPAWN_RUID] = cli_uint(p->ruid);
    values[SPAWN_EUID] = cli_uint(p->euid);
    values[SPAWN_SUID] = cli_uint(p->suid);
    values[SPAWN_RGID] = cli_uint(p->rgid);
    values[SPAWN_EGID] = cli_uint(p->egid);
    values[SPAWN_SGID] = cli_uint(p->sgid);
    values[SPAWN_UMASK] = cli_uint(p->umask);
    values[SPAWN_CTERMID] = cli_str("/dev/tty");
    values[SPAWN_PRIORITY] = cli_int(p->priority);
    values[SPAWN_NO_NEW_PRIVS] = cli_bool(p->no_new_privs);
    if (p->cwd.len)
        values[SPAWN_CWD] = cli_bytes(p->cwd.data, p->cwd.len);
}

/* Makes the fields of unknown parts null, once all are filled. */
static void blank_unknown(const struct os_process_state *p, struct cli_value *values) {
    static const struct {
        unsigned char part, field;
    } fields[] = {
        { OS_PART_PID, SPAWN_RESULT + WAIT_PID },
        { OS_PART_PID, SPAWN_PPID },
        { OS_PART_PGID, SPAWN_PGID },
        { OS_PART_SID, SPAWN_SID },
        { OS_PART_UIDS, SPAWN_RUID },
        { OS_PART_UIDS, SPAWN_EUID },
        { OS_PART_UIDS, SPAWN_SUID },
        { OS_PART_GIDS, SPAWN_RGID },
        { OS_PART_GIDS, SPAWN_EGID },
        { OS_PART_GIDS, SPAWN_SGID },
        { OS_PART_GROUPS, SPAWN_GROUPS },
        { OS_PART_CAPABILITIES, SPAWN_CAP_PERMITTED },
        { OS_PART_CAPABILITIES, SPAWN_CAP_EFFECTIVE },
        { OS_PART_NAMES, SPAWN_NODENAME },
        { OS_PART_NAMES, SPAWN_DOMAINNAME },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (p->unknown & fields[i].part)
            values[fields[i].field] = cli_null();
}

/* Looked up only if the field is selected. */
static void fill_login(struct cli *cli, const struct os_process_state *p,
                       struct os_name_cache *cache, struct cli_value *values) {
    struct base_error e;
    const char *name = NULL;
    if (!p->has_login || !cli_wants(cli_writer(cli), SPAWN_LOGIN))
        return;
    if (os_user_name(cache, p->login, &name, &e) < 0)
        cli_report_part(cli, &e);
    values[SPAWN_LOGIN] = cli_str(name);
}

static void emit_state(struct cli *cli, const struct os_process_state *p, char **entries) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    struct lists lists = { 0 };
    struct value_list groups = { 0 };
    struct os_name_cache cache = { 0 };
    fill_process(p, values);
    fill_system(&p->system, values);
    fill_login(cli, p, &cache, values);
    fill_lists(&lists, p, entries, values);
    bool good = !lists.text.failed;
    for (size_t i = 0; good && i < p->groups.count; i++)
        good = vec_push(&groups, cli_uint(p->groups.items[i]));
    values[SPAWN_GROUPS] = cli_list(groups.items, groups.count);
    blank_unknown(p, values);
    if (!good)
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    else
        cli_emit(cli, values);
    buf_finish(&lists.text);
    vec_finish(&lists.values);
    vec_finish(&groups);
    os_name_cache_finish(&cache);
}

void spawn_emit_process(struct cli *cli, const struct os_plan *plan, bool planned) {
    struct os_process_state p;
    struct base_error e;
    int r = os_process_state_get(&p, &e);
    if (r == 0 && planned)
        r = os_plan_predict(plan, &p, &e);
    if (r < 0)
        cli_report(cli, &e);
    else
        emit_state(cli, &p, plan->environ);
    os_process_state_finish(&p);
}

/* ---- steps ---- */

void spawn_emit_plan(struct cli *cli, const struct os_plan *plan) {
    const struct os_step *steps = plan->steps.items;
    for (size_t i = 0; i < plan->steps.count; i++) {
        struct cli_value values[SPAWN_FIELDS] = { 0 };
        values[SPAWN_WHY + STEP_INDEX] = cli_int((int64_t)i);
        values[SPAWN_WHY + STEP_STEP] = cli_str(os_step_name(steps[i].kind));
        values[SPAWN_WHY + STEP_OBJECT] = cli_str(steps[i].object);
        cli_emit(cli, values);
    }
}
