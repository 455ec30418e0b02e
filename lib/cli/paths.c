/* SPDX-License-Identifier: 0BSD
 *
 * Operands, or a NUL-separated list of paths.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/output.h"
#include "cli/paths.h"

static void report_list(struct cli_paths *p, int errnum, const char *operation) {
    struct base_error e;
    base_fail(&e, errnum, operation, p->list);
    cli_report(p->cli, &e);
}

bool cli_paths_open(struct cli_paths *p, struct cli *cli, const char *list) {
    *p = (struct cli_paths){ .cli = cli, .fd = -1, .list = list };
    if (list && cli->call.operand_count) {
        cli_usage(cli, cli->call.operands[0], "no operand goes with --files0-from");
        return false;
    }
    if (!list && !cli->call.operand_count) {
        cli_usage(cli, NULL, "an operand is missing; --help tells more");
        return false;
    }
    if (!list)
        return cli_expect_records(cli, (size_t)cli->call.operand_count);
    bool is_stdin = strcmp(list, "-") == 0;
    p->fd = is_stdin ? STDIN_FILENO : base_open(AT_FDCWD, list, O_RDONLY);
    if (p->fd < 0) {
        report_list(p, -p->fd, "open");
        return false;
    }
    p->lines = (struct base_lines){ .fd = p->fd, .delimiter = '\0', .longest = CLI_PATH_LONGEST };
    cli->output->errors_in_place = true;
    return true;
}

void cli_paths_close(struct cli_paths *p) {
    if (p->fd > STDIN_FILENO)
        close(p->fd);
    base_lines_finish(&p->lines);
}

static const char *next_of_list(struct cli_paths *p) {
    for (;;) {
        const char *path;
        size_t size;
        if (!base_lines_is_ready(&p->lines))
            cli_flush(p->cli);
        int r = base_lines_next(&p->lines, &path, &size);
        if (r > 0 && size)
            return path;
        if (r > 0)
            cli_complain(p->cli, CLI_EX_DATAERR, "", "an empty name in the list");
        else if (r == -EMSGSIZE)
            cli_complain(p->cli, CLI_EX_DATAERR, NULL, "a name in the list is longer than 16 MiB");
        else if (r < 0)
            report_list(p, -r, "read");
        if (r <= 0 && r != -EMSGSIZE)
            return NULL;
    }
}

const char *cli_paths_next(struct cli_paths *p) {
    if (cli_is_broken(p->cli))
        return NULL;
    if (p->fd >= 0)
        return next_of_list(p);
    return p->next < p->cli->call.operand_count ? p->cli->call.operands[p->next++] : NULL;
}
