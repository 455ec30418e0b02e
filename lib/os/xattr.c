/* SPDX-License-Identifier: 0BSD
 *
 * listxattr, getxattr, setxattr, removexattr.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/kernel.h"
#include "os/xattr.h"

/* The first buffer is small, as the kernel allocates and clears one of the same size. Size 0, which
 * queries the size, does not work on all file systems. */
enum { FIRST_ROOM = 1024 };

enum call { LIST, GET, SET, REMOVE };

/* A call, for any kind of file reference. */
struct request {
    enum call call;
    const char *name;
    const void *value; /* to set */
    void *room;        /* for the result */
    size_t size;       /* of either */
    int flags;
};

static const char *const operations[] = {
    [LIST] = "listxattr",
    [GET] = "getxattr",
    [SET] = "setxattr",
    [REMOVE] = "removexattr",
};

/* How the calls are given a file. */
enum kind { BY_PATH, BY_LINK, BY_FD, KINDS };

static const int numbers[][KINDS] = {
    [LIST] = { SYS_listxattr, SYS_llistxattr, SYS_flistxattr },
    [GET] = { SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr },
    [SET] = { SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr },
    [REMOVE] = { SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr },
};

/* `file` is the address of a path, or a descriptor. */
static ssize_t call_file(enum kind kind, intptr_t file, const struct request *r) {
    int number = numbers[r->call][kind];
    switch (r->call) {
    case LIST:
        return syscall(number, file, r->room, r->size);
    case GET:
        return syscall(number, file, r->name, r->room, r->size);
    case SET:
        return syscall(number, file, r->name, r->value, r->size, r->flags);
    case REMOVE:
        break;
    }
    return syscall(number, file, r->name);
}

static ssize_t call_path(const char *path, bool follow, const struct request *r) {
    return call_file(follow ? BY_PATH : BY_LINK, (intptr_t)path, r);
}

static ssize_t call_at(const struct os_file *file, const struct request *r) {
    int flags = os_file_flags(file);
    uintptr_t address = r->call == SET ? (uintptr_t)r->value : (uintptr_t)r->room;
    struct os_xattr_args args = { address, (uint32_t)r->size, (uint32_t)r->flags };
    switch (r->call) {
    case LIST:
        return syscall(OS_NR_LISTXATTRAT, file->dir_fd, file->path, flags, r->room, r->size);
    case GET:
        return syscall(OS_NR_GETXATTRAT, file->dir_fd, file->path, flags, r->name, &args,
                       sizeof args);
    case SET:
        return syscall(OS_NR_SETXATTRAT, file->dir_fd, file->path, flags, r->name, &args,
                       sizeof args);
    case REMOVE:
        break;
    }
    return syscall(OS_NR_REMOVEXATTRAT, file->dir_fd, file->path, flags, r->name);
}

/* Calls by the descriptor's name in /proc: for an O_PATH descriptor that is the file itself, even
 * if it is a symbolic link. */
static ssize_t call_proc(const struct os_file *file, const struct request *r) {
    struct buf b = { 0 };
    const char *name = os_file_name(file, &b);
    if (!name)
        errno = ENOMEM;
    ssize_t n = name ? call_path(name, !file->path || file->follow, r) : -1;
    int errnum = errno;
    buf_finish(&b);
    errno = errnum;
    return n;
}

static ssize_t call_descriptor(const struct os_file *file, const struct request *r) {
    ssize_t n = call_file(BY_FD, file->dir_fd, r);
    if (n >= 0 || errno != EBADF)
        return n;
    n = call_proc(file, r);
    if (n < 0 && errno == ENOENT)
        errno = EBADF; /* it is not open, or there is no /proc */
    return n;
}

static ssize_t run(const struct os_file *file, const struct request *r) {
    if (!file->path)
        return call_descriptor(file, r);
    if (file->dir_fd == AT_FDCWD || file->path[0] == '/')
        return call_path(file->path, file->follow, r);
    ssize_t n = call_at(file, r);
    /* EPERM may also come from the seccomp filter of a container: try the other way. */
    return n < 0 && (errno == ENOSYS || errno == EPERM) ? call_proc(file, r) : n;
}

static int fail(const struct os_file *file, const struct request *r, int errnum,
                struct base_error *e) {
    int result = os_file_fail(file, errnum, operations[r->call], e);
    if (e)
        os_xattr_explain(e, r->name);
    return result;
}

/* Appends the result of a call. If it does not fit the first room, the next one is the largest
 * possible: there is never a third call, whatever happens to the attribute meanwhile. */
static int fetch(const struct os_file *file, struct request *r, struct buf *b,
                 struct base_error *e) {
    for (size_t room = FIRST_ROOM;; room = OS_XATTR_SIZE_MAX) {
        if (!buf_reserve(b, room))
            return fail(file, r, ENOMEM, e);
        r->room = b->data + b->len;
        r->size = room;
        ssize_t n = run(file, r);
        if (n >= 0) {
            b->len += (size_t)n;
            return 0;
        }
        if (errno != ERANGE || room == OS_XATTR_SIZE_MAX)
            return fail(file, r, errno, e);
    }
}

int os_xattr_list(const struct os_file *file, struct buf *b, struct base_error *e) {
    struct request r = { .call = LIST };
    return fetch(file, &r, b, e);
}

int os_xattr_get(const struct os_file *file, const char *name, struct buf *b,
                 struct base_error *e) {
    struct request r = { .call = GET, .name = name };
    return fetch(file, &r, b, e);
}

int os_xattr_set(const struct os_file *file, const char *name, const void *value, size_t size,
                 int flags, struct base_error *e) {
    struct request r = { .call = SET, .name = name, .value = value, .size = size, .flags = flags };
    /* struct os_xattr_args has 32 bits for it. */
    if (size > OS_XATTR_SIZE_MAX)
        return fail(file, &r, E2BIG, e);
    return run(file, &r) < 0 ? fail(file, &r, errno, e) : 0;
}

int os_xattr_remove(const struct os_file *file, const char *name, struct base_error *e) {
    struct request r = { .call = REMOVE, .name = name };
    return run(file, &r) < 0 ? fail(file, &r, errno, e) : 0;
}
