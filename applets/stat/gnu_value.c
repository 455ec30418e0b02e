/* SPDX-License-Identifier: 0BSD
 *
 * The directives of GNU stat, and their values.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "applets/common/file_record.h"
#include "applets/stat/gnu_value.h"
#include "cli/quote_gnu.h"
#include "os/mount.h"
#include "os/selinux.h"

enum { TYPE_MASK = OS_STATX_TYPE | OS_STATX_MODE };

enum form { UINT, INT, OCTAL, HEX, EPOCH, LOCAL, WORD, QUOTED, MOUNT, CONTEXT };

/* ---- the directives ---- */

#define IN(member) sizeof(((struct gnu *)0)->member), offsetof(struct gnu, member)
#define CALLED     0, 0

static const struct gnu_directive file_directives[] = {
    { "a", OCTAL, IN(permissions), OS_STATX_MODE },
    { "A", WORD, CALLED, TYPE_MASK },
    { "b", UINT, IN(st.stx_blocks), OS_STATX_BLOCKS },
    { "B", UINT, IN(block), 0 },
    { "C", CONTEXT, CALLED, 0 },
    { "d", UINT, IN(dev), 0 },
    { "Hd", UINT, IN(st.stx_dev_major), 0 },
    { "Ld", UINT, IN(st.stx_dev_minor), 0 },
    { "D", HEX, IN(dev), 0 },
    { "f", HEX, IN(st.stx_mode), TYPE_MASK },
    { "F", WORD, CALLED, TYPE_MASK | OS_STATX_SIZE },
    { "g", UINT, IN(st.stx_gid), OS_STATX_GID },
    { "G", WORD, CALLED, OS_STATX_GID },
    { "h", UINT, IN(st.stx_nlink), OS_STATX_NLINK },
    { "i", UINT, IN(st.stx_ino), OS_STATX_INO },
    { "m", MOUNT, CALLED, 0 },
    { "n", WORD, CALLED, 0 },
    { "N", QUOTED, CALLED, OS_STATX_TYPE },
    { "o", UINT, IN(st.stx_blksize), 0 },
    { "r", UINT, IN(rdev), 0 },
    { "Hr", UINT, IN(st.stx_rdev_major), 0 },
    { "Lr", UINT, IN(st.stx_rdev_minor), 0 },
    { "R", HEX, IN(rdev), 0 },
    { "s", INT, IN(st.stx_size), OS_STATX_SIZE },
    { "t", HEX, IN(st.stx_rdev_major), 0 },
    { "T", HEX, IN(st.stx_rdev_minor), 0 },
    { "u", UINT, IN(st.stx_uid), OS_STATX_UID },
    { "U", WORD, CALLED, OS_STATX_UID },
    { "w", LOCAL, IN(st.stx_btime), OS_STATX_BTIME },
    { "W", EPOCH, IN(st.stx_btime), OS_STATX_BTIME },
    { "x", LOCAL, IN(st.stx_atime), OS_STATX_ATIME },
    { "X", EPOCH, IN(st.stx_atime), OS_STATX_ATIME },
    { "y", LOCAL, IN(st.stx_mtime), OS_STATX_MTIME },
    { "Y", EPOCH, IN(st.stx_mtime), OS_STATX_MTIME },
    { "z", LOCAL, IN(st.stx_ctime), OS_STATX_CTIME },
    { "Z", EPOCH, IN(st.stx_ctime), OS_STATX_CTIME },
    { "", 0, 0, 0, 0 },
};

static const struct gnu_directive file_system_directives[] = {
    { "a", INT, IN(fs.f_bavail), 0 },
    { "b", INT, IN(fs.f_blocks), 0 },
    { "c", UINT, IN(fs.f_files), 0 },
    { "d", INT, IN(fs.f_ffree), 0 },
    { "f", INT, IN(fs.f_bfree), 0 },
    { "i", HEX, IN(fsid), 0 },
    { "l", UINT, IN(fs.f_namemax), 0 },
    { "n", WORD, CALLED, 0 },
    { "s", UINT, IN(fs.f_bsize), 0 },
    { "S", UINT, IN(fs.f_frsize), 0 },
    { "t", HEX, IN(fs.f_type), 0 },
    { "T", WORD, CALLED, 0 },
    { "", 0, 0, 0, 0 },
};

const struct gnu_directive *gnu_find_directive(const struct gnu *g, const struct cli_directive *d) {
    const struct gnu_directive *row =
        g->how->file_system ? file_system_directives : file_directives;
    char name[3] = { d->letter };
    if (d->modifier)
        memcpy(name, (char[]){ d->modifier, d->letter }, 2);
    while (row->name[0] && memcmp(row->name, name, sizeof name) != 0)
        row++;
    return row->name[0] ? row : NULL;
}

/* ---- failures ---- */

void gnu_complain(struct gnu *g, const char *what, const char *name, int errnum) {
    struct buf *b = &g->message;
    buf_clear(b);
    buf_add_str(b, what);
    if (name)
        cli_quote_gnu(b, name, strlen(name));
    buf_add_str(b, ": ");
    buf_add_str(b, strerror(errnum));
    cli_complain(g->cli, 1, NULL, buf_cstr(b));
}

/* ---- values ---- */

static void print_bytes(struct gnu *g, const struct cli_directive *d, const struct buf *b) {
    cli_template_name(g->out, d, cli_writer(g->cli)->terminal, b->data, b->len);
}

/* NULL: memory is short. */
static void print_str(struct gnu *g, const struct cli_directive *d, const char *text) {
    if (text)
        cli_template_name(g->out, d, cli_writer(g->cli)->terminal, text, strlen(text));
    else
        g->out->failed = true;
}

static void print_quoted(struct gnu *g, const struct cli_directive *d, const char *bytes,
                         size_t size) {
    cli_template_quoted(g->out, d, cli_writer(g->cli)->terminal, bytes, size);
}

static void print_quoted_name(struct gnu *g, const struct cli_directive *d) {
    struct base_error e;
    print_quoted(g, d, g->name, strlen(g->name));
    if (!S_ISLNK(g->st.stx_mode))
        return;
    buf_clear(&g->text);
    if (os_readlink(&g->file, &g->text, &e) < 0) {
        gnu_complain(g, "cannot read symbolic link ", g->name, e.errnum);
        return;
    }
    buf_add_str(g->out, " -> ");
    print_quoted(g, d, g->text.data, g->text.len);
}

/* Prints bytes that a call returned; "?" if it failed, which is reported. */
static void print_called(struct gnu *g, const struct cli_directive *d,
                         int (*call)(const struct os_file *file, struct buf *b,
                                     struct base_error *e),
                         const char *failure) {
    struct base_error e;
    buf_clear(&g->text);
    if (call(&g->file, &g->text, &e) == 0) {
        print_bytes(g, d, &g->text);
        return;
    }
    gnu_complain(g, failure, g->name, e.errnum);
    print_str(g, d, "?");
}

static const char *type_words(const struct os_statx *st) {
    switch (st->stx_mode & S_IFMT) {
    case S_IFREG:
        return st->stx_size ? "regular file" : "regular empty file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symbolic link";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    case S_IFBLK:
        return "block special file";
    case S_IFCHR:
        return "character special file";
    default: /* anonymous inodes */
        return "weird file";
    }
}

static uint64_t number_of(const struct gnu *g, const struct gnu_directive *row) {
    const char *member = (const char *)g + row->offset;
    uint64_t u64 = 0;
    uint32_t u32 = 0;
    uint16_t u16 = 0;
    if (row->size == sizeof u16)
        memcpy(&u16, member, sizeof u16);
    else if (row->size == sizeof u32)
        memcpy(&u32, member, sizeof u32);
    else
        memcpy(&u64, member, sizeof u64);
    return u64 + u32 + u16;
}

static void print_time(struct gnu *g, const struct cli_directive *d,
                       const struct gnu_directive *row) {
    struct os_statx_time t = { 0 };
    bool valid = g->st.stx_mask & row->mask;
    if (valid)
        memcpy(&t, (const char *)g + row->offset, sizeof t);
    if (row->form == EPOCH)
        cli_template_time(g->out, d, t.tv_sec, t.tv_nsec);
    else if (valid)
        cli_template_local(g->out, d, t.tv_sec, t.tv_nsec);
    else
        print_str(g, d, "-");
}

/* NULL: memory is short. */
static const char *file_system_type(struct gnu *g) {
    const char *name = os_statvfs_type_name(g->fs.f_type);
    if (name)
        return name;
    buf_clear(&g->text);
    buf_add_str(&g->text, "UNKNOWN (0x");
    buf_add_digits(&g->text, g->fs.f_type, 4, 1);
    buf_add_char(&g->text, ')');
    return buf_cstr(&g->text);
}

static const char *word_of(struct gnu *g, char letter, char mode_text[static 11]) {
    const char *name = NULL;
    if (letter == 'n')
        return g->name;
    if (letter == 'A')
        return file_mode_text(g->st.stx_mode, mode_text);
    if (letter == 'F')
        return type_words(&g->st);
    if (letter == 'T')
        return file_system_type(g);
    /* A look-up that fails is "UNKNOWN", too, as in GNU stat. */
    if (letter == 'U')
        os_user_name(&g->user, g->st.stx_uid, &name, NULL);
    else if (letter == 'G')
        os_group_name(&g->group, g->st.stx_gid, &name, NULL);
    return name ? name : "UNKNOWN";
}

void gnu_print_value(struct gnu *g, const struct cli_directive *d,
                     const struct gnu_directive *row) {
    char mode_text[11];
    switch ((enum form)row->form) {
    case UINT:
        cli_template_uint(g->out, d, number_of(g, row));
        break;
    case INT:
        cli_template_int(g->out, d, (int64_t)number_of(g, row));
        break;
    case OCTAL:
        cli_template_octal(g->out, d, number_of(g, row));
        break;
    case HEX:
        cli_template_hex(g->out, d, number_of(g, row));
        break;
    case EPOCH:
    case LOCAL:
        print_time(g, d, row);
        break;
    case QUOTED:
        print_quoted_name(g, d);
        break;
    case MOUNT:
        print_called(g, d, os_mount_point, "failed to canonicalize ");
        break;
    case CONTEXT:
        print_called(g, d, os_selinux_context, "failed to get security context of ");
        break;
    case WORD:
        print_str(g, d, word_of(g, d->letter, mode_text));
        break;
    }
}
