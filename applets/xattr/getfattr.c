/* SPDX-License-Identifier: 0BSD
 *
 * getfattr, with the options, output and messages of attr 2.5.1.
 *
 * Deviations: a value with a NUL is base64 even with -e text, which would cut
 * it; the order of -R is that of osbox walk; paths may have any length; output
 * that cannot be written is an error; nothing raw is printed on a terminal.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <regex.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/xattr/attr.h"
#include "applets/xattr/select.h"
#include "base/codec.h"
#include "os/xattr.h"

static const char usage[] = "[-hRLP] [-n name|-d] [-e en] [-m pattern] path...\n";

enum encoding { ENCODE_AUTO, ENCODE_TEXT, ENCODE_HEX, ENCODE_BASE64 };

struct getfattr {
    struct cli *cli;
    const char *name; /* -n */
    regex_t pattern;
    enum encoding encoding;
    bool dump, only_values, no_dereference, absolute, recursive, logical, physical, one_file_system;
    bool warned; /* of a slash that was removed */
    struct buf names, value;
    struct xattr_names sorted; /* pointers into `names` */
    struct buf out;            /* not yet written */
};

/* ---- output ---- */

/* Whether at most an eighth of the bytes is not printable. */
static bool is_printable_enough(const char *value, size_t size) {
    size_t others = 0;
    for (size_t i = 0; i < size; i++)
        others += (unsigned char)value[i] < 0x20 || (unsigned char)value[i] > 0x7e;
    return size >= others * 8;
}

static void add_text(struct buf *b, const struct buf *value, bool display) {
    struct buf quoted = { 0 };
    attr_quote(&quoted, value->data, value->len, "\"", display);
    buf_add_char(b, '"');
    /* These two are escaped by a backslash. */
    for (size_t i = 0; i < quoted.len && !quoted.failed; i++) {
        bool escape = quoted.data[i] == '\\';
        bool backslash = escape && memcmp(quoted.data + i, "\\134", 4) == 0;
        bool quote = escape && memcmp(quoted.data + i, "\\042", 4) == 0;
        buf_add_char(b, quoted.data[i]);
        if (backslash || quote)
            buf_add_char(b, quote ? '"' : '\\');
        i += backslash || quote ? 3 : 0;
    }
    buf_add_char(b, '"');
    b->failed |= quoted.failed;
    buf_finish(&quoted);
}

static void add_value(struct getfattr *g, struct buf *b) {
    const struct buf *value = &g->value;
    enum encoding encoding = g->encoding;
    if (encoding == ENCODE_AUTO)
        encoding = is_printable_enough(value->data, value->len) ? ENCODE_TEXT : ENCODE_BASE64;
    if (encoding == ENCODE_TEXT && value->len && memchr(value->data, '\0', value->len))
        encoding = ENCODE_BASE64;
    if (encoding == ENCODE_TEXT) {
        add_text(b, value, cli_writer(g->cli)->terminal);
    } else if (encoding == ENCODE_HEX) {
        buf_add_str(b, "0x");
        base_encode_hex(b, value->data, value->len);
    } else {
        buf_add_str(b, "0s");
        base_encode_base64(b, value->data, value->len, BASE_BASE64);
    }
}

/* Returns the path without leading slashes or "./". */
static const char *relative(struct getfattr *g, const char *path) {
    if (g->absolute)
        return path;
    if (*path == '/' && !g->warned) {
        int status = g->cli->outcome.status; /* this is not an error */
        g->warned = true;
        attr_say(g->cli, g->cli->call.label, NULL, "Removing leading '/' from absolute path names");
        g->cli->outcome.status = status;
    }
    if (*path == '.' && path[1] == '/')
        path++;
    path += strspn(path, "/");
    return *path ? path : ".";
}

static void print_header(struct getfattr *g, const char *path) {
    struct buf *b = &g->out;
    path = relative(g, path);
    buf_add_str(b, "# file: ");
    attr_quote(b, path, strlen(path), "", cli_writer(g->cli)->terminal);
    buf_add_char(b, '\n');
}

static void print_attribute(struct getfattr *g, const struct os_file *file, const char *path,
                            const char *name, bool *header) {
    struct cli *cli = g->cli;
    struct base_error e;
    buf_clear(&g->value);
    if ((g->dump || g->only_values) && os_xattr_get(file, name, &g->value, &e) < 0) {
        attr_say(cli, path, name, attr_strerror(e.errnum));
        return;
    }
    struct buf *b = &g->out;
    if (g->only_values) {
        if (cli_writer(cli)->terminal)
            cli_quote_text(b, g->value.data, g->value.len, '\0');
        else
            buf_add(b, g->value.data, g->value.len);
    } else {
        if (!*header)
            print_header(g, path);
        *header = true;
        attr_quote(b, name, strlen(name), "=", cli_writer(cli)->terminal);
        if (g->dump) {
            buf_add_char(b, '=');
            add_value(g, b);
        }
        buf_add_char(b, '\n');
    }
    cli_write_buf(cli, b);
}

static void print_all(struct getfattr *g, const struct os_file *file, const char *path,
                      bool *header) {
    struct base_error e;
    g->sorted.count = 0;
    buf_clear(&g->names);
    int result = os_xattr_list(file, &g->names, &e);
    if (result == 0 && !xattr_sort_names(&g->names, &g->sorted))
        result = base_fail(&e, ENOMEM, "malloc", path);
    if (result < 0)
        attr_say(g->cli, g->cli->call.label, path, attr_strerror(e.errnum));
    for (size_t i = 0; i < g->sorted.count; i++) {
        const char *name = g->sorted.items[i];
        if (regexec(&g->pattern, name, 0, NULL, 0) == 0)
            print_attribute(g, file, path, name, header);
    }
}

static void print_file(struct getfattr *g, const struct os_file *file, const char *path) {
    bool header = false;
    if (g->name)
        print_attribute(g, file, path, g->name, &header);
    else
        print_all(g, file, path, &header);
    if (header)
        cli_write_str(g->cli, "\n");
}

/* ---- files ---- */

static bool take_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct getfattr *g = data;
    struct os_file file = { e->dir_fd, e->depth ? e->name : e->path, !g->no_dereference };
    (void)scratch, (void)c;
    print_file(g, &file, e->path);
    return e->is_directory;
}

static bool emit(void *data, struct buf *out, void *totals) {
    const struct getfattr *g = data;
    (void)totals;
    buf_clear(out);
    return !cli_is_broken(g->cli);
}

/* Loops of links are skipped. */
static bool take_error(void *data, const struct base_error *e, bool vanished, void *totals) {
    const struct getfattr *g = data;
    (void)vanished, (void)totals;
    if (e->errnum != ELOOP || !g->logical)
        attr_say(g->cli, g->cli->call.label, e->path, strerror(e->errnum));
    return true;
}

static const struct os_walk_ops ops = { .entry = take_entry, .emit = emit, .error = take_error };

static void get_path(struct getfattr *g, const char *path) {
    struct base_error e;
    struct os_file file = { AT_FDCWD, path, !g->no_dereference };
    if (!g->recursive) {
        /* A missing file is reported as such, not as one without attributes. */
        if (faccessat(AT_FDCWD, path, F_OK, g->no_dereference ? AT_SYMLINK_NOFOLLOW : 0) < 0)
            attr_say(g->cli, g->cli->call.label, path, strerror(errno));
        else
            print_file(g, &file, path);
        return;
    }
    struct os_walk walk = {
        .ops = &ops,
        .data = g,
        .jobs = 1,
        .follow = g->logical,
        .one_file_system = g->one_file_system,
    };
    file.follow = g->logical || (!g->no_dereference && !g->physical);
    if (os_walk(&walk, &file, path, &e) < 0)
        attr_say(g->cli, g->cli->call.label, path, strerror(e.errnum));
}

/* ---- the command line ---- */

enum { OPT_ONE_FILE_SYSTEM = 1 };

static const struct option options[] = {
    { "name", required_argument, NULL, 'n' },
    { "dump", no_argument, NULL, 'd' },
    { "encoding", required_argument, NULL, 'e' },
    { "match", required_argument, NULL, 'm' },
    { "only-values", no_argument, NULL, 'v' },
    { "no-dereference", no_argument, NULL, 'h' },
    { "absolute-names", no_argument, NULL, 'a' },
    { "one-file-system", no_argument, NULL, OPT_ONE_FILE_SYSTEM },
    { "recursive", no_argument, NULL, 'R' },
    { "logical", no_argument, NULL, 'L' },
    { "physical", no_argument, NULL, 'P' },
    { "version", no_argument, NULL, 'V' },
    { "help", no_argument, NULL, 'H' },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Usage: getfattr [-hRLP] [-n name|-d] [-e en] [-m pattern] path...\n"
    "  -n, --name=name         get the named extended attribute value\n"
    "  -d, --dump              get all extended attribute values\n"
    "  -e, --encoding=...      encode values (as 'text', 'hex' or 'base64')\n"
    "  -m, --match=pattern     only get attributes with names matching pattern\n"
    "      --only-values       print the bare values only\n"
    "  -h, --no-dereference    do not dereference symbolic links\n"
    "      --one-file-system   skip files on different filesystems\n"
    "      --absolute-names    don't strip leading '/' in pathnames\n"
    "  -R, --recursive         recurse into subdirectories\n"
    "  -L, --logical           logical walk, follow symbolic links\n"
    "  -P  --physical          physical walk, do not follow symbolic links\n"
    "      --version           print version and exit\n"
    "      --help              this help text\n";

static bool take_encoding(struct getfattr *g, const char *text) {
    static const char names[][7] = {
        [ENCODE_TEXT] = "text", [ENCODE_HEX] = "hex", [ENCODE_BASE64] = "base64"
    };
    for (int i = ENCODE_TEXT; i <= ENCODE_BASE64; i++) {
        if (strcmp(text, names[i]) == 0) {
            g->encoding = (enum encoding)i;
            return true;
        }
    }
    return false;
}

/* Returns false if nothing else is to be done, or after a usage error. */
static bool take_option(struct getfattr *g, int option, const char **pattern) {
    struct cli *cli = g->cli;
    switch (option) {
    case 'a':
        return g->absolute = true;
    case 'd':
        return g->dump = true;
    case 'h':
        return g->no_dereference = true;
    case 'n':
        g->name = optarg;
        return g->dump = true;
    case 'm':
        *pattern = strcmp(optarg, "-") == 0 ? "" : optarg;
        return true;
    case 'v':
        return g->only_values = true;
    case 'L':
    case 'P':
        g->logical = option == 'L';
        g->physical = option == 'P';
        return true;
    case 'R':
        return g->recursive = true;
    case OPT_ONE_FILE_SYSTEM:
        return g->one_file_system = true;
    case 'e':
        if (take_encoding(g, optarg))
            return true;
        break;
    case 'H':
        cli_write_str(cli, "getfattr (osbox " OSBOX_VERSION ") -- get extended attributes\n");
        cli_write_str(cli, help);
        return false;
    case 'V':
        cli_write_str(cli, "getfattr (osbox " OSBOX_VERSION ")\n");
        return false;
    default:
        attr_say_option(cli, option);
        break;
    }
    attr_say_usage(cli, usage);
    return false;
}

static void run(struct cli *cli, void *args) {
    struct getfattr g = { .cli = cli };
    const char *pattern = "^user\\.";
    int option;
    (void)args;
    opterr = 0; /* it would print the argument raw */
    while ((option = getopt_long(cli->call.argc, cli->call.argv, ":n:de:m:hRLP", options, NULL)) !=
           -1)
        if (!take_option(&g, option, &pattern))
            return;
    if (optind >= cli->call.argc) {
        attr_say_usage(cli, usage);
        return;
    }
    if (regcomp(&g.pattern, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        struct buf message = { 0 };
        buf_add_str(&message, "invalid regular expression \"");
        attr_quote(&message, pattern, strlen(pattern), "", true);
        buf_add_char(&message, '"');
        attr_say(cli, cli->call.label, NULL, buf_cstr(&message));
        buf_finish(&message);
        return;
    }
    for (int i = optind; i < cli->call.argc && !cli_is_broken(cli); i++)
        get_path(&g, cli->call.argv[i]);
    regfree(&g.pattern);
    buf_finish(&g.names);
    vec_finish(&g.sorted);
    buf_finish(&g.value);
    buf_finish(&g.out);
}

const struct cli_command getfattr_personality = { .name = "getfattr", .run = run };
