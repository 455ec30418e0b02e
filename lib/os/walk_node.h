/* SPDX-License-Identifier: 0BSD
 *
 * The insides of lib/os/walk: the directories of a walk, and the state that its
 * threads share. Each file calls only those that follow it:
 *
 *     walk.c       decides which thread reads which directory when
 *     walk_read.c  reads one directory
 *     walk_emit.c  hands output and failures to the callbacks, in order
 *     walk_open.c  opens directories and keeps descriptors few
 *     walk_node.c  keeps directories and their orders
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/vec.h"
#include "os/walk.h"

/* Recorded from an open descriptor: identifies a directory. */
struct walk_identity {
    uint64_t mount; /* 0: the kernel does not report it */
    uint64_t inode;
    uint32_t major, minor;
};

enum walk_state {
    WALK_WAITING, /* not yet read */
    WALK_CLAIMED, /* a thread is reading it */
    WALK_READY,   /* read: its chunk waits for its turn */
};

/* A directory, from when it is listed until its subtree was emitted. walk_shared.lock guards the
 * members. The exception is a claimed node, which belongs to the thread that reads it: no other
 * thread touches its `fd`, `identity`, `identified`, `chunk` and `totals`. */
struct walk_node {
    struct walk_node *parent;                        /* NULL: TOP */
    struct walk_node *next, *previous;               /* in the order of output */
    struct walk_node *next_unread, *previous_unread; /* of those not yet read, in that order */
    struct walk_node *newer, *older; /* among the open ones; see reopen_by_names() */
    unsigned references;             /* its place in the order, its children, threads' paths */
    unsigned pending;                /* children not yet opened */
    unsigned pins;                   /* threads that are opening a child */
    unsigned depth;
    int fd;           /* -1: not open */
    uint8_t state;    /* enum walk_state */
    bool evicted;     /* closed though there are pending children */
    bool identified;  /* `identity` is valid */
    bool link;        /* entered through a symbolic link */
    bool unlisted;    /* steered to: it is an error if it does not exist */
    bool not_entered; /* bottom-up: has a line, but its contents are not listed */
    struct walk_identity identity;
    size_t path_size;
    size_t buffered; /* bytes of the chunk that are counted in walk_shared.buffered */
    struct os_walk_chunk chunk;
    struct buf line; /* bottom-up: its own line */
    void *totals;
    size_t name_size;
    char name[];
};

/* Nodes in a doubly linked list, or their own. */
struct walk_list {
    struct walk_node *first, *last;
};

enum { WALK_SPARES = 64 };

struct walk_threads BASE_VEC(pthread_t);

/* What the threads of a walk share. */
struct walk_shared {
    const struct os_walk *walk;
    const struct os_file *top_file;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned waiting; /* threads that wait for `changed` */
    unsigned threads;
    struct walk_threads started;
    struct walk_list order;   /* all nodes not yet emitted, in the order of output */
    struct walk_node *unread; /* the first not yet read; few of them are claimed */
    struct walk_list open;    /* open nodes that were read, the oldest first */
    unsigned open_count;      /* descriptors of nodes */
    unsigned open_most;
    atomic_uint evicted_count;
    size_t buffered;                /* bytes of chunks that wait */
    struct walk_identity top;       /* with one_file_system */
    size_t top_size;                /* bytes of TOP without slashes at its end */
    struct buf spares[WALK_SPARES]; /* of chunks that were emitted, empty */
    unsigned spare_count;
    struct walk_node *free_nodes; /* by `next` */
    bool emitting;                /* a thread is emitting; it alone uses `path` */
    struct buf path;              /* of the directory whose subtree is complete */
    bool stopped;
    int failed; /* errno of a failure of the walk itself: see os_walk_stop() */
};

/* An entry kept for sorting; `name` is an offset in walk_worker.names until all are read. */
struct walk_kept {
    const char *name;
    size_t offset;
    uint64_t ino;
    size_t size;
    unsigned char type;
};
struct walk_kept_list BASE_VEC(struct walk_kept);

/* One thread. */
struct walk_worker {
    struct walk_shared *shared;
    struct buf path;              /* of the directory being read, and its slash */
    struct walk_node *last;       /* whose path it is; holds a reference */
    struct walk_list children;    /* of the directory being read, in its order */
    size_t top_size;              /* bytes of TOP in it, without slashes at its end */
    struct walk_kept_list kept;   /* sort: the entries of the directory, */
    struct buf names;             /* and their names, each with a NUL */
    struct buf room;              /* for getdents64 */
    struct walk_node *free_nodes; /* to use again, by `next` */
    void *scratch;
};

/* ---- walk_node.c ---- */

/* A node with one reference; NULL: memory is short. The lock is not held. */
struct walk_node *os_walk_node_new(struct walk_worker *w, struct walk_node *parent,
                                   const char *name, size_t size);
/* Gives back a reference; a node without references gives back its parent's. The lock is held. */
void os_walk_node_release(struct walk_shared *s, struct walk_node *node);
/* Frees the nodes that were kept to be used again, by `next`. */
void os_walk_nodes_free(struct walk_node *node);

/* Append a node to a list, or remove it. The lock is held if the list is shared. */
void os_walk_list_append(struct walk_list *list, struct walk_node *node);
void os_walk_list_remove(struct walk_list *list, struct walk_node *node);
/* Moves all nodes of `from` to the place after `after` in `list` (NULL: to its beginning). */
void os_walk_list_splice(struct walk_list *list, struct walk_node *after, struct walk_list *from);

/* Inserts a node into the order of reading, before another one. */
void os_walk_unread_insert(struct walk_shared *s, struct walk_node *before, struct walk_node *node);
void os_walk_unread_remove(struct walk_shared *s, struct walk_node *node);

/* ---- walk_open.c ---- */

/* How many descriptors a walk may use, by RLIMIT_NOFILE. */
unsigned os_walk_open_limit(void);
/* Makes sure that the parent of a node to be read is open and stays so. Returns its descriptor (0
 * for TOP, which has no parent), valid until os_walk_unpin_parent(); or -errno: it could not be
 * opened again, with ESTALE if another directory is in its place. The lock is held. */
int os_walk_pin_parent(struct walk_shared *s, struct walk_node *node);
/* Undoes that, once the node was opened (or could not be): closes what is not needed any more. The
 * lock is held. */
void os_walk_unpin_parent(struct walk_shared *s, struct walk_node *node);
/* A directory without subdirectories was read: closes it, unless it may be needed to find others.
 * The lock is not held, as closing takes longer than all that is done with it. */
void os_walk_close_early(struct walk_shared *s, struct walk_node *node);
/* A directory was read: keeps it open for its children, or closes it. The lock is held. */
void os_walk_settle(struct walk_shared *s, struct walk_node *node);
/* Opens a node; `parent_fd` is what os_walk_pin_parent() returned. Returns 0, or -errno with the
 * operation. *skip: it is not to be read (another mount). The lock is not held. */
int os_walk_open(struct walk_shared *s, struct walk_node *node, int parent_fd,
                 const char **operation, bool *skip);

/* ---- walk_emit.c ---- */

/* Waits until another thread changes something, or wakes those that wait. The lock is held. */
void os_walk_wait(struct walk_shared *s);
void os_walk_wake(struct walk_shared *s);
/* Ends the walk: `r` is -ECANCELED if a callback wanted that, otherwise the -errno with which
 * os_walk() fails. The lock is held. */
void os_walk_stop(struct walk_shared *s, int r);
/* The path of a directory, made of the names above it, in s->path. NULL: memory is short. */
const char *os_walk_path(struct walk_shared *s, const struct walk_node *node);
/* os_walk_fail() for a path that is not NUL-terminated. */
void os_walk_fail_sized(struct os_walk_chunk *c, int errnum, bool vanished, const char *operation,
                        const char *path, size_t size);
/* Hands a chunk to the callbacks. `totals` are those of its directory, and `out_totals` those that
 * the output counts for (they differ for TOP). Returns 0, or -errno for os_walk_stop(): ECANCELED,
 * or ENOMEM if the chunk is incomplete; then nothing of it is emitted. The lock is not held. */
int os_walk_emit(const struct os_walk *walk, struct os_walk_chunk *c, void *out_totals,
                 void *totals);
/* Emits the beginning of the order, as far as it is ready. The lock is held, but released while a
 * callback runs. */
void os_walk_emit_ready(struct walk_shared *s);
/* Called by the reader of `node` when its chunk has grown large: emits it if it is its turn, or
 * waits for that when too much is buffered. Returns 0, or -ECANCELED if the walk was stopped. */
int os_walk_emit_part(struct walk_worker *w, struct walk_node *node);

/* Bytes of chunks that may be buffered before threads stop reading ahead. */
enum { WALK_WINDOW = 4 * 1024 * 1024 };

/* ---- walk_read.c ---- */

/* Opens and reads a directory: fills its chunk and w->children. `parent_fd` is what
 * os_walk_pin_parent() returned. Returns 1; 0 if it was not read, which is not an error or is
 * recorded in the chunk; or -errno for os_walk_stop(). */
int os_walk_read(struct walk_worker *w, struct walk_node *node, int parent_fd);
