/* SPDX-License-Identifier: 0BSD
 *
 * setfattr, with the options and messages of attr 2.5.1.
 *
 * Deviations: a --restore file that cannot be opened is status 1; its lines are
 * counted from 1. Unlike with xattr restore, the paths in it may be anywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "applets/xattr/attr.h"
#include "applets/xattr/read.h"
#include "base/io.h"
#include "os/xattr.h"

static const char usage[] = "{-n name} [-v value] [-h] file...\n{-x name} [-h] file...\n";

struct setfattr {
    struct cli *cli;
    const char *set, *remove, *text, *restore;
    bool no_dereference, raw;
};

static void set_path(const struct setfattr *s, const char *path, const char *name,
                     const struct buf *value) {
    struct base_error e;
    struct os_file file = { AT_FDCWD, path, !s->no_dereference };
    int result = value ? os_xattr_set(&file, name, value->data, value->len, 0, &e)
                       : os_xattr_remove(&file, name, &e);
    if (result < 0)
        attr_say(s->cli, s->cli->call.label, path, attr_strerror(e.errnum));
}

static void refuse_encoding(const struct setfattr *s) {
    cli_flush(s->cli);
    base_write(STDERR_FILENO, "bad input encoding\n", 19);
    cli_answer(s->cli, 1);
}

/* ---- --restore ---- */

static void say_line(const struct setfattr *s, const struct xattr_reader *reader, const char *what,
                     bool aborting) {
    struct buf b = { 0 };
    bool standard = strcmp(s->restore, "-") == 0;
    buf_add_str(&b, what);
    buf_add_str(&b, " in line ");
    buf_add_uint(&b, reader->lines.number);
    buf_add_str(&b, standard ? " of standard input" : "");
    buf_add_str(&b, aborting ? ", aborting" : "");
    attr_say(s->cli, s->cli->call.label, standard ? NULL : s->restore, buf_cstr(&b));
    buf_finish(&b);
}

static void restore_all(const struct setfattr *s, int fd) {
    struct xattr_reader reader;
    struct xattr_record record = { 0 };
    enum xattr_read_result result;
    const char *why;
    int errnum;
    xattr_reader_init(&reader, fd);
    reader.getfattr_only = true;
    while ((result = xattr_read(&reader, &record, &why, &errnum)) != XATTR_READ_END) {
        if (result == XATTR_READ_RECORD) {
            set_path(s, record.path.data, record.name.data, &record.value);
        } else if (result == XATTR_READ_ERROR) {
            attr_say(s->cli, s->cli->call.label, s->restore, strerror(errnum));
            break;
        } else if (!reader.in_file) {
            say_line(s, &reader, "No filename found", true);
            break;
        } else {
            say_line(s, &reader, why, false);
        }
    }
    xattr_reader_finish(&reader);
    xattr_record_finish(&record);
}

static void restore(const struct setfattr *s) {
    bool standard = strcmp(s->restore, "-") == 0;
    int fd = standard ? STDIN_FILENO : base_open(AT_FDCWD, s->restore, O_RDONLY);
    if (fd < 0) {
        attr_say(s->cli, s->cli->call.label, s->restore, strerror(-fd));
        return;
    }
    restore_all(s, fd);
    if (!standard)
        close(fd);
}

/* ---- the command line ---- */

enum { OPT_RESTORE = 1, OPT_RAW };

static const struct option options[] = {
    { "name", required_argument, NULL, 'n' },
    { "remove", required_argument, NULL, 'x' },
    { "value", required_argument, NULL, 'v' },
    { "no-dereference", no_argument, NULL, 'h' },
    { "restore", required_argument, NULL, OPT_RESTORE },
    { "raw", no_argument, NULL, OPT_RAW },
    { "version", no_argument, NULL, 'V' },
    { "help", no_argument, NULL, 'H' },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Usage: setfattr {-n name} [-v value] [-h] file...\n"
    "       setfattr {-x name} [-h] file...\n"
    "  -n, --name=name         set the value of the named extended attribute\n"
    "  -x, --remove=name       remove the named extended attribute\n"
    "  -v, --value=value       use value as the attribute value\n"
    "  -h, --no-dereference    do not dereference symbolic links\n"
    "      --restore=file      restore extended attributes\n"
    "      --raw               attribute value is not encoded\n"
    "      --version           print version and exit\n"
    "      --help              this help text\n";

/* Returns false if nothing else is to be done, or after a usage error. */
static bool take_option(struct setfattr *s, int option) {
    struct cli *cli = s->cli;
    switch (option) {
    case 'n':
    case 'x':
        *(option == 'n' ? &s->set : &s->remove) = optarg;
        if (!s->set || !s->remove)
            return true;
        break;
    case 'v':
        s->text = optarg;
        return true;
    case 'h':
        return s->no_dereference = true;
    case OPT_RESTORE:
        s->restore = optarg;
        return true;
    case OPT_RAW:
        return s->raw = true;
    case 'H':
        cli_write_str(cli, "setfattr (osbox " OSBOX_VERSION ") -- set extended attributes\n");
        cli_write_str(cli, help);
        return false;
    case 'V':
        cli_write_str(cli, "setfattr (osbox " OSBOX_VERSION ")\n");
        return false;
    default:
        attr_say_option(s->cli, option);
        break;
    }
    attr_say_usage(s->cli, usage);
    return false;
}

static void run(struct cli *cli, void *args) {
    struct setfattr s = { .cli = cli };
    struct buf value = { 0 };
    int option;
    (void)args;
    opterr = 0;
    while ((option = getopt_long(cli->call.argc, cli->call.argv, ":n:x:v:h", options, NULL)) != -1)
        if (!take_option(&s, option))
            return;
    bool any = s.set || s.remove;
    if ((any ? optind >= cli->call.argc || (s.remove && s.text) || s.restore : !s.restore) ||
        (!any && (s.text || optind < cli->call.argc))) {
        attr_say_usage(cli, usage);
        return;
    }
    if (s.restore) {
        restore(&s);
        return;
    }
    const char *text = s.text ? s.text : "";
    if (s.raw)
        buf_add_str(&value, text);
    else if (xattr_parse_getfattr(&value, text, strlen(text)))
        refuse_encoding(&s);
    if (value.failed)
        attr_say(cli, cli->call.label, NULL, strerror(ENOMEM));
    for (int i = optind; i < cli->call.argc && (i > optind || !cli->outcome.status); i++)
        set_path(&s, cli->call.argv[i], s.set ? s.set : s.remove, s.set ? &value : NULL);
    buf_finish(&value);
}

const struct cli_command setfattr_personality = { .name = "setfattr", .run = run };
