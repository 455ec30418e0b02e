/* SPDX-License-Identifier: 0BSD
 *
 * os.walk, os.fwalk, os.scandir, os.listdir: one engine that lists trees.
 *
 * The order is os.walk's: the entries of a directory in directory order, then
 * its subdirectories in that order; bottom-up, a directory comes after its
 * contents. Several threads read directories ahead, in that order and with a
 * bound on memory; their output is emitted in the order of a single thread.
 *
 * A walk never leaves the tree below TOP: each directory is opened by one
 * component with O_NOFOLLOW relative to its parent's descriptor; a directory
 * whose descriptor had to be closed is opened again only if it still has the
 * same mount id, device and inode. Paths have any length and depth; a few
 * descriptors are enough; nothing is recursive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "os/file.h"

/* An entry of a directory, or TOP itself. Valid during the callback that gets it. */
struct os_walk_entry {
    const char *path; /* TOP as given, joined with the names below it; NUL-terminated */
    size_t path_size;
    const char *name; /* the last component; not NUL-terminated where TOP ends with slashes */
    size_t name_size;
    size_t top_size;    /* the path below TOP follows these bytes and their slash */
    unsigned depth;     /* 0: TOP */
    unsigned char type; /* DT_* of readdir(3); DT_UNKNOWN: it vanished before it was determined */
    bool is_directory;  /* a directory, or a symbolic link to one */
    int nowhere;        /* TOP is a link that cannot be resolved: the errno; otherwise 0 */
    uint64_t ino;       /* d_ino: at a mount point that of the directory below the mount */
    int dir_fd;         /* the name is relative to it: for calls on the file itself */
    void *totals;       /* of the directory that lists it; NULL for TOP */
};

/* A directory whose entries were all listed or, in leave(), whose subtree is complete. */
struct os_walk_directory {
    const char *path; /* NUL-terminated */
    size_t path_size;
    unsigned depth;
    void *totals;        /* its own, `totals_size` bytes */
    void *parent_totals; /* NULL for TOP */
};

/* The output of a directory's entries, on its way to emit(). If memory was short for one of the
 * buffers, nothing of the chunk is emitted and the walk fails with ENOMEM. */
struct os_walk_chunk {
    struct buf out;    /* what is printed */
    struct buf errors; /* written by os_walk_fail() */
};

/* Records a failure: error() gets it, in order, after the output of the chunk. `vanished`: the
 * entry is gone, or not a directory any more, since it was listed. `operation` is a literal. */
void os_walk_fail(struct os_walk_chunk *c, int errnum, bool vanished, const char *operation,
                  const char *path);

struct os_walk_ops {
    /* An entry was listed, in any thread: appends its output to the chunk. Returns whether to enter
     * it, if it is a directory or, with `follow`, a link to one. */
    bool (*entry)(void *data, void *scratch, const struct os_walk_entry *e,
                  struct os_walk_chunk *c);
    /* The last entry of a directory was listed, in the same thread as its entries. May be NULL. */
    void (*end)(void *data, void *scratch, const struct os_walk_directory *d,
                struct os_walk_chunk *c);
    /* The output of a directory's entries, in order, one call at a time; `totals` are the
     * directory's, NULL for TOP. Clears `out`. Returns false to stop the walk. */
    bool (*emit)(void *data, struct buf *out, void *totals);
    /* A failure, in order. `totals` are those of the directory in question. Returns false to stop
     * the walk. */
    bool (*error)(void *data, const struct base_error *e, bool vanished, void *totals);
    /* Bottom-up: the subtree of a directory is complete, except for `out`: what entry() appended
     * for the directory itself. It may be changed before it is emitted. In order. May be NULL. */
    void (*leave)(void *data, const struct os_walk_directory *d, struct buf *out);
    /* After a directory was emitted: appends the subdirectories to enter, in order, each as 'l' (it
     * was listed) or 'n' (it was not), the name and a NUL. With one thread and top-down only.
     * NULL: entry() decides. Returns false to stop the walk. */
    bool (*steer)(void *data, const struct os_walk_directory *d, struct buf *names);
};

struct os_walk {
    const struct os_walk_ops *ops;
    void *data;          /* the callbacks' first argument */
    size_t scratch_size; /* bytes, zeroed, that each thread has for its callbacks */
    void (*scratch_finish)(void *scratch); /* NULL: nothing to release */
    size_t totals_size;                    /* bytes, zeroed, that each directory has */
    unsigned jobs;                         /* maximum number of threads; 0 is 1 */
    bool bottom_up;
    bool sort;            /* by the bytes of the names */
    bool resolve;         /* find out whether links point to directories */
    bool follow;          /* enter links to directories, unless one is its own ancestor */
    bool one_file_system; /* do not enter directories of other mounts */
};

/* Walks one tree. `top` is the beginning of all paths; `file` is how it is opened (--fd: a
 * descriptor). A TOP that is not a directory is one entry, and so is a link that cannot be
 * resolved, which is not an error. Returns 0, also after failures that error() got and after a
 * stop; or -errno with *e filled: ENOENT, EACCES, ... if TOP itself cannot be examined; ENOMEM if
 * memory ran short at any point, whatever error() would have decided: the output is a beginning
 * only. */
int os_walk(const struct os_walk *walk, const struct os_file *file, const char *top,
            struct base_error *e);
