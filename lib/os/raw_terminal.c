/* SPDX-License-Identifier: 0BSD
 *
 * A terminal in raw mode.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "os/kernel.h"
#include "os/raw_terminal.h"
#include "os/signal.h"

void os_raw_terminal_init(struct os_raw_terminal *t, int terminal, bool post) {
    *t = (struct os_raw_terminal){ .terminal = terminal, .fd = -1, .post = post };
}

/* ---- whose it is ---- */

/* Returns 0 if our process group is in the foreground, or if the terminal does not control our
 * session: then the kernel lets everybody use it. */
static int check_foreground(int terminal) {
    pid_t foreground = tcgetpgrp(terminal);
    if (foreground < 0)
        return errno == ENOTTY ? 0 : -errno;
    return foreground == getpgrp() ? 0 : -EAGAIN;
}

/* Whether a descriptor is the terminal under a name of its own. /dev/tty is the same file for all
 * terminals, and opening /dev/ptmx makes a new one. */
static bool names_terminal(int fd, int terminal) {
    struct stat file;
    unsigned other = 0, device = 0;
    return fstat(fd, &file) == 0 && file.st_rdev != makedev(5, 0) &&
           file.st_rdev != makedev(5, 2) && ioctl(fd, OS_TIOCGDEV, &other) == 0 &&
           ioctl(terminal, OS_TIOCGDEV, &device) == 0 && other == device;
}

/* Opens the terminal once more: flock(2) locks open files, and the inherited one is shared with the
 * shell. */
static int open_again(int terminal) {
    const int candidates[] = { terminal, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (names_terminal(candidates[i], terminal))
            return base_reopen(candidates[i], O_RDWR | O_NONBLOCK);
    return -ENOENT;
}

/* Opens and locks it. The terminal of another user, as after su(1), cannot be opened: then a lock
 * of this process at least excludes others in the same situation. */
static int lock(struct os_raw_terminal *t) {
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open_again(t->terminal);
    t->owned = fd >= 0;
    int r = t->owned ? flock(fd, LOCK_EX | LOCK_NB) : fcntl(t->terminal, F_SETLK, &whole);
    if (r == 0)
        t->fd = t->owned ? fd : t->terminal;
    else if (t->owned)
        close(fd);
    return r == 0 ? 0 : -EAGAIN;
}

static void unlock(struct os_raw_terminal *t) {
    struct flock whole = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
    if (t->owned)
        close(t->fd);
    else
        fcntl(t->fd, F_SETLK, &whole);
    t->fd = -1;
}

/* ---- modes ---- */

static void interrupt(int signo) {
    (void)signo;
}

/* Sets the modes if our group is in the foreground at that very moment: while SIGTTOU is blocked or
 * ignored, the kernel does not check it. Its default action could stop us for good, because the
 * call is restarted after SIGCONT: a handler makes it fail. */
static int set_modes(int terminal, const struct termios *modes) {
    struct sigaction action = { .sa_handler = interrupt }, before;
    os_sigset mask, open;
    int r = os_signal_mask(NULL, &mask);
    if (r < 0 || sigaction(SIGTTOU, &action, &before) < 0)
        return -EAGAIN;
    open = mask & ~((os_sigset)1 << (SIGTTOU - 1));
    os_signal_mask(&open, NULL);
    r = tcsetattr(terminal, TCSANOW, modes) < 0 ? -EAGAIN : 0;
    os_signal_mask(&mask, NULL);
    sigaction(SIGTTOU, &before, NULL);
    return r;
}

static bool same_modes(const struct termios *a, const struct termios *b) {
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

/* Whether the modes are still those that we have set. */
static bool is_raw(const struct os_raw_terminal *t) {
    struct termios now;
    return tcgetattr(t->fd, &now) == 0 && same_modes(&now, &t->raw);
}

static int make_raw(struct os_raw_terminal *t) {
    if (tcgetattr(t->fd, &t->before) < 0)
        return -errno;
    t->raw = t->before;
    cfmakeraw(&t->raw);
    if (t->post)
        t->raw.c_oflag = t->before.c_oflag;
    int r = set_modes(t->fd, &t->raw);
    if (r == 0)
        tcgetattr(t->fd, &t->raw);
    return r;
}

int os_raw_terminal_enter(struct os_raw_terminal *t) {
    int r = check_foreground(t->terminal);
    if (r == 0)
        r = lock(t);
    if (r < 0)
        return r;
    r = make_raw(t);
    if (r < 0)
        unlock(t);
    return r;
}

/* If another job has the terminal, it has set its own modes, or those of our raw mode are left:
 * nobody else would restore them. As SIGTTOU is blocked, this works in the background, too. */
static void give_up(struct os_raw_terminal *t) {
    if (is_raw(t))
        tcsetattr(t->fd, TCSANOW, &t->before);
    unlock(t);
}

void os_raw_terminal_check(struct os_raw_terminal *t) {
    if (t->fd >= 0 && (check_foreground(t->fd) < 0 || !is_raw(t)))
        give_up(t);
}

void os_raw_terminal_leave(struct os_raw_terminal *t) {
    if (t->fd < 0)
        return;
    if (check_foreground(t->fd) == 0 && set_modes(t->fd, &t->before) == 0)
        unlock(t);
    else
        give_up(t);
}
