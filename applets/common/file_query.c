/* SPDX-License-Identifier: 0BSD
 *
 * The values of a file's fields: which call tells which, and how its answer
 * becomes values.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "applets/common/file_record.h"
#include "os/capability.h"
#include "os/descriptor.h"
#include "os/inode_flags.h"
#include "os/statvfs.h"

/* st_mode's type bits and permission bits are two bits of the mask. */
#define MASK_MODE ((unsigned)(OS_STATX_TYPE | OS_STATX_MODE))

/* ---- from os structs to values ---- */

const char *stat_type_name(unsigned mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symlink";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    case S_IFBLK:
        return "block";
    case S_IFCHR:
        return "character";
    default: /* anonymous inodes (epoll, timerfd) have no type bits */
        return NULL;
    }
}

static char special_bit(unsigned mode, unsigned special, unsigned execute, const char *letters) {
    if (mode & special)
        return letters[mode & execute ? 1 : 0];
    return mode & execute ? 'x' : '-';
}

const char *stat_mode_text(unsigned mode, char text[static 11]) {
    static const char letters[] = "?pc?d?b?-?l?s???";
    text[0] = letters[mode >> 12 & 15];
    for (unsigned who = 0; who < 3; who++) {
        text[1 + 3 * who] = mode & 0400U >> 3 * who ? 'r' : '-';
        text[2 + 3 * who] = mode & 0200U >> 3 * who ? 'w' : '-';
    }
    text[3] = special_bit(mode, S_ISUID, 0100, "Ss");
    text[6] = special_bit(mode, S_ISGID, 0010, "Ss");
    text[9] = special_bit(mode, S_ISVTX, 0001, "Tt");
    text[10] = '\0';
    return text;
}

/* A member is null unless the mask says that the kernel told it. */
static struct cli_value known_uint(const struct os_statx *st, unsigned mask, uint64_t value) {
    return (st->stx_mask & mask) == mask ? cli_uint(value) : cli_null();
}

static struct cli_value known_time(const struct os_statx *st, unsigned mask,
                                   const struct os_statx_time *t) {
    return st->stx_mask & mask ? cli_time(t->tv_sec, t->tv_nsec) : cli_null();
}

static struct cli_value attribute(const struct os_statx *st, uint64_t bit) {
    return st->stx_attributes_mask & bit ? cli_bool(st->stx_attributes & bit) : cli_null();
}

static struct cli_value name_value(struct stat_query *q,
                                   int (*look_up)(struct os_name_cache *, unsigned, const char **,
                                                  struct base_error *),
                                   struct os_name_cache *cache, unsigned id) {
    struct base_error e;
    const char *name;
    if (look_up(cache, id, &name, &e) < 0)
        q->fail(q->data, &e, false);
    return cli_str(name);
}

static struct cli_value file_value(struct stat_query *q, enum stat_field field) {
    const struct os_statx *st = &q->st;
    switch (field) {
    case STAT_TYPE:
        return st->stx_mask & OS_STATX_TYPE ? cli_str(stat_type_name(st->stx_mode)) : cli_null();
    case STAT_MODE:
        return cli_str(stat_mode_text(st->stx_mode, q->mode_text));
    case STAT_ST_MODE:
        return known_uint(st, MASK_MODE, st->stx_mode);
    case STAT_ST_INO:
        return known_uint(st, OS_STATX_INO, st->stx_ino);
    case STAT_ST_DEV:
        return cli_uint(makedev(st->stx_dev_major, st->stx_dev_minor));
    case STAT_ST_NLINK:
        return known_uint(st, OS_STATX_NLINK, st->stx_nlink);
    case STAT_ST_UID:
        return known_uint(st, OS_STATX_UID, st->stx_uid);
    case STAT_ST_GID:
        return known_uint(st, OS_STATX_GID, st->stx_gid);
    case STAT_ST_SIZE:
        return known_uint(st, OS_STATX_SIZE, st->stx_size);
    case STAT_ST_ATIME:
    case STAT_ST_ATIME_NS:
    case STAT_ATIME:
        return known_time(st, OS_STATX_ATIME, &st->stx_atime);
    case STAT_ST_MTIME:
    case STAT_ST_MTIME_NS:
    case STAT_MTIME:
        return known_time(st, OS_STATX_MTIME, &st->stx_mtime);
    case STAT_ST_CTIME:
    case STAT_ST_CTIME_NS:
    case STAT_CTIME:
        return known_time(st, OS_STATX_CTIME, &st->stx_ctime);
    case STAT_ST_BIRTHTIME:
    case STAT_ST_BIRTHTIME_NS:
    case STAT_BIRTHTIME:
        return known_time(st, OS_STATX_BTIME, &st->stx_btime);
    case STAT_ST_BLOCKS:
        return known_uint(st, OS_STATX_BLOCKS, st->stx_blocks);
    case STAT_ST_BLKSIZE:
        return cli_uint(st->stx_blksize);
    case STAT_ST_RDEV:
        return cli_uint(makedev(st->stx_rdev_major, st->stx_rdev_minor));
    case STAT_USER:
        return name_value(q, os_user_name, &q->user, st->stx_uid);
    case STAT_GROUP:
        return name_value(q, os_group_name, &q->group, st->stx_gid);
    case STAT_DEV_MAJOR:
        return cli_uint(st->stx_dev_major);
    case STAT_DEV_MINOR:
        return cli_uint(st->stx_dev_minor);
    case STAT_RDEV_MAJOR:
        return cli_uint(st->stx_rdev_major);
    case STAT_RDEV_MINOR:
        return cli_uint(st->stx_rdev_minor);
    case STAT_STX_MASK:
        return cli_uint(st->stx_mask);
    case STAT_STX_ATTRIBUTES:
        return cli_uint(st->stx_attributes);
    case STAT_STX_ATTRIBUTES_MASK:
        return cli_uint(st->stx_attributes_mask);
    case STAT_ATTR_COMPRESSED:
        return attribute(st, OS_STATX_ATTR_COMPRESSED);
    case STAT_ATTR_IMMUTABLE:
        return attribute(st, OS_STATX_ATTR_IMMUTABLE);
    case STAT_ATTR_APPEND:
        return attribute(st, OS_STATX_ATTR_APPEND);
    case STAT_ATTR_NODUMP:
        return attribute(st, OS_STATX_ATTR_NODUMP);
    case STAT_ATTR_ENCRYPTED:
        return attribute(st, OS_STATX_ATTR_ENCRYPTED);
    case STAT_ATTR_AUTOMOUNT:
        return attribute(st, OS_STATX_ATTR_AUTOMOUNT);
    case STAT_ATTR_MOUNT_ROOT:
        return attribute(st, OS_STATX_ATTR_MOUNT_ROOT);
    case STAT_ATTR_VERITY:
        return attribute(st, OS_STATX_ATTR_VERITY);
    case STAT_ATTR_DAX:
        return attribute(st, OS_STATX_ATTR_DAX);
    case STAT_ATTR_WRITE_ATOMIC:
        return attribute(st, OS_STATX_ATTR_WRITE_ATOMIC);
    case STAT_STX_MNT_ID:
        return known_uint(st, OS_STATX_MNT_ID, st->stx_mnt_id);
    case STAT_STX_DIO_MEM_ALIGN:
        return known_uint(st, OS_STATX_DIOALIGN, st->stx_dio_mem_align);
    case STAT_STX_DIO_OFFSET_ALIGN:
        return known_uint(st, OS_STATX_DIOALIGN, st->stx_dio_offset_align);
    case STAT_STX_DIO_READ_OFFSET_ALIGN:
        return known_uint(st, OS_STATX_DIO_READ_ALIGN, st->stx_dio_read_offset_align);
    case STAT_STX_SUBVOL:
        return known_uint(st, OS_STATX_SUBVOL, st->stx_subvol);
    case STAT_STX_ATOMIC_WRITE_UNIT_MIN:
        return known_uint(st, OS_STATX_WRITE_ATOMIC, st->stx_atomic_write_unit_min);
    case STAT_STX_ATOMIC_WRITE_UNIT_MAX:
        return known_uint(st, OS_STATX_WRITE_ATOMIC, st->stx_atomic_write_unit_max);
    case STAT_STX_ATOMIC_WRITE_UNIT_MAX_OPT:
        return known_uint(st, OS_STATX_WRITE_ATOMIC, st->stx_atomic_write_unit_max_opt);
    case STAT_STX_ATOMIC_WRITE_SEGMENTS_MAX:
        return known_uint(st, OS_STATX_WRITE_ATOMIC, st->stx_atomic_write_segments_max);
    default: /* not statx's: filled where it is asked */
        return cli_null();
    }
}

enum { BITS = 64 };
#define HEX_ROOM ((size_t)20) /* "0x" and 16 digits */

static struct cli_value out_of_memory(const struct stat_query *q) {
    struct base_error e;
    base_fail(&e, ENOMEM, "malloc", NULL);
    q->fail(q->data, &e, false);
    return cli_null();
}

/* The names of the bits that are set; a bit without a name is "0x" and its value. */
static struct cli_value flag_list(const struct stat_query *q, uint64_t flags,
                                  const char *(*name_of)(unsigned bit), struct stat_names *names) {
    buf_clear(&names->values);
    buf_clear(&names->texts);
    /* Room for all at once: the values point into the texts. */
    if (!buf_reserve(&names->values, BITS * sizeof(struct cli_value)) ||
        !buf_reserve(&names->texts, BITS * HEX_ROOM))
        return out_of_memory(q);
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
        buf_add(&names->values, &name, sizeof name);
    }
    return cli_list((const struct cli_value *)(const void *)names->values.data,
                    names->values.len / sizeof(struct cli_value));
}

static void fill_statvfs(struct stat_query *q, const struct os_statvfs *fs,
                         struct cli_value *values) {
    values[STAT_F_BSIZE] = cli_uint(fs->f_bsize);
    values[STAT_F_FRSIZE] = cli_uint(fs->f_frsize);
    values[STAT_F_BLOCKS] = cli_uint(fs->f_blocks);
    values[STAT_F_BFREE] = cli_uint(fs->f_bfree);
    values[STAT_F_BAVAIL] = cli_uint(fs->f_bavail);
    values[STAT_F_FILES] = cli_uint(fs->f_files);
    values[STAT_F_FFREE] = cli_uint(fs->f_ffree);
    values[STAT_F_FAVAIL] = cli_uint(fs->f_favail);
    values[STAT_F_FLAG] = cli_uint(fs->f_flag);
    values[STAT_F_NAMEMAX] = cli_uint(fs->f_namemax);
    values[STAT_F_FSID] = cli_uint(fs->f_fsid);
    values[STAT_F_TYPE] = cli_uint(fs->f_type);
    values[STAT_F_TYPENAME] = cli_str(os_statvfs_type_name(fs->f_type));
    values[STAT_F_FLAGS] = flag_list(q, fs->f_flag, os_statvfs_flag_name, &q->flags);
}

static void fill_descriptor(const struct os_descriptor *d, struct cli_value *values) {
    values[STAT_TTY] = cli_bool(d->tty);
    values[STAT_BLOCKING] = cli_bool(d->blocking);
    values[STAT_INHERITABLE] = cli_bool(d->inheritable);
    values[STAT_OFFSET] = d->has_offset ? cli_int(d->offset) : cli_null();
    values[STAT_FD_PGRP] = d->has_pgrp ? cli_int(d->pgrp) : cli_null();
    values[STAT_COLUMNS] = d->has_size ? cli_uint(d->columns) : cli_null();
    values[STAT_LINES] = d->has_size ? cli_uint(d->lines) : cli_null();
}

/* ---- asking ---- */

/* One file being asked about. */
struct asking {
    const struct cli_writer *writer;
    struct stat_query *q;
    const struct os_file *w;
    struct cli_value *values;
};

static bool ask_file(const struct asking *a) {
    struct base_error e;
    struct stat_query *q = a->q;
    unsigned mask = (unsigned)(q->needs & STAT_NEEDS_STATX);
    if (os_stat(a->w, mask, q->sync, &q->st, &e) < 0) {
        a->q->fail(a->q->data, &e, true);
        return false;
    }
    const struct cli_writer *w = a->writer;
    for (size_t i = 0; i < w->selected; i++)
        if (w->selection[i] > STAT_PATH && w->selection[i] < STAT_F_BSIZE)
            a->values[w->selection[i]] = file_value(q, (enum stat_field)w->selection[i]);
    return true;
}

static bool ask_mount_unique(const struct asking *a) {
    struct base_error e;
    struct os_statx st;
    if (os_stat(a->w, OS_STATX_MNT_ID_UNIQUE, a->q->sync, &st, &e) < 0) {
        a->q->fail(a->q->data, &e, true);
        return false;
    }
    a->values[STAT_STX_MNT_ID_UNIQUE] = known_uint(&st, OS_STATX_MNT_ID_UNIQUE, st.stx_mnt_id);
    return true;
}

static bool ask_target(const struct asking *a) {
    struct base_error e;
    if (!S_ISLNK(a->q->st.stx_mode))
        return true;
    buf_clear(&a->q->target);
    if (os_readlink(a->w, &a->q->target, &e) < 0)
        a->q->fail(a->q->data, &e, false);
    else
        a->values[STAT_TARGET] = cli_bytes(a->q->target.data, a->q->target.len);
    return true;
}

static bool ask_caps(const struct asking *a) {
    struct base_error e;
    unsigned rootid;
    if (!S_ISREG(a->q->st.stx_mode))
        return true;
    buf_clear(&a->q->caps);
    if (os_file_capabilities(a->w, &a->q->caps, &rootid, &e) < 0) {
        a->q->fail(a->q->data, &e, false);
    } else if (a->q->caps.len) {
        a->values[STAT_CAPS] = cli_bytes(a->q->caps.data, a->q->caps.len);
        a->values[STAT_CAPS_ROOTID] = cli_uint(rootid);
    }
    return true;
}

static bool ask_attributes(const struct asking *a) {
    struct base_error e;
    struct os_inode_flags found;
    int r = os_inode_flags(a->w, a->q->st.stx_mode, &found, &e);
    if (r < 0) {
        if (r != -EOPNOTSUPP)
            a->q->fail(a->q->data, &e, false);
        return true;
    }
    a->values[STAT_FLAGS] = flag_list(a->q, found.flags, os_inode_flag_name, &a->q->attributes);
    if (found.has_project)
        a->values[STAT_PROJID] = cli_uint(found.project);
    return true;
}

static bool ask_statvfs(const struct asking *a) {
    struct base_error e;
    struct os_statvfs fs;
    if (os_statvfs(a->w, &fs, &e) < 0) {
        a->q->fail(a->q->data, &e, true);
        return false;
    }
    fill_statvfs(a->q, &fs, a->values);
    return true;
}

static bool ask_access(const struct asking *a) {
    struct base_error e;
    bool allowed;
    if (os_access(a->w, a->q->access_mode, a->q->effective, &allowed, &e) < 0) {
        a->q->fail(a->q->data, &e, true);
        return false;
    }
    a->values[STAT_ACCESS] = cli_bool(allowed);
    return true;
}

static bool ask_pathconf(const struct asking *a) {
    struct base_error e;
    int fd = os_file_open(a->w, &e);
    if (fd < 0) {
        a->q->fail(a->q->data, &e, true);
        return false;
    }
    for (unsigned i = 0; os_pathconf_names[i].number >= 0; i++) {
        bool known;
        int64_t value;
        if (!cli_wants(a->writer, STAT_PC_ALLOC_SIZE_MIN + i))
            continue;
        if (os_pathconf(fd, os_pathconf_names[i].number, &known, &value, a->w->path, &e) < 0)
            a->q->fail(a->q->data, &e, false);
        else if (known)
            a->values[STAT_PC_ALLOC_SIZE_MIN + i] = cli_int(value);
    }
    close(fd);
    return true;
}

/* A path has no descriptor: its fields stay null. */
static bool ask_descriptor(const struct asking *a) {
    struct base_error e;
    struct os_descriptor d;
    if (a->w->path)
        return true;
    if (os_describe_descriptor(a->w->dir_fd, &d, &e) < 0) {
        a->q->fail(a->q->data, &e, true);
        return false;
    }
    fill_descriptor(&d, a->values);
    return true;
}

static bool ask_ttyname(const struct asking *a) {
    struct base_error e;
    if (a->w->path || !isatty(a->w->dir_fd))
        return true;
    buf_clear(&a->q->ttyname);
    int r = os_ttyname(a->w->dir_fd, &a->q->ttyname, &e);
    if (r == 0)
        a->values[STAT_TTYNAME] = cli_bytes(a->q->ttyname.data, a->q->ttyname.len);
    else if (r != -ENODEV && r != -ENOTTY)
        a->q->fail(a->q->data, &e, false);
    return true;
}

/* Each need and who asks for it, in order: the later ones look at what statx said. */
static const struct {
    uint64_t need;
    bool (*ask)(const struct asking *a);
} questions[] = {
    { STAT_NEEDS_FILE, ask_file },
    { STAT_NEEDS_MNT_UNIQUE, ask_mount_unique },
    { STAT_NEEDS_TARGET, ask_target },
    { STAT_NEEDS_CAPS, ask_caps },
    { STAT_NEEDS_ATTRIBUTES, ask_attributes },
    { STAT_NEEDS_STATVFS, ask_statvfs },
    { STAT_NEEDS_ACCESS, ask_access },
    { STAT_NEEDS_PATHCONF, ask_pathconf },
    { STAT_NEEDS_DESCRIPTOR, ask_descriptor },
    { STAT_NEEDS_TTYNAME, ask_ttyname },
};

bool stat_fill(const struct cli_writer *writer, struct stat_query *q, const struct os_file *w,
               const char *path, struct cli_value *values) {
    struct asking a = { writer, q, w, values };
    /* Only what is looked at: the table is long, and walk comes here for each entry. */
    for (size_t i = 0; i < writer->selected; i++)
        values[writer->selection[i]] = cli_null();
    values[STAT_ACCESS] = cli_null(); /* it also decides stat's status */
    values[STAT_PATH] = cli_str(path);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (q->needs & questions[i].need && !questions[i].ask(&a))
            return false;
    return true;
}

void stat_query_finish(struct stat_query *q) {
    os_name_cache_finish(&q->user);
    os_name_cache_finish(&q->group);
    buf_finish(&q->flags.values);
    buf_finish(&q->flags.texts);
    buf_finish(&q->attributes.values);
    buf_finish(&q->attributes.texts);
    buf_finish(&q->target);
    buf_finish(&q->caps);
    buf_finish(&q->ttyname);
}
