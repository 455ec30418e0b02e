/* SPDX-License-Identifier: 0BSD
 *
 * The controlling terminal and job control.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/device.h"
#include "os/proc.h"
#include "os/signal.h"
#include "os/terminal.h"

/* tcgetpgrp(3) succeeds only for the controlling terminal. */
static int standard_terminal(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (tcgetpgrp(fd) >= 0)
            return fd;
    return -1;
}

/* Returns a new descriptor of the controlling terminal, or -1. */
static int open_terminal(void) {
    int fd = base_device_open(BASE_TTY, O_RDWR | O_NONBLOCK);
    if (fd >= 0 && tcgetpgrp(fd) >= 0)
        return fd;
    if (fd >= 0)
        close(fd);
    fd = standard_terminal();
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

bool os_terminal_exists(void) {
    int fd = open_terminal();
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int os_terminal_foreground(void) {
    int fd = standard_terminal();
    return fd < 0 ? -1 : tcgetpgrp(fd);
}

/* Whether a process has an ancestor in our process group. */
static bool descends_from_us(int pid) {
    long parent;
    if (os_proc_state(NULL) != OS_PROC_OURS)
        return false;
    while (os_proc_stat_number(pid, 4, &parent) && parent > 0) {
        if (getpgid((pid_t)parent) == getpgrp())
            return true;
        pid = (int)parent;
    }
    return false;
}

/* Whether the terminal is our job's: of our group, of one below it, or of one that has ended. */
static bool is_ours(int foreground) {
    if (foreground == getpgrp() || descends_from_us(foreground))
        return true;
    return kill(-foreground, 0) < 0 && errno == ESRCH;
}

/* Whether a process runs the same program as we do. */
static bool runs_our_program(int pid) {
    char path[sizeof "/proc//exe" + 3 * sizeof pid];
    struct stat ours, theirs;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat("/proc/self/exe", &ours) == 0 && stat(path, &theirs) == 0 &&
           ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* Whether a process group was started by a supervisor in the foreground, or by one that can itself
 * request the terminal. A shell that started the group in the background is no such process. */
static bool is_supervised_below(int group, int foreground) {
    long parent;
    while (os_proc_stat_number(group, 4, &parent) && runs_our_program((int)parent)) {
        int above = getpgid((pid_t)parent);
        if (above == foreground)
            return true;
        if (above <= 0 || above == group)
            return false;
        group = above;
    }
    return false;
}

bool os_terminal_request(void) {
    int foreground = os_terminal_foreground(), group = getpgrp();
    bool offered = foreground > 0 && foreground != group && os_proc_state(NULL) == OS_PROC_OURS &&
                   is_supervised_below(group, foreground);
    return offered && os_terminal_stop(SIGTTIN);
}

bool os_terminal_give(int group) {
    int fd = open_terminal();
    if (fd < 0)
        return false;
    bool given = is_ours(tcgetpgrp(fd)) && tcsetpgrp(fd, group) == 0;
    close(fd);
    return given;
}

bool os_terminal_take(int group) {
    int fd = open_terminal();
    if (fd < 0)
        return false;
    int foreground = tcgetpgrp(fd);
    if (foreground != getpgrp() && (foreground == group || is_ours(foreground)))
        tcsetpgrp(fd, getpgrp());
    close(fd);
    return foreground == group;
}

bool os_terminal_reclaim(void) {
    int fd = open_terminal();
    if (fd < 0)
        return false;
    int foreground = tcgetpgrp(fd);
    bool ours = is_ours(foreground);
    if (ours && foreground != getpgrp() && tcsetpgrp(fd, getpgrp()) == 0)
        kill(0, SIGCONT);
    close(fd);
    return ours;
}

/* Whether SIGCONT came since the stop signal, which discarded earlier ones. */
static bool was_continued(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

bool os_terminal_stop(int signo) {
    os_sigset mask, open;
    bool ignored = os_signal_ignored(signo);
    if (os_signal_mask(NULL, &mask) < 0 || os_signal_action(signo, SIG_DFL) < 0)
        return false;
    open = mask & ~OS_SIGNAL(signo);
    kill(0, signo);
    os_signal_mask(&open, NULL); /* here we stop */
    os_signal_mask(&mask, NULL);
    if (ignored)
        os_signal_action(signo, SIG_IGN);
    return was_continued();
}
