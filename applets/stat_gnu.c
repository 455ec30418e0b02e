#include "applets/stat_gnu.h"
void stat_gnu_run(struct cli *cli, const struct stat_gnu *g, int dir_fd, struct cli_paths *paths) {
    (void)cli;
    (void)g;
    (void)dir_fd;
    (void)paths;
}
