/* SPDX-License-Identifier: 0BSD
 *
 * Operands, or a NUL-separated list of paths.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/paths.h"

enum { LIST_BLOCK = 65536 };

static void report_list(struct cli_paths *p, int errnum, const char *operation) {
    struct base_error e;
    base_fail(&e, errnum, operation, p->list);
    cli_report(p->cli, &e);
}

bool cli_paths_open(struct cli_paths *p, struct cli *cli, const char *list) {
    *p = (struct cli_paths){ .cli = cli, .fd = -1, .list = list };
    if (list && cli->operand_count) {
        cli_usage(cli, cli->operands[0], "no operand goes with --files0-from");
        return false;
    }
    if (!list && !cli->operand_count) {
        cli_usage(cli, NULL, "an operand is missing; --help tells more");
        return false;
    }
    if (!list)
        return cli_expect_records(cli, (size_t)cli->operand_count);
    bool is_stdin = strcmp(list, "-") == 0;
    p->fd = is_stdin ? STDIN_FILENO : base_open(AT_FDCWD, list, O_RDONLY);
    if (p->fd < 0) {
        report_list(p, -p->fd, "open");
        return false;
    }
    cli->errors_in_place = true;
    return true;
}

void cli_paths_close(struct cli_paths *p) {
    if (p->fd > STDIN_FILENO)
        close(p->fd);
    buf_finish(&p->bytes);
}

/* Reads more of the list behind what is left of it. False at its end. */
static bool read_more(struct cli_paths *p) {
    size_t left = p->bytes.len - p->at;
    if (p->ended)
        return false;
    if (left && p->at)
        memmove(p->bytes.data, p->bytes.data + p->at, left);
    p->bytes.len = left;
    p->at = 0;
    cli_flush(p->cli);
    if (!buf_reserve(&p->bytes, LIST_BLOCK)) {
        report_list(p, ENOMEM, "read");
        p->ended = true;
        return false;
    }
    ssize_t n = base_read(p->fd, p->bytes.data + left, LIST_BLOCK);
    if (n < 0)
        report_list(p, (int)-n, "read");
    p->ended = n <= 0;
    if (n > 0)
        p->bytes.len += (size_t)n;
    /* A last name without a NUL counts, as it does for find and xargs. */
    if (n <= 0 && p->bytes.len && p->bytes.data[p->bytes.len - 1] != '\0')
        buf_add_char(&p->bytes, '\0');
    return p->bytes.len > p->at;
}

static const char *next_of_list(struct cli_paths *p) {
    size_t searched = 0;
    for (;;) {
        size_t left = p->bytes.len - p->at;
        const char *start = p->bytes.data + p->at;
        const char *end = left > searched ? memchr(start + searched, '\0', left - searched) : NULL;
        if (end) {
            p->at += (size_t)(end - start) + 1;
            return start;
        }
        searched = left;
        if (!read_more(p))
            return NULL;
    }
}

const char *cli_paths_next(struct cli_paths *p) {
    if (cli_is_broken(p->cli))
        return NULL;
    if (p->fd < 0)
        return p->next < p->cli->operand_count ? p->cli->operands[p->next++] : NULL;
    for (;;) {
        const char *path = next_of_list(p);
        if (!path || path[0])
            return path;
        cli_complain(p->cli, CLI_EX_DATAERR, "", "an empty name in the list");
    }
}
