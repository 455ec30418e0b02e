/* SPDX-License-Identifier: 0BSD
 *
 * os.walk, os.fwalk, os.scandir, os.listdir: one engine that lists trees.
 *
 * The order is os.walk's: the entries of a directory in directory order, then
 * its subdirectories in that order; bottom-up, a directory comes after what is
 * in it. Several threads read directories ahead, in that order and within a
 * bound on memory; what they made is handed over in the order of one thread.
 *
 * A walk never leaves the tree below TOP: each directory is opened by one
 * component with O_NOFOLLOW relative to its parent's descriptor; where a
 * descriptor had to be closed, the directory that is opened again must have the
 * mount id, device and inode that the closed one had. Paths have any length and
 * depth; few descriptors are enough; nothing is recursive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "os/file.h"

/* An entry of a directory, or a TOP. Valid during the call that gets it. */
struct os_walk_entry {
    const char *path; /* TOP as given, joined with the names below it; NUL-terminated */
    size_t path_size;
    const char *name; /* the last component; of a TOP: TOP itself */
    size_t name_size;
    size_t top_size;    /* the path below TOP begins behind these bytes and their slash */
    unsigned depth;     /* 0: TOP */
    unsigned char type; /* DT_* of readdir(3), DT_UNKNOWN when it vanished before it was known */
    bool is_directory;  /* a directory, or a symbolic link to one */
    int nowhere;        /* of a TOP that is a link and leads nowhere: the errno; otherwise 0 */
    uint64_t ino;       /* d_ino: at a mount point that of the directory below the mount */
    int dir_fd;         /* the name is relative to it: for calls on the file itself */
    void *totals;       /* of the directory it is listed in; NULL for a TOP */
};

/* What became of a directory, once all below it was handed over. */
struct os_walk_directory {
    const char *path;
    size_t path_size;
    unsigned depth;
    void *totals;        /* its own, `totals_size` bytes */
    void *parent_totals; /* NULL for a TOP */
};

/* What the entries of a directory made, on its way to emit(). */
struct os_walk_chunk {
    struct buf out;    /* what is printed */
    struct buf errors; /* struct os_walk_error, each with its path behind it */
};

struct os_walk_error {
    int errnum;
    bool vanished;         /* it is gone, or no directory any more, since it was listed */
    const char *operation; /* a literal */
    size_t path_size;      /* bytes that follow, a NUL included */
};

/* Notes a failure; it is handed over in order, behind what the chunk holds. */
void os_walk_fail(struct os_walk_chunk *c, int errnum, bool vanished, const char *operation,
                  const char *path);

struct os_walk_ops {
    /* An entry was listed, in any thread: appends what it prints to the chunk. True: enter it
     * (asked of directories; also of links to them, with `follow`). */
    bool (*entry)(void *data, void *scratch, const struct os_walk_entry *e,
                  struct os_walk_chunk *c);
    /* The last entry of a directory was listed, in the same thread as its entries. May be NULL. */
    void (*end)(void *data, void *scratch, const struct os_walk_directory *d,
                struct os_walk_chunk *c);
    /* What was appended for a directory's entries, in order, one call at a time; `totals` are the
     * directory's, NULL for a TOP. Clears `out`. False: stop. */
    bool (*emit)(void *data, struct buf *out, void *totals);
    /* What failed, in order. `totals` are those of the directory in question. False: stop. */
    bool (*error)(void *data, const struct base_error *e, bool vanished, void *totals);
    /* Bottom-up: all of a directory was handed over but what entry() appended for itself, which is
     * `out` and may be changed before it is emitted. In order. May be NULL. */
    void (*leave)(void *data, const struct os_walk_directory *d, struct buf *out);
    /* After a directory was handed over: appends the subdirectories to enter, in order, each as
     * 'l' (it was listed) or 'n' (it was not), the name and a NUL. With one thread and top-down
     * only; NULL: what entry() said. False: stop. */
    bool (*steer)(void *data, const struct os_walk_directory *d, struct buf *names);
};

struct os_walk {
    const struct os_walk_ops *ops;
    void *data;          /* the callbacks' first argument */
    size_t scratch_size; /* bytes, zero at first, that each thread has for its callbacks */
    void (*scratch_finish)(void *scratch); /* NULL: nothing to release */
    size_t totals_size;                    /* bytes, zero at first, that each directory has */
    unsigned jobs;                         /* threads at the most; 0 is 1 */
    bool bottom_up;
    bool sort;            /* by the bytes of the names */
    bool resolve;         /* tell of links whether they lead to directories */
    bool follow;          /* enter links to directories, unless one is its own ancestor */
    bool one_file_system; /* do not enter directories of other mounts */
};

/* Walks one tree. `top` is what paths begin with; `where` is how it is opened (--fd: a descriptor).
 * A TOP that is no directory is one entry, and so is a link that leads nowhere, of which no error
 * is handed over. 0, also after errors that were handed over and after a stop; -errno when TOP
 * itself cannot be looked at (ENOENT, EACCES, ...) or memory is short: then *e is filled and
 * error() was not called. */
int os_walk(const struct os_walk *walk, const struct os_file *where, const char *top,
            struct base_error *e);

/* The number of CPUs that this process may run on: a good number of jobs. */
unsigned os_usable_cpus(void);
