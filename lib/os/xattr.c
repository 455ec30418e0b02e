/* SPDX-License-Identifier: 0BSD
 *
 * listxattr, getxattr, setxattr, removexattr.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "os/kernel.h"
#include "os/xattr.h"

/* Small ones are asked for in a small buffer: the kernel allocates and clears one of the same
 * size. Never one of size 0, to learn how large they are: some file systems cannot tell. */
enum { FIRST_ROOM = 1024 };

enum call { LIST, GET, SET, REMOVE };

/* A call, whichever way it takes. */
struct request {
    enum call call;
    const char *name;
    const void *value; /* to set */
    void *room;        /* for what is told */
    size_t size;       /* of either */
    int flags;
};

static const char *const operations[] = {
    [LIST] = "listxattr",
    [GET] = "getxattr",
    [SET] = "setxattr",
    [REMOVE] = "removexattr",
};

static ssize_t call_fd(int fd, const struct request *r) {
    switch (r->call) {
    case LIST:
        return flistxattr(fd, r->room, r->size);
    case GET:
        return fgetxattr(fd, r->name, r->room, r->size);
    case SET:
        return fsetxattr(fd, r->name, r->value, r->size, r->flags);
    case REMOVE:
        break;
    }
    return fremovexattr(fd, r->name);
}

static ssize_t call_path(const char *path, bool follow, const struct request *r) {
    switch (r->call) {
    case LIST:
        return (follow ? listxattr : llistxattr)(path, r->room, r->size);
    case GET:
        return (follow ? getxattr : lgetxattr)(path, r->name, r->room, r->size);
    case SET:
        return (follow ? setxattr : lsetxattr)(path, r->name, r->value, r->size, r->flags);
    case REMOVE:
        break;
    }
    return (follow ? removexattr : lremovexattr)(path, r->name);
}

static ssize_t call_at(const struct os_file *w, const struct request *r) {
    int flags = os_file_flags(w);
    uintptr_t address = r->call == SET ? (uintptr_t)r->value : (uintptr_t)r->room;
    struct os_xattr_args args = { address, (uint32_t)r->size, (uint32_t)r->flags };
    switch (r->call) {
    case LIST:
        return syscall(OS_NR_LISTXATTRAT, w->dir_fd, w->path, flags, r->room, r->size);
    case GET:
        return syscall(OS_NR_GETXATTRAT, w->dir_fd, w->path, flags, r->name, &args, sizeof args);
    case SET:
        return syscall(OS_NR_SETXATTRAT, w->dir_fd, w->path, flags, r->name, &args, sizeof args);
    case REMOVE:
        break;
    }
    return syscall(OS_NR_REMOVEXATTRAT, w->dir_fd, w->path, flags, r->name);
}

/* By the descriptor's name in /proc: of a descriptor of O_PATH it is the file itself, also where
 * that is a symbolic link. */
static ssize_t call_proc(const struct os_file *w, const struct request *r) {
    struct buf b = { 0 };
    const char *name = os_file_name(w, &b);
    if (!name)
        errno = ENOMEM;
    ssize_t n = name ? call_path(name, !w->path || w->follow, r) : -1;
    int errnum = errno;
    buf_finish(&b);
    errno = errnum;
    return n;
}

static ssize_t call_descriptor(const struct os_file *w, const struct request *r) {
    ssize_t n = call_fd(w->dir_fd, r);
    if (n >= 0 || errno != EBADF)
        return n;
    n = call_proc(w, r);
    if (n < 0 && errno == ENOENT)
        errno = EBADF; /* it is not open, or there is no /proc */
    return n;
}

static ssize_t run(const struct os_file *w, const struct request *r) {
    if (!w->path)
        return call_descriptor(w, r);
    if (w->dir_fd == AT_FDCWD || w->path[0] == '/')
        return call_path(w->path, w->follow, r);
    ssize_t n = call_at(w, r);
    /* EPERM is also how container seccomp filters refuse what they do not know: ask again. */
    return n < 0 && (errno == ENOSYS || errno == EPERM) ? call_proc(w, r) : n;
}

static int fail(const struct os_file *w, const struct request *r, int errnum,
                struct base_error *e) {
    int result = os_file_fail(w, errnum, operations[r->call], e);
    if (e)
        os_xattr_explain(e, r->name);
    return result;
}

/* What a call writes, appended to b. The largest is tried when it does not fit the first room:
 * whatever happens to it meanwhile, there is no third time. */
static int fetch(const struct os_file *w, struct request *r, struct buf *b, struct base_error *e) {
    for (size_t room = FIRST_ROOM;; room = OS_XATTR_SIZE_MAX) {
        if (!buf_reserve(b, room))
            return fail(w, r, ENOMEM, e);
        r->room = b->data + b->len;
        r->size = room;
        ssize_t n = run(w, r);
        if (n >= 0) {
            b->len += (size_t)n;
            return 0;
        }
        if (errno != ERANGE || room == OS_XATTR_SIZE_MAX)
            return fail(w, r, errno, e);
    }
}

int os_xattr_list(const struct os_file *w, struct buf *b, struct base_error *e) {
    struct request r = { .call = LIST };
    return fetch(w, &r, b, e);
}

int os_xattr_get(const struct os_file *w, const char *name, struct buf *b, struct base_error *e) {
    struct request r = { .call = GET, .name = name };
    return fetch(w, &r, b, e);
}

int os_xattr_set(const struct os_file *w, const char *name, const void *value, size_t size,
                 int flags, struct base_error *e) {
    struct request r = { .call = SET, .name = name, .value = value, .size = size, .flags = flags };
    /* Of the relative call's 32 bits none may be lost. */
    if (size > OS_XATTR_SIZE_MAX)
        return fail(w, &r, E2BIG, e);
    return run(w, &r) < 0 ? fail(w, &r, errno, e) : 0;
}

int os_xattr_remove(const struct os_file *w, const char *name, struct base_error *e) {
    struct request r = { .call = REMOVE, .name = name };
    return run(w, &r) < 0 ? fail(w, &r, errno, e) : 0;
}
