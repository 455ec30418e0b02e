/* SPDX-License-Identifier: 0BSD
 *
 * Steps: file actions, and executing the program.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/device.h"
#include "base/io.h"
#include "os/exec_explain.h"
#include "os/kernel.h"
#include "os/spawn_private.h"

/* The null device by its name. */
static bool is_null(const struct os_step *s) {
    return strcmp(s->object, base_device_path(BASE_NULL)) == 0 &&
           !(s->open.flags & (O_EXCL | O_DIRECTORY | O_PATH));
}

static int open_null(int flags) {
    int fd = (flags & O_ACCMODE) == O_RDONLY ? base_device_open_empty()
                                             : base_device_open(BASE_NULL, flags);
    if (fd >= 0 && !(flags & O_CLOEXEC))
        fcntl(fd, F_SETFD, 0);
    return fd;
}

static int open_file(const struct os_step *s) {
    if (is_null(s))
        return open_null(s->open.flags);
    int fd = openat(AT_FDCWD, s->object, s->open.flags, s->open.mode);
    return fd < 0 ? -errno : fd;
}

/* posix_spawn_file_actions_addopen(3): what is open there is closed first. */
int os_step_open(const struct os_step *s) {
    int want = s->open.fd;
    close(want);
    int fd = open_file(s);
    if (fd < 0 || fd == want)
        return fd < 0 ? fd : 0;
    int r = os_outcome(dup3(fd, want, s->open.flags & O_CLOEXEC));
    close(fd);
    return r;
}

int os_step_close(const struct os_step *s) {
    close(s->fd);
    return 0;
}

int os_step_dup2(const struct os_step *s) {
    int fd = s->dup2.from;
    if (fd != s->dup2.to)
        return os_outcome(dup2(fd, s->dup2.to));
    int flags = fcntl(fd, F_GETFD);
    return os_outcome(flags < 0 ? flags : fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC));
}

int os_step_chdir(const struct os_step *s) {
    return os_outcome(chdir(s->object));
}

int os_step_fchdir(const struct os_step *s) {
    return os_outcome(fchdir(s->fd));
}

/* ---- pipes ---- */

/* Moves a descriptor to the number `want`, where the program gets it. */
static int place(int fd, int want) {
    if (fd == want)
        return os_outcome(fcntl(fd, F_SETFD, 0));
    int r = os_outcome(dup2(fd, want));
    close(fd);
    return r;
}

int os_step_pipe(const struct os_step *s) {
    int ends[2];
    if (pipe2(ends, s->pipe.flags | O_CLOEXEC) < 0)
        return -errno;
    /* The second end may be where the first has to be. */
    int other = ends[1] == s->pipe.from ? fcntl(ends[1], F_DUPFD_CLOEXEC, 0) : ends[1];
    int r = other < 0 ? -errno : place(ends[0], s->pipe.from);
    return r < 0 ? r : place(other, s->pipe.to);
}

/* ---- ranges ---- */

static bool is_own(const struct os_step *s, int fd) {
    for (size_t i = 0; i < s->range.own_count; i++)
        if (s->range.own[i] == fd)
            return true;
    return false;
}

/* Returns the lowest descriptor of our own from `first` on; INT64_MAX: none. */
static int64_t next_own(const struct os_step *s, int64_t first) {
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < s->range.own_count; i++)
        if (s->range.own[i] >= first && s->range.own[i] < next)
            next = s->range.own[i];
    return next;
}

/* A descriptor's number in /proc/self/fd; -1 for "." and "..". */
static int parse_fd(const char *name) {
    int fd = name[0] == '.' ? -1 : 0;
    for (; *name >= '0' && *name <= '9'; name++)
        fd = fd * 10 + (*name - '0');
    return fd;
}

/* Closes the descriptors that one read of /proc/self/fd lists. Returns false if there were none. */
static bool close_entries(const struct os_step *s, int directory, const char *entries, long size) {
    const struct os_dirent *entry;
    bool found = false;
    for (long at = 0; at < size; at += entry->d_reclen) {
        entry = (const struct os_dirent *)(const void *)(entries + at);
        int fd = parse_fd(entry->d_name);
        if (fd < s->range.first || fd > s->range.last || fd == directory || is_own(s, fd))
            continue;
        close(fd);
        found = true;
    }
    return found;
}

/* Replaces close_range(2) (Linux 5.9) if it is missing or a sandbox denies it. Closing changes the
 * directory, so it is read again until it lists nothing more. */
static int close_listed(const struct os_step *s) {
    char room[4096];
    int directory = base_open(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
    if (directory < 0)
        return directory;
    for (bool found = true; found;) {
        long size;
        found = false;
        lseek(directory, 0, SEEK_SET);
        while ((size = syscall(SYS_getdents64, directory, room, sizeof room)) > 0)
            found = close_entries(s, directory, room, size) || found;
    }
    close(directory);
    return 0;
}

int os_step_close_range(const struct os_step *s) {
    int64_t last = s->range.last;
    for (int64_t at = s->range.first; at <= last;) {
        int64_t own = next_own(s, at);
        int64_t end = own <= last ? own : last + 1; /* not closed */
        if (end > at && syscall(OS_NR_CLOSE_RANGE, (unsigned)at, (unsigned)(end - 1), 0) < 0)
            return close_listed(s);
        at = end + 1;
    }
    return 0;
}

/* ---- exec ---- */

/* Whether the search goes on after an error, as in execvp(3), which however ends at an element of
 * PATH that is too long or a loop of links. */
static bool goes_on(int errnum) {
    static const int errnums[] = { ENOENT, ENOTDIR,   EACCES, ENAMETOOLONG,
                                   ELOOP,  ETIMEDOUT, ESTALE, ENODEV };
    for (size_t i = 0; i < sizeof errnums / sizeof *errnums; i++)
        if (errnums[i] == errnum)
            return true;
    return false;
}

/* Executes the first candidate that can be. Returns -errno; *culprit is the path that it is about,
 * NULL: none. One that may not be executed is remembered while the search goes on. */
static int exec_candidates(const struct os_step *s, const char **culprit) {
    int errnum = strlen(s->object) > NAME_MAX ? ENAMETOOLONG : ENOENT;
    const char *path = s->exec.candidates;
    *culprit = errnum == ENOENT ? NULL : s->object;
    for (size_t i = 0; i < s->exec.count; i++, path += strlen(path) + 1) {
        execve(path, s->exec.argv, s->exec.environ);
        bool last = !s->exec.searched || !goes_on(errno);
        if (last || (errno == EACCES && errnum != EACCES)) {
            errnum = errno;
            *culprit = path;
        }
        if (last)
            break;
    }
    return -errnum;
}

/* As execvp(3) without its fallback to a shell. */
int os_step_exec(const struct os_step *s) {
    const char *culprit = NULL;
    int r;
    if (s->exec.fd >= 0) {
        syscall(SYS_execveat, s->exec.fd, "", s->exec.argv, s->exec.environ, AT_EMPTY_PATH);
        r = -errno;
    } else {
        r = exec_candidates(s, &culprit);
    }
    if (s->exec.failure)
        os_exec_explain(s->exec.failure, s, culprit, -r);
    return r;
}
