/* SPDX-License-Identifier: 0BSD
 *
 * Changes a tree as fast as it can, while something else walks it.
 *
 * usage: mutator MODE DIR SECONDS|until-killed
 *
 *   swap    exchanges DIR/x and DIR/y (RENAME_EXCHANGE)
 *   move    renames DIR/in/m to DIR/out/m and back
 *   create  makes files and directories m0, m1, ... in DIR and its subdirectories
 *   unlink  removes such, rename renames them across directories, chmod takes and
 *           gives all permissions
 *   flip    renames directories k in DIR and its subdirectories to g and back
 *
 * Prints "CHANGES SECONDS" at the end; SIGTERM ends it too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DIRS = 64, NAMES = 200, LOOKS = 256 };

static volatile sig_atomic_t ended;

static void end(int signal) {
    (void)signal;
    ended = 1;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

/* ---- the places: DIR and directories below it that nobody changes ---- */

static int places[DIRS];
static int place_count;

static void add_places(int fd) {
    DIR *dir = fdopendir(dup(fd));
    if (!dir)
        fail("fdopendir");
    places[place_count++] = fd;
    for (struct dirent *entry; place_count < DIRS && (entry = readdir(dir));) {
        if (entry->d_name[0] != 'k') /* kept */
            continue;
        int below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (below >= 0)
            add_places(below);
    }
    closedir(dir);
}

/* A generator of its own: the same changes for the same seed. */
static unsigned draw(unsigned below) {
    static unsigned long long state;
    if (!state)
        state = (unsigned long long)getpid() * 0x9e3779b97f4a7c15ULL;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % below;
}

static int draw_place(void) {
    return places[draw((unsigned)place_count)];
}

static const char *draw_name(char name[16]) {
    snprintf(name, 16, "m%u", draw(NAMES));
    return name;
}

/* ---- the modes: one change; whether it happened ---- */

static bool create(void) {
    char name[16];
    int place = draw_place();
    if (draw(2))
        return mkdirat(place, draw_name(name), 0700) == 0;
    int fd = openat(place, draw_name(name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    return fd >= 0 && close(fd) == 0;
}

static bool remove_one(void) {
    char name[16];
    int place = draw_place();
    return unlinkat(place, draw_name(name), 0) == 0 || unlinkat(place, name, AT_REMOVEDIR) == 0;
}

static bool rename_one(void) {
    char from[16], to[16];
    return renameat(draw_place(), draw_name(from), draw_place(), draw_name(to)) == 0;
}

static bool change_mode(void) {
    char name[16];
    return fchmodat(draw_place(), draw_name(name), draw(2) ? 0700 : 0, 0) == 0;
}

static bool swap(void) {
    /* By number: musl 1.2.3 has neither the function nor RENAME_EXCHANGE, which is 2. */
    return syscall(SYS_renameat2, places[0], "x", places[0], "y", 2) == 0;
}

static bool flip(void) {
    int place = draw_place();
    const char *from = draw(2) ? "k" : "g";
    return renameat(place, from, place, *from == 'k' ? "g" : "k") == 0;
}

static bool move(void) {
    static bool is_out;
    const char *from = is_out ? "out/m" : "in/m";
    bool done = renameat(places[0], from, places[0], is_out ? "in/m" : "out/m") == 0;
    is_out ^= done;
    return done;
}

static const struct {
    const char *name;
    bool (*change)(void);
    bool must_succeed;
} modes[] = {
    { "swap", swap, true },          { "move", move, true },
    { "create", create, false },     { "unlink", remove_one, false },
    { "rename", rename_one, false }, { "chmod", change_mode, false },
    { "flip", flip, false },
};
enum { MODES = sizeof modes / sizeof *modes };

int main(int argc, char **argv) {
    int mode = 0;
    if (argc != 4)
        return 64;
    while (mode < MODES && strcmp(modes[mode].name, argv[1]) != 0)
        mode++;
    int fd = open(argv[2], O_RDONLY | O_DIRECTORY);
    if (mode == MODES || fd < 0)
        fail(argv[2]);
    add_places(fd);
    struct sigaction action = { .sa_handler = end };
    sigaction(SIGTERM, &action, NULL);
    double limit = strcmp(argv[3], "until-killed") == 0 ? 1e9 : strtod(argv[3], NULL);
    double started = now();
    unsigned long changes = 0;
    while (!ended && now() - started < limit) {
        for (int i = 0; i < LOOKS && !ended; i++) {
            bool done = modes[mode].change();
            if (!done && modes[mode].must_succeed)
                fail(argv[1]);
            changes += done;
        }
    }
    printf("%lu %.3f\n", changes, now() - started);
    return 0;
}
