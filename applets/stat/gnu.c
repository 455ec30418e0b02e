/* SPDX-License-Identifier: 0BSD
 *
 * The forms of GNU stat.
 *
 * Deviations (tests/oracle/gnu_stat.py has each with its reason): %N is quoted
 * whatever the flags; times before 1970 are rounded as GNU's manual says; no
 * padding goes beyond the width; %m sees bind mounts; no locale and no
 * QUOTING_STYLE.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "applets/common/file_record.h"
#include "applets/stat/gnu.h"
#include "cli/quote_gnu.h"
#include "cli/template.h"
#include "os/mount.h"
#include "os/selinux.h"
#include "os/statvfs.h"
#include "os/users.h"

enum { OUTPUT_BLOCK = 65536, TYPE_MASK = OS_STATX_TYPE | OS_STATX_MODE };

static const char terse_file[] = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o";
static const char terse_file_selinux[] = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o %C";
static const char terse_file_system[] = "%n %i %l %t %s %S %b %f %a %c %d";

/* A run, and the file that it is at. */
struct gnu {
    struct cli *cli;
    struct buf *out;
    const struct stat_gnu *how;
    const char *format;
    unsigned mask; /* OS_STATX_* that the format needs */

    const char *name;
    struct os_file where;
    struct os_statx st;
    uint64_t dev, rdev;
    uint64_t block; /* size of those of st_blocks */
    uint64_t permissions;
    struct os_statvfs fs;
    uint64_t fsid;

    struct os_name_cache user, group;
    struct buf text; /* a value on its way */
    struct buf message;
};

/* ---- the directives ---- */

enum form { UINT, INT, OCTAL, HEX, EPOCH, LOCAL, WORD, QUOTED, MOUNT, CONTEXT };

struct directive {
    char name[3];    /* with its modifier */
    uint8_t form;    /* enum form */
    uint8_t size;    /* of the member that holds the value */
    uint16_t offset; /* and where it is */
    uint16_t mask;   /* OS_STATX_* that it needs */
};

#define IN(member) sizeof(((struct gnu *)0)->member), offsetof(struct gnu, member)
#define ASKED      0, 0

static const struct directive file_directives[] = {
    { "a", OCTAL, IN(permissions), OS_STATX_MODE },
    { "A", WORD, ASKED, TYPE_MASK },
    { "b", UINT, IN(st.stx_blocks), OS_STATX_BLOCKS },
    { "B", UINT, IN(block), 0 },
    { "C", CONTEXT, ASKED, 0 },
    { "d", UINT, IN(dev), 0 },
    { "Hd", UINT, IN(st.stx_dev_major), 0 },
    { "Ld", UINT, IN(st.stx_dev_minor), 0 },
    { "D", HEX, IN(dev), 0 },
    { "f", HEX, IN(st.stx_mode), TYPE_MASK },
    { "F", WORD, ASKED, TYPE_MASK | OS_STATX_SIZE },
    { "g", UINT, IN(st.stx_gid), OS_STATX_GID },
    { "G", WORD, ASKED, OS_STATX_GID },
    { "h", UINT, IN(st.stx_nlink), OS_STATX_NLINK },
    { "i", UINT, IN(st.stx_ino), OS_STATX_INO },
    { "m", MOUNT, ASKED, 0 },
    { "n", WORD, ASKED, 0 },
    { "N", QUOTED, ASKED, OS_STATX_TYPE },
    { "o", UINT, IN(st.stx_blksize), 0 },
    { "r", UINT, IN(rdev), 0 },
    { "Hr", UINT, IN(st.stx_rdev_major), 0 },
    { "Lr", UINT, IN(st.stx_rdev_minor), 0 },
    { "R", HEX, IN(rdev), 0 },
    { "s", INT, IN(st.stx_size), OS_STATX_SIZE },
    { "t", HEX, IN(st.stx_rdev_major), 0 },
    { "T", HEX, IN(st.stx_rdev_minor), 0 },
    { "u", UINT, IN(st.stx_uid), OS_STATX_UID },
    { "U", WORD, ASKED, OS_STATX_UID },
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

static const struct directive file_system_directives[] = {
    { "a", INT, IN(fs.f_bavail), 0 },
    { "b", INT, IN(fs.f_blocks), 0 },
    { "c", UINT, IN(fs.f_files), 0 },
    { "d", INT, IN(fs.f_ffree), 0 },
    { "f", INT, IN(fs.f_bfree), 0 },
    { "i", HEX, IN(fsid), 0 },
    { "l", UINT, IN(fs.f_namemax), 0 },
    { "n", WORD, ASKED, 0 },
    { "s", UINT, IN(fs.f_bsize), 0 },
    { "S", UINT, IN(fs.f_frsize), 0 },
    { "t", HEX, IN(fs.f_type), 0 },
    { "T", WORD, ASKED, 0 },
    { "", 0, 0, 0, 0 },
};

/* NULL: there is none of that name. */
static const struct directive *find_directive(const struct gnu *g, const struct cli_directive *d) {
    const struct directive *row = g->how->file_system ? file_system_directives : file_directives;
    char name[3] = { d->letter };
    if (d->modifier)
        memcpy(name, (char[]){ d->modifier, d->letter }, 2);
    while (row->name[0] && memcmp(row->name, name, sizeof name) != 0)
        row++;
    return row->name[0] ? row : NULL;
}

static struct cli_template template_of(const struct gnu *g) {
    return (struct cli_template){
        .at = g->format,
        .modified = g->how->file_system ? "" : "dr",
        .escapes = g->how->escapes,
    };
}

/* What the format needs of statx. */
static unsigned mask_of(const struct gnu *g) {
    struct cli_template t = template_of(g);
    struct cli_piece piece;
    unsigned mask = 0;
    while (cli_template_next(&t, &piece)) {
        const struct directive *row = NULL;
        if (piece.kind == CLI_PIECE_DIRECTIVE)
            row = find_directive(g, &piece.directive);
        mask |= row ? row->mask : 0;
    }
    return mask;
}

/* ---- messages ---- */

static void complain(struct gnu *g, const char *what, const char *name, int errnum) {
    struct buf *b = &g->message;
    buf_clear(b);
    buf_add_str(b, what);
    if (name)
        cli_quote_gnu(b, name, strlen(name));
    buf_add_str(b, ": ");
    buf_add_str(b, strerror(errnum));
    cli_complain(g->cli, 1, NULL, buf_cstr(b));
}

/* Its characters are flags, digits, a point and a letter, which may be anything. */
static void complain_of_directive(struct gnu *g, const struct cli_piece *piece) {
    struct buf *b = &g->message;
    buf_clear(b);
    buf_add_char(b, '\'');
    for (size_t i = 0; i < piece->size; i++) {
        if (piece->text[i] == '\'')
            buf_add_char(b, '\\');
        cli_quote_text(b, piece->text + i, 1, '\0');
    }
    buf_add_str(b, "': invalid directive");
    cli_complain(g->cli, 1, NULL, buf_cstr(b));
}

/* GNU's warnings are no errors: the status stays what it was. */
static void warn_of_escape(struct gnu *g, const struct cli_piece *piece) {
    struct cli *cli = g->cli;
    struct buf *b = &g->message;
    const char *error = cli->outcome.error;
    int status = cli->outcome.status;
    buf_clear(b);
    if (piece->size > 1) {
        buf_add_str(b, "warning: unrecognized escape '\\");
        cli_quote_text(b, piece->text + 1, piece->size - 1, '\0');
        buf_add_char(b, '\'');
    } else {
        buf_add_str(b, "warning: backslash at end of format");
    }
    cli_complain(cli, CLI_EX_OK, NULL, buf_cstr(b));
    cli->outcome.error = error;
    cli->outcome.status = status;
}

/* ---- values ---- */

static void put_bytes(struct gnu *g, const struct cli_directive *d, const struct buf *b) {
    cli_template_name(g->out, d, cli_writer(g->cli)->terminal, b->data, b->len);
}

static void put_str(struct gnu *g, const struct cli_directive *d, const char *text) {
    cli_template_name(g->out, d, cli_writer(g->cli)->terminal, text, strlen(text));
}

static void put_quoted(struct gnu *g, const struct cli_directive *d, const char *bytes,
                       size_t size) {
    cli_template_quoted(g->out, d, cli_writer(g->cli)->terminal, bytes, size);
}

static void put_quoted_name(struct gnu *g, const struct cli_directive *d) {
    struct base_error e;
    put_quoted(g, d, g->name, strlen(g->name));
    if (!S_ISLNK(g->st.stx_mode))
        return;
    buf_clear(&g->text);
    if (os_readlink(&g->where, &g->text, &e) < 0) {
        complain(g, "cannot read symbolic link ", g->name, e.errnum);
        return;
    }
    buf_add_str(g->out, " -> ");
    put_quoted(g, d, g->text.data, g->text.len);
}

/* Bytes that a call of its own tells; "?" after a complaint. */
static void put_asked(struct gnu *g, const struct cli_directive *d,
                      int (*ask)(const struct os_file *w, struct buf *b, struct base_error *e),
                      const char *failure) {
    struct base_error e;
    buf_clear(&g->text);
    if (ask(&g->where, &g->text, &e) == 0) {
        put_bytes(g, d, &g->text);
        return;
    }
    complain(g, failure, g->name, e.errnum);
    put_str(g, d, "?");
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

static uint64_t number_of(const struct gnu *g, const struct directive *row) {
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

static void put_time(struct gnu *g, const struct cli_directive *d, const struct directive *row) {
    struct os_statx_time t = { 0 };
    bool known = g->st.stx_mask & row->mask;
    if (known)
        memcpy(&t, (const char *)g + row->offset, sizeof t);
    if (row->form == EPOCH)
        cli_template_time(g->out, d, t.tv_sec, t.tv_nsec);
    else if (known)
        cli_template_local(g->out, d, t.tv_sec, t.tv_nsec);
    else
        put_str(g, d, "-");
}

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
    /* A look-up that fails is "UNKNOWN" too, as GNU has it. */
    if (letter == 'U')
        os_user_name(&g->user, g->st.stx_uid, &name, NULL);
    else if (letter == 'G')
        os_group_name(&g->group, g->st.stx_gid, &name, NULL);
    return name ? name : "UNKNOWN";
}

static void put_value(struct gnu *g, const struct cli_directive *d, const struct directive *row) {
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
        put_time(g, d, row);
        break;
    case QUOTED:
        put_quoted_name(g, d);
        break;
    case MOUNT:
        put_asked(g, d, os_mount_point, "failed to canonicalize ");
        break;
    case CONTEXT:
        put_asked(g, d, os_selinux_context, "failed to get security context of ");
        break;
    case WORD:
        put_str(g, d, word_of(g, d->letter, mode_text));
        break;
    }
}

/* ---- a run ---- */

/* False: the format is not one, which is found when it is used, as GNU does. */
static bool put_file(struct gnu *g) {
    struct cli_template t = template_of(g);
    struct cli_piece piece;
    while (cli_template_next(&t, &piece)) {
        const struct directive *row;
        switch (piece.kind) {
        case CLI_PIECE_TEXT:
            buf_add(g->out, piece.text, piece.size);
            break;
        case CLI_PIECE_DIRECTIVE:
            row = find_directive(g, &piece.directive);
            if (row)
                put_value(g, &piece.directive, row);
            else
                buf_add_char(g->out, '?');
            break;
        case CLI_PIECE_ODD:
            warn_of_escape(g, &piece);
            buf_add_char(g->out, piece.byte);
            break;
        case CLI_PIECE_INVALID:
            complain_of_directive(g, &piece);
            return false;
        }
    }
    if (!g->how->escapes)
        buf_add_char(g->out, '\n');
    return true;
}

/* "-" is descriptor 0, which may have been closed when we were started. */
static bool ask_file(struct gnu *g, bool is_input) {
    struct base_error e;
    int r = is_input && (g->cli->call.closed & 1) ? -EBADF : 0;
    if (r == 0)
        r = os_stat(&g->where, g->mask, g->how->sync, &g->st, &e);
    if (r < 0) {
        complain(g, is_input ? "cannot stat standard input" : "cannot statx ",
                 is_input ? NULL : g->name, -r);
        return false;
    }
    g->dev = makedev(g->st.stx_dev_major, g->st.stx_dev_minor);
    g->rdev = makedev(g->st.stx_rdev_major, g->st.stx_rdev_minor);
    g->permissions = g->st.stx_mode & 07777;
    return true;
}

static bool ask_file_system(struct gnu *g, bool is_input) {
    struct base_error e;
    if (is_input) {
        cli_complain(g->cli, 1, NULL,
                     "using '-' to denote standard input does not work in file system mode");
        return false;
    }
    int r = os_statvfs(&g->where, &g->fs, &e);
    if (r < 0) {
        complain(g, "cannot read file system information for ", g->name, -r);
        return false;
    }
    /* GNU reads the two words of f_fsid in the other order. */
    g->fsid = g->fs.f_fsid << 32 | g->fs.f_fsid >> 32;
    return true;
}

static const char *format_of(const struct stat_gnu *how) {
    if (how->format)
        return how->format;
    if (how->file_system)
        return terse_file_system;
    return os_selinux_enabled() ? terse_file_selinux : terse_file;
}

static bool run_file(struct gnu *g, const char *name, int dir_fd, bool is_operand) {
    bool is_input = is_operand && strcmp(name, "-") == 0;
    bool file_system = g->how->file_system;
    g->name = name;
    g->where = (struct os_file){ dir_fd, name, g->how->follow || file_system };
    if (is_input)
        g->where = (struct os_file){ STDIN_FILENO, NULL, true };
    if (file_system ? !ask_file_system(g, is_input) : !ask_file(g, is_input))
        return true;
    bool valid = put_file(g);
    bool whole = cli_write_buf(g->cli, g->out);
    if (cli_writer(g->cli)->terminal)
        cli_flush(g->cli);
    return valid && whole;
}

void stat_gnu_run(struct cli *cli, const struct stat_gnu *how, int dir_fd,
                  struct cli_paths *paths) {
    struct buf out = { 0 };
    struct gnu g = { .cli = cli, .out = &out, .how = how, .block = 512 };
    g.format = format_of(how);
    g.mask = how->file_system ? 0 : mask_of(&g);
    for (const char *name; (name = cli_paths_next(paths));)
        if (!run_file(&g, name, dir_fd, !paths->list))
            break;
    os_name_cache_finish(&g.user);
    os_name_cache_finish(&g.group);
    buf_finish(&out);
    buf_finish(&g.text);
    buf_finish(&g.message);
}
