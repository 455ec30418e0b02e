/* SPDX-License-Identifier: 0BSD
 *
 * The calls that a file's fields need, one function each.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applets/common/file_query.h"
#include "os/file_capability.h"
#include "os/inode_flags.h"

/* One file that is queried. */
struct query_run {
    const struct cli_writer *writer;
    struct file_query *q;
    const struct os_file *file;
    struct cli_value *values;
};

static void set_value(const struct query_run *r, enum file_field field, struct cli_value value) {
    r->values[r->q->base + field] = value;
}

static bool fail(const struct query_run *r, const struct base_error *e) {
    r->q->fail(r->q->data, e, true);
    return false;
}

/* The fields concerned stay null. */
static bool fail_part(const struct query_run *r, const struct base_error *e) {
    r->q->fail(r->q->data, e, false);
    return true;
}

enum { BITS = 64 };
#define HEX_ROOM ((size_t)20) /* "0x" and 16 digits */

static bool out_of_memory(const struct query_run *r) {
    struct base_error e;
    base_fail(&e, ENOMEM, "malloc", NULL);
    return fail_part(r, &e);
}

/* Sets a list of the names of the bits that are set; a bit without a name is "0x" and its value. */
static bool set_flags(const struct query_run *r, enum file_field field, uint64_t flags,
                      const char *(*name_of)(unsigned bit), struct file_flag_names *names) {
    names->values.count = 0;
    buf_clear(&names->texts);
    /* Reserves room for all, because the values point into the texts. */
    if (!vec_reserve(&names->values, BITS) || !buf_reserve(&names->texts, BITS * HEX_ROOM))
        return out_of_memory(r);
    for (unsigned bit = 0; bit < BITS; bit++) {
        if (!(flags >> bit & 1))
            continue;
        struct cli_value name = cli_str(name_of(bit));
        if (!name.known) {
            size_t start = names->texts.len;
            buf_add_str(&names->texts, "0x");
            buf_add_digits(&names->texts, UINT64_C(1) << bit, 4, 1);
            name = cli_bytes(names->texts.data + start, names->texts.len - start);
        }
        names->values.items[names->values.count++] = name;
    }
    set_value(r, field, cli_list(names->values.items, names->values.count));
    return true;
}

/* ---- the calls; false: there is no record ---- */

static bool query_statx(const struct query_run *r) {
    struct base_error e;
    struct file_query *q = r->q;
    if (os_stat(r->file, (unsigned)(q->needs & FILE_NEEDS_MASK), q->sync, &q->st, &e) < 0)
        return fail(r, &e);
    file_record_set_statx(r->writer, q->base, &q->st, q->mode_text, r->values);
    return true;
}

static bool query_mount_unique(const struct query_run *r) {
    struct base_error e;
    struct os_statx st;
    if (os_stat(r->file, OS_STATX_MNT_ID_UNIQUE, r->q->sync, &st, &e) < 0)
        return fail(r, &e);
    if (st.stx_mask & OS_STATX_MNT_ID_UNIQUE)
        set_value(r, FILE_STX_MNT_ID_UNIQUE, cli_uint(st.stx_mnt_id));
    return true;
}

static bool query_user(const struct query_run *r) {
    struct base_error e;
    const char *name;
    bool found = os_user_name(&r->q->user, r->q->st.stx_uid, &name, &e) == 0;
    set_value(r, FILE_USER, cli_str(name));
    return found || fail_part(r, &e);
}

static bool query_group(const struct query_run *r) {
    struct base_error e;
    const char *name;
    bool found = os_group_name(&r->q->group, r->q->st.stx_gid, &name, &e) == 0;
    set_value(r, FILE_GROUP, cli_str(name));
    return found || fail_part(r, &e);
}

static bool query_target(const struct query_run *r) {
    struct base_error e;
    struct buf *target = &r->q->target;
    if (!S_ISLNK(r->q->st.stx_mode))
        return true;
    buf_clear(target);
    if (os_readlink(r->file, target, &e) < 0)
        return fail_part(r, &e);
    set_value(r, FILE_TARGET, cli_bytes(target->data, target->len));
    return true;
}

static bool query_caps(const struct query_run *r) {
    struct base_error e;
    struct buf *caps = &r->q->caps;
    unsigned rootid;
    if (!S_ISREG(r->q->st.stx_mode))
        return true;
    buf_clear(caps);
    if (os_file_capabilities(r->file, caps, &rootid, &e) < 0)
        return fail_part(r, &e);
    if (caps->len) {
        set_value(r, FILE_CAPS, cli_bytes(caps->data, caps->len));
        set_value(r, FILE_CAPS_ROOTID, cli_uint(rootid));
    }
    return true;
}

static bool query_flags(const struct query_run *r) {
    struct base_error e;
    struct os_inode_flags found;
    int result = os_inode_flags(r->file, r->q->st.stx_mode, &found, &e);
    if (result < 0)
        return result == -EOPNOTSUPP || fail_part(r, &e);
    if (found.has_project)
        set_value(r, FILE_PROJID, cli_uint(found.project));
    return set_flags(r, FILE_FLAGS, found.flags, os_inode_flag_name, &r->q->flags);
}

static bool query_statvfs(const struct query_run *r) {
    struct base_error e;
    struct os_statvfs fs;
    if (os_statvfs(r->file, &fs, &e) < 0)
        return fail(r, &e);
    file_record_set_statvfs(r->writer, r->q->base, &fs, r->values);
    set_value(r, FILE_F_TYPENAME, cli_str(os_statvfs_type_name(fs.f_type)));
    return set_flags(r, FILE_F_FLAGS, fs.f_flag, os_statvfs_flag_name, &r->q->f_flags);
}

static bool query_access(const struct query_run *r) {
    struct base_error e;
    bool allowed;
    if (os_access(r->file, r->q->access_mode, r->q->effective, &allowed, &e) < 0)
        return fail(r, &e);
    r->q->denied = !allowed;
    set_value(r, FILE_ACCESS, cli_bool(allowed));
    return true;
}

static bool query_pathconf(const struct query_run *r) {
    struct base_error e;
    int fd = os_file_open(r->file, &e);
    if (fd < 0)
        return fail(r, &e);
    for (unsigned i = 0; os_pathconf_names[i].number >= 0; i++) {
        enum file_field field = (enum file_field)(FILE_PC_ALLOC_SIZE_MIN + i);
        bool has_value;
        int64_t value;
        if (!cli_wants(r->writer, r->q->base + field))
            continue;
        if (os_pathconf(fd, os_pathconf_names[i].number, &has_value, &value, r->file->path, &e) < 0)
            fail_part(r, &e);
        else if (has_value)
            set_value(r, field, cli_int(value));
    }
    close(fd);
    return true;
}

/* In this order: the later ones use the result of statx. */
static const struct {
    uint64_t need;
    bool (*query)(const struct query_run *r);
} queries[] = {
    { FILE_NEEDS_STATX, query_statx },   { FILE_NEEDS_MNT_UNIQUE, query_mount_unique },
    { FILE_NEEDS_USER, query_user },     { FILE_NEEDS_GROUP, query_group },
    { FILE_NEEDS_TARGET, query_target }, { FILE_NEEDS_CAPS, query_caps },
    { FILE_NEEDS_FLAGS, query_flags },   { FILE_NEEDS_STATVFS, query_statvfs },
    { FILE_NEEDS_ACCESS, query_access }, { FILE_NEEDS_PATHCONF, query_pathconf },
};

bool file_query_fill(const struct cli_writer *writer, struct file_query *q,
                     const struct os_file *file, const char *path, struct cli_value *values) {
    const struct query_run r = { writer, q, file, values };
    /* Only selected fields: the table is long, and walk calls this for each entry. */
    for (size_t i = 0; i < writer->selected; i++)
        if (writer->selection[i] - q->base < FILE_FIELDS)
            values[writer->selection[i]] = cli_null();
    q->denied = false;
    set_value(&r, FILE_PATH, cli_str(path));
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        if (q->needs & queries[i].need && !queries[i].query(&r))
            return false;
    return true;
}

static void finish_flag_names(struct file_flag_names *names) {
    vec_finish(&names->values);
    buf_finish(&names->texts);
}

void file_query_finish(struct file_query *q) {
    os_name_cache_finish(&q->user);
    os_name_cache_finish(&q->group);
    finish_flag_names(&q->flags);
    finish_flag_names(&q->f_flags);
    buf_finish(&q->target);
    buf_finish(&q->caps);
}
