/* SPDX-License-Identifier: 0BSD
 *
 * The messages and the quoting of getfattr and setfattr of attr 2.5.
 */
#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "applets/xattr/attr.h"
#include "base/io.h"

void attr_quote(struct buf *b, const char *bytes, size_t size, const char *more, bool display) {
    bool hide = display && !cli_is_plain(bytes, size);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool control = c < 0x20 || c == 0x7f;
        if (c == '\\' || c == '\n' || c == '\r' || (c && strchr(more, c)) ||
            (hide && (control || c > 0x7f))) {
            buf_add_char(b, '\\');
            buf_add_digits(b, c, 3, 3);
        } else {
            buf_add_char(b, (char)c);
        }
    }
}

static const char no_memory[] = "out of memory\n";

void attr_say(struct cli *cli, const char *first, const char *second, const char *what) {
    struct buf line = { 0 };
    attr_quote(&line, first, strlen(first), "", true);
    buf_add_str(&line, ": ");
    if (second) {
        attr_quote(&line, second, strlen(second), "", true);
        buf_add_str(&line, ": ");
    }
    buf_add_str(&line, what);
    buf_add_char(&line, '\n');
    cli_flush(cli);
    if (line.failed)
        base_write(STDERR_FILENO, no_memory, sizeof no_memory - 1);
    else
        base_write(STDERR_FILENO, line.data, line.len);
    buf_finish(&line);
    cli_answer(cli, 1);
}

const char *attr_strerror(int errnum) {
    return errnum == ENODATA ? "No such attribute" : strerror(errnum);
}

void attr_say_option(struct cli *cli, int option) {
    struct buf b = { 0 };
    const char *word = cli->call.argv[optind - 1];
    if (option == ':' && optopt && word[1] != '-') {
        buf_add_str(&b, "option requires an argument -- '");
        buf_add_char(&b, (char)optopt);
    } else if (option == ':') {
        buf_add_str(&b, "option '");
        attr_quote(&b, word, strlen(word), "", true);
    } else if (optopt && word[1] != '-') {
        char letter = (char)optopt;
        buf_add_str(&b, "invalid option -- '");
        attr_quote(&b, &letter, 1, "", true);
    } else {
        buf_add_str(&b, "unrecognized option '");
        attr_quote(&b, word, strlen(word), "", true);
    }
    buf_add_str(&b, option == ':' && word[1] == '-' ? "' requires an argument" : "'");
    attr_say(cli, cli->call.label, NULL, buf_cstr(&b));
    buf_finish(&b);
}

/* -o sh is an option of osbox xattr. A script that gives it to one of these tools evaluates the
 * output, which must not succeed. */
static bool expects_sh(const struct cli *cli) {
    for (char **at = cli->call.argv + 1; *at && strcmp(*at, "--") != 0; at++) {
        const char *word = at[0], *next = at[1];
        bool alone = strcmp(word, "-o") == 0 || strcmp(word, "--output") == 0;
        if (strcmp(word, "-osh") == 0 || strcmp(word, "--output=sh") == 0 ||
            (alone && next && strcmp(next, "sh") == 0))
            return true;
    }
    return false;
}

void attr_say_usage(struct cli *cli, const char *lines) {
    struct buf b = { 0 };
    buf_add_str(&b, "Usage: ");
    for (const char *line = lines; *line; line += strcspn(line, "\n") + 1) {
        buf_add_str(&b, line == lines ? cli->call.label : "       ");
        buf_add_str(&b, line == lines ? " " : cli->call.label);
        buf_add_str(&b, line == lines ? "" : " ");
        buf_add(&b, line, strcspn(line, "\n") + 1);
    }
    buf_add_str(&b, "Try `");
    buf_add_str(&b, cli->call.label);
    buf_add_str(&b, " --help' for more information.\n");
    base_write(STDERR_FILENO, b.data, b.len);
    buf_finish(&b);
    cli_answer(cli, 2);
    if (!expects_sh(cli))
        return;
    cli_set_format(cli, CLI_FORMAT_SH);
    cli->outcome.error = cli_status_name(CLI_EX_USAGE);
}
