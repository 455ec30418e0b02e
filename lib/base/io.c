/* SPDX-License-Identifier: 0BSD
 *
 * Reading, writing and opening, with EINTR and short counts handled.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

enum { READ_SIZE = 4096 };

static int open_at(int dir_fd, const char *path, int flags, mode_t mode) {
    int fd;
    do
        fd = openat(dir_fd, path, flags | O_CLOEXEC | O_NOCTTY, mode);
    while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

int base_open(int dir_fd, const char *path, int flags) {
    return open_at(dir_fd, path, flags, 0);
}

int base_create(const char *path, int flags, mode_t mode) {
    return open_at(AT_FDCWD, path, flags | O_CREAT, mode);
}

int base_create_in(const char *dir) {
    return open_at(AT_FDCWD, dir, O_TMPFILE | O_RDWR | O_EXCL, 0600);
}

/* Waits for a descriptor that another process made non-blocking. Returns -errno on failure. */
static int wait_ready(int fd, short events) {
    struct pollfd p = { .fd = fd, .events = events };
    while (poll(&p, 1, -1) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

ssize_t base_read(int fd, void *bytes, size_t size) {
    for (;;) {
        ssize_t n = read(fd, bytes, size);
        if (n >= 0)
            return n;
        if (errno == EAGAIN) {
            int r = wait_ready(fd, POLLIN);
            if (r < 0)
                return r;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
}

ssize_t base_read_text(const char *path, char *text, size_t room) {
    int fd = base_open(AT_FDCWD, path, O_RDONLY);
    ssize_t size = fd < 0 ? fd : base_read(fd, text, room - 1);
    if (fd >= 0)
        close(fd);
    text[size > 0 ? size : 0] = '\0';
    return size;
}

int base_read_file(const char *path, struct buf *b) {
    int fd = base_open(AT_FDCWD, path, O_RDONLY);
    ssize_t n = fd < 0 ? fd : 1;
    while (n > 0) {
        n = buf_reserve(b, READ_SIZE) ? base_read(fd, b->data + b->len, READ_SIZE) : -ENOMEM;
        b->len += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    return (int)n;
}

ssize_t base_read_once(int fd, void *bytes, size_t size) {
    ssize_t n;
    do
        n = read(fd, bytes, size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

ssize_t base_write_once(int fd, const void *bytes, size_t size) {
    ssize_t n;
    do
        n = write(fd, bytes, size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

int base_reopen(int fd, int flags) {
    struct stat want, got;
    char path[sizeof "/proc/self/fd/" + 11];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = base_open(AT_FDCWD, path, flags);
    if (again < 0)
        return again;
    /* Another file may be mounted where /proc should be. */
    if (fstat(fd, &want) == 0 && fstat(again, &got) == 0 && want.st_dev == got.st_dev &&
        want.st_ino == got.st_ino)
        return again;
    close(again);
    return -ENOENT;
}

int base_write(int fd, const void *bytes, size_t size) {
    const char *p = bytes;
    while (size > 0) {
        ssize_t n = write(fd, p, size);
        if (n >= 0) {
            p += n;
            size -= (size_t)n;
        } else if (errno == EAGAIN) {
            int r = wait_ready(fd, POLLOUT);
            if (r < 0)
                return r;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

/* Only in this thread, and not by ignoring the signal, which programs would inherit. */
static int write_without_signal(int fd, const void *bytes, size_t size) {
    static const struct timespec now = { 0 };
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    int r = base_write(fd, bytes, size);
    if (r == -EFBIG)
        sigtimedwait(&set, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r;
}

int base_write_limited(int fd, const void *bytes, size_t size) {
    struct rlimit limit;
    bool limited = getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur != RLIM_INFINITY;
    return limited ? write_without_signal(fd, bytes, size) : base_write(fd, bytes, size);
}
