/* SPDX-License-Identifier: 0BSD
 *
 * Why a program cannot be executed.
 *
 * The kernel's errno is about the program, the interpreter of its #! line (which
 * may be a script itself), or the loader that an ELF file names. They are looked
 * at in this order, for what gives this errno.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/io.h"
#include "os/elf.h"
#include "os/exec_explain.h"
#include "os/limit.h"

enum { NESTING_MAX = 6 /* of scripts, the kernel's limit is 5 */ };

static void copy(char *to, const char *from, size_t size) {
    if (size >= PATH_MAX)
        size = PATH_MAX - 1;
    memmove(to, from, size);
    to[size] = '\0';
}

static bool found(struct os_exec_failure *f, enum os_exec_reason reason) {
    f->reason = (uint8_t)reason;
    return true;
}

/* ---- the path ---- */

static enum os_exec_reason directory_problem(const char *path) {
    struct stat st;
    if (stat(path, &st) < 0)
        return errno == ENOENT ? OS_EXEC_NO_DIRECTORY : OS_EXEC_UNKNOWN;
    if (!S_ISDIR(st.st_mode))
        return OS_EXEC_NOT_DIRECTORY;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? OS_EXEC_UNSEARCHABLE : OS_EXEC_UNKNOWN;
}

/* Finds the first directory of a path that cannot be passed. */
static bool explain_directories(struct os_exec_failure *f, const char *path) {
    char directory[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); path[0] && slash; slash = strchr(slash, '/')) {
        copy(directory, path, (size_t)(slash - path));
        enum os_exec_reason reason = directory_problem(directory);
        if (reason != OS_EXEC_UNKNOWN) {
            copy(f->path, directory, strlen(directory));
            return found(f, reason);
        }
        slash += strspn(slash, "/");
    }
    return false;
}

/* "file" becomes the link, "path" its target. */
static bool explain_link(struct os_exec_failure *f, const char *path) {
    char target[PATH_MAX];
    ssize_t size = readlink(path, target, sizeof target);
    if (size < 0)
        return false;
    if (f->subject != OS_EXEC_PROGRAM)
        copy(f->file, path, strlen(path));
    f->subject = OS_EXEC_PROGRAM;
    copy(f->path, target, (size_t)size);
    return found(f, OS_EXEC_DANGLING);
}

static bool explain_missing(struct os_exec_failure *f, const char *path) {
    size_t size = strlen(path);
    if (f->subject == OS_EXEC_INTERPRETER && size && path[size - 1] == '\r')
        return found(f, OS_EXEC_RETURN);
    if (explain_link(f, path))
        return true;
    if (f->subject == OS_EXEC_PROGRAM)
        return explain_directories(f, path);
    bool relative = f->subject == OS_EXEC_INTERPRETER && path[0] != '/';
    return found(f, relative ? OS_EXEC_RELATIVE : OS_EXEC_MISSING);
}

static bool explain_length(struct os_exec_failure *f, const char *path) {
    for (const char *name = path; *name; name += name[0] == '/') {
        size_t size = strcspn(name, "/");
        f->number = size;
        f->limit = NAME_MAX;
        if (size > NAME_MAX)
            return found(f, OS_EXEC_LONG_NAME);
        name += size;
        if (!*name)
            break;
    }
    f->number = strlen(path);
    f->limit = PATH_MAX - 1;
    return f->number > f->limit && found(f, OS_EXEC_LONG_PATH);
}

static bool explain_no_file(struct os_exec_failure *f, const char *path, int errnum) {
    switch (errnum) {
    case ENOENT:
        return explain_missing(f, path);
    case EACCES:
    case ENOTDIR:
        return explain_directories(f, path);
    case ELOOP:
        return found(f, OS_EXEC_LINK_LOOP);
    case ENAMETOOLONG:
        return explain_length(f, path);
    default:
        return false;
    }
}

/* ---- the file ---- */

/* access(2) knows of mounts without execution, too. */
static bool explain_refusal(struct os_exec_failure *f, const char *path, const struct stat *st) {
    struct statvfs fs;
    if (S_ISDIR(st->st_mode))
        return found(f, OS_EXEC_DIRECTORY);
    if (!S_ISREG(st->st_mode))
        return found(f, OS_EXEC_SPECIAL);
    if (!(st->st_mode & 0111))
        return found(f, OS_EXEC_NO_X);
    if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
        return false;
    if (statvfs(path, &fs) == 0 && fs.f_flag & ST_NOEXEC)
        return found(f, OS_EXEC_NOEXEC);
    f->number = geteuid();
    return found(f, OS_EXEC_REFUSED);
}

static bool explain_file(struct os_exec_failure *f, const char *path, int errnum) {
    struct stat st;
    if (stat(path, &st) < 0)
        return explain_no_file(f, path, errno);
    if (errnum == EACCES)
        return explain_refusal(f, path, &st);
    if (errnum == ETXTBSY)
        return found(f, OS_EXEC_BUSY);
    if (errnum == EPERM && getxattr(path, "security.capability", NULL, 0) > 0)
        return found(f, OS_EXEC_CAPABILITIES);
    return !S_ISREG(st.st_mode); /* opening anything else might block */
}

/* ---- what it contains ---- */

static const char *skip_blanks(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

static const char *find_blank(const char *at, const char *end) {
    while (at < end && *at != ' ' && *at != '\t' && *at)
        at++;
    return at;
}

/* As the kernel reads a #! line: only in the first bytes, which are filled up with NULs. */
static bool read_line(struct os_exec_failure *f, const char *head) {
    const char *end = memchr(head, '\n', OS_ELF_HEAD);
    const char *name = skip_blanks(head + 2, end ? end : head + OS_ELF_HEAD);
    const char *after = find_blank(name, end ? end : head + OS_ELF_HEAD);
    f->limit = OS_ELF_HEAD - sizeof "#!";
    if (!end && after == head + OS_ELF_HEAD)
        return found(f, OS_EXEC_LONG_LINE);
    if (name == after)
        return found(f, OS_EXEC_NO_NAME);
    f->subject = OS_EXEC_INTERPRETER;
    copy(f->path, name, (size_t)(after - name));
    return false;
}

static bool explain_elf(struct os_exec_failure *f, int fd, const char *head, int errnum) {
    if (errnum == ENOEXEC || f->subject == OS_EXEC_LOADER) {
        f->number = os_elf_machine(head);
        if (!os_elf_is_program(head))
            return found(f, OS_EXEC_OBJECT);
        return found(f, os_elf_is_native(head) ? OS_EXEC_DAMAGED : OS_EXEC_MACHINE);
    }
    if (!os_elf_loader(fd, head, f->path))
        return true;
    f->subject = OS_EXEC_LOADER;
    return false;
}

static bool explain_format(struct os_exec_failure *f, const char *head, size_t size) {
    if (size == 0)
        return found(f, OS_EXEC_EMPTY);
    if (memcmp(head, "\xef\xbb\xbf#!", 5) == 0)
        return found(f, OS_EXEC_BYTE_ORDER_MARK);
    return found(f, memchr(head, '\0', size) ? OS_EXEC_UNKNOWN_FORMAT : OS_EXEC_NO_FORMAT);
}

/* Returns false if `subject` and `path` are the next file to look at. */
static bool explain_content(struct os_exec_failure *f, const char *path, int errnum) {
    char head[OS_ELF_HEAD] = { 0 };
    int fd = base_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return true;
    ssize_t size = base_read(fd, head, sizeof head);
    bool done = true;
    if (size > 0 && memcmp(head, ELFMAG, SELFMAG) == 0)
        done = explain_elf(f, fd, head, errnum);
    else if (size > 2 && memcmp(head, "#!", 2) == 0 && f->subject != OS_EXEC_LOADER)
        done = read_line(f, head);
    else if (size >= 0 && (errnum == ENOEXEC || f->subject == OS_EXEC_LOADER))
        done = explain_format(f, head, (size_t)size);
    close(fd);
    return done;
}

/* ---- the program ---- */

static void explain_program(struct os_exec_failure *f, const char *program, int errnum) {
    char path[PATH_MAX];
    copy(path, program, strlen(program));
    for (int nesting = 0; nesting < NESTING_MAX; nesting++) {
        bool was_loader = f->subject == OS_EXEC_LOADER, was_script = nesting > 0;
        if (explain_file(f, path, errnum) || (was_loader && errnum != ELIBBAD) ||
            explain_content(f, path, errnum))
            return;
        if (was_script)
            copy(f->file, path, strlen(path));
        copy(path, f->path, strlen(f->path));
    }
    if (errnum == ELOOP)
        found(f, OS_EXEC_NESTED);
}

/* Explains the path that PATH led to, or that is the object. */
static void explain_candidate(struct os_exec_failure *f, const char *path, const char *object,
                              int errnum) {
    const char *file = strcmp(path, object) != 0 ? path : "";
    copy(f->file, file, strlen(file));
    explain_program(f, path, errnum);
    if (f->reason != OS_EXEC_UNKNOWN)
        return;
    f->subject = OS_EXEC_PROGRAM;
    copy(f->file, file, strlen(file));
    f->path[0] = '\0';
}

enum { DESCRIPTOR_PATH = 32 };

static const char *descriptor_path(char room[static DESCRIPTOR_PATH], int fd) {
    static const char folder[] = "/proc/self/fd/";
    char *at = room + DESCRIPTOR_PATH - 1;
    *at = '\0';
    do
        *--at = (char)('0' + fd % 10);
    while (fd /= 10);
    at -= sizeof folder - 1;
    memcpy(at, folder, sizeof folder - 1);
    return at;
}

static void explain_descriptor(struct os_exec_failure *f, int fd, int errnum) {
    char room[DESCRIPTOR_PATH];
    const char *path = descriptor_path(room, fd);
    f->number = (uint64_t)fd;
    if (fcntl(fd, F_GETFD) < 0)
        found(f, OS_EXEC_CLOSED);
    else
        explain_candidate(f, path, path, errnum);
}

/* ---- a name that PATH does not find ---- */

/* Returns the first path that exists: its interpreter does not. */
static const char *find_candidate(const struct os_step *s) {
    struct stat st;
    const char *path = s->exec.candidates;
    for (size_t i = 0; i < s->exec.count; i++, path += strlen(path) + 1)
        if (lstat(path, &st) == 0)
            return path;
    return NULL;
}

static void explain_search(struct os_exec_failure *f, const struct os_step *s) {
    struct stat st;
    if (stat(s->object, &st) == 0 && S_ISREG(st.st_mode) &&
        faccessat(AT_FDCWD, s->object, X_OK, AT_EACCESS) == 0)
        found(f, OS_EXEC_NOT_IN_PATH);
}

/* ---- what it would be given ---- */

/* Returns the bytes that strings take on the new stack, with the pointers to them. */
static uint64_t measure(char *const *strings) {
    uint64_t total = 0;
    for (; strings && *strings; strings++)
        total += strlen(*strings) + 1 + sizeof *strings;
    return total;
}

enum { SMALLEST = 131072, GREATEST = 6 << 20 };

/* A quarter of the stack, but not less than SMALLEST or more than GREATEST (execve(2)). A single
 * string has a limit, too, but what exceeds that could not be passed to us either. */
static void explain_size(struct os_exec_failure *f, const struct os_step *s) {
    struct rlimit stack = { 0 };
    os_limit(RLIMIT_STACK, NULL, &stack);
    uint64_t limit = stack.rlim_cur / 4;
    f->limit = limit < SMALLEST ? SMALLEST : limit > GREATEST ? GREATEST : limit;
    f->number = measure(s->exec.argv) + measure(s->exec.environ);
    found(f, OS_EXEC_LONG_LIST);
}

/* ---- all of it ---- */

void os_exec_explain(struct os_exec_failure *f, const struct os_step *s, const char *culprit,
                     int errnum) {
    f->reason = OS_EXEC_UNKNOWN;
    f->subject = OS_EXEC_PROGRAM;
    f->file[0] = f->path[0] = '\0';
    if (!culprit && errnum == ENOENT && s->exec.fd < 0)
        culprit = find_candidate(s);
    if (errnum == E2BIG)
        explain_size(f, s);
    else if (s->exec.fd >= 0)
        explain_descriptor(f, s->exec.fd, errnum);
    else if (!s->object[0])
        found(f, OS_EXEC_NO_COMMAND);
    else if (!culprit)
        explain_search(f, s);
    else if (errnum != ENAMETOOLONG || !explain_length(f, culprit))
        explain_candidate(f, culprit, s->object, errnum);
}
