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
#include <sys/sysmacros.h>
#include <unistd.h>

#include "applets/stat/gnu_value.h"
#include "os/selinux.h"

static const char terse_file[] = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o";
static const char terse_file_selinux[] = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o %C";
static const char terse_file_system[] = "%n %i %l %t %s %S %b %f %a %c %d";

static struct cli_template template_of(const struct gnu *g) {
    return (struct cli_template){
        .at = g->format,
        .modified = g->how->file_system ? "" : "dr",
        .escapes = g->how->escapes,
    };
}

/* Returns the mask of statx that the format needs. */
static unsigned mask_of(const struct gnu *g) {
    struct cli_template t = template_of(g);
    struct cli_piece piece;
    unsigned mask = 0;
    while (cli_template_next(&t, &piece)) {
        const struct gnu_directive *row = NULL;
        if (piece.kind == CLI_PIECE_DIRECTIVE)
            row = gnu_find_directive(g, &piece.directive);
        mask |= row ? row->mask : 0;
    }
    return mask;
}

/* ---- messages ---- */

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

/* GNU's warnings are not errors: the status stays as it was. */
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

/* ---- a run ---- */

/* Returns false if the format is invalid, which is found only when it is used, as in GNU stat. */
static bool print_file(struct gnu *g) {
    struct cli_template t = template_of(g);
    struct cli_piece piece;
    while (cli_template_next(&t, &piece)) {
        const struct gnu_directive *row;
        switch (piece.kind) {
        case CLI_PIECE_TEXT:
            buf_add(g->out, piece.text, piece.size);
            break;
        case CLI_PIECE_DIRECTIVE:
            row = gnu_find_directive(g, &piece.directive);
            if (row)
                gnu_print_value(g, &piece.directive, row);
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
static bool query_file(struct gnu *g, bool is_input) {
    struct base_error e;
    int r = is_input && (g->cli->call.closed & 1) ? -EBADF : 0;
    if (r == 0)
        r = os_stat(&g->file, g->mask, g->how->sync, &g->st, &e);
    if (r < 0) {
        gnu_complain(g, is_input ? "cannot stat standard input" : "cannot statx ",
                     is_input ? NULL : g->name, -r);
        return false;
    }
    g->dev = makedev(g->st.stx_dev_major, g->st.stx_dev_minor);
    g->rdev = makedev(g->st.stx_rdev_major, g->st.stx_rdev_minor);
    g->permissions = g->st.stx_mode & 07777;
    return true;
}

static bool query_file_system(struct gnu *g, bool is_input) {
    struct base_error e;
    if (is_input) {
        cli_complain(g->cli, 1, NULL,
                     "using '-' to denote standard input does not work in file system mode");
        return false;
    }
    int r = os_statvfs(&g->file, &g->fs, &e);
    if (r < 0) {
        gnu_complain(g, "cannot read file system information for ", g->name, -r);
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
    g->file = (struct os_file){ dir_fd, name, g->how->follow || file_system };
    if (is_input)
        g->file = (struct os_file){ STDIN_FILENO, NULL, true };
    if (file_system ? !query_file_system(g, is_input) : !query_file(g, is_input))
        return true;
    bool valid = print_file(g);
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
