/* SPDX-License-Identifier: 0BSD
 *
 * The insides of lib/os/walk: the directories of a walk and who shares them.
 * walk.c decides who reads what when, walk_node.c keeps directories and their
 * orders, walk_read.c reads one directory, walk_open.c opens directories and keeps
 * descriptors few.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "os/walk.h"

/* Recorded from an opened descriptor: what makes it the same directory. */
struct walk_identity {
    uint64_t mount; /* 0: the kernel does not tell */
    uint64_t inode;
    uint32_t major, minor;
};

enum walk_state {
    WALK_WAITING, /* nobody reads it yet */
    WALK_CLAIMED, /* a thread reads it */
    WALK_READY,   /* read: its chunk waits for its turn */
};

/* A directory from when it is listed until it and all below it was handed over. The members are
 * guarded by walk_shared.lock, but for those of the thread that reads it. */
struct walk_node {
    struct walk_node *parent;                        /* NULL: TOP */
    struct walk_node *next, *previous;               /* in the order of handing over */
    struct walk_node *next_unread, *previous_unread; /* of those that are not read, in that order */
    struct walk_node *newer, *older;                 /* among the open ones */
    unsigned references; /* its place in the order, its children, threads' paths */
    unsigned pending;    /* children that were not opened yet */
    unsigned pins;       /* threads that use the descriptor */
    unsigned depth;
    int fd;            /* -1: not open */
    uint8_t state;     /* enum walk_state */
    bool evicted;      /* closed though there are pending children */
    bool identified;   /* `identity` is known */
    bool link;         /* entered through a symbolic link */
    bool unlisted;     /* steered to: that it does not exist is an error */
    bool closed_to_us; /* bottom-up: has a line but is not entered */
    struct walk_identity identity;
    size_t path_size;
    size_t buffered; /* bytes of the chunk that count for the window */
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

/* What the threads of a walk share. */
struct walk_shared {
    const struct os_walk *walk;
    const struct os_file *where; /* of TOP */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned waiting; /* threads that wait for `changed` */
    unsigned threads;
    struct buf thread_ids;    /* pthread_t of those that were started */
    struct walk_list order;   /* all nodes not yet handed over, in that order */
    struct walk_node *unread; /* the first that is not read; few of them are claimed */
    struct walk_list open;    /* open nodes that nobody reads, the oldest first */
    unsigned open_count;      /* descriptors of nodes */
    unsigned open_most;
    atomic_uint evicted_count;
    size_t buffered;                /* bytes of chunks that wait */
    struct walk_identity top;       /* with one_file_system */
    size_t top_size;                /* bytes of TOP without slashes at its end */
    struct buf spares[WALK_SPARES]; /* of chunks that were handed over, empty */
    unsigned spare_count;
    struct walk_node *free_nodes; /* by `next` */
    bool emitting;                /* a thread hands over; it alone uses `path` */
    struct buf path;              /* of the directory that is left */
    bool stopped;
    int failed; /* errno of a failure of the walk itself */
};

/* One thread. */
struct walk_worker {
    struct walk_shared *shared;
    struct buf path;              /* of the directory that is read, and its slash */
    struct walk_node *last;       /* whose path it is; holds a reference */
    struct walk_list children;    /* of the directory that is read, in its order */
    size_t top_size;              /* bytes of TOP in it, without slashes at its end */
    struct buf entries, names;    /* sort: what the directory holds */
    struct buf room;              /* for getdents64 */
    struct walk_node *free_nodes; /* to use again, by `next` */
    void *scratch;
};

/* ---- walk.c ---- */

/* Called by the reader of `node` when its chunk has grown large: hands it over if it is its turn,
 * or waits for that when too much is kept. False: the walk was stopped. */
bool os_walk_hand_over(struct walk_worker *w, struct walk_node *node);

/* ---- walk_node.c ---- */

/* With one reference; NULL: memory is short. The lock is not held. */
struct walk_node *os_walk_node_new(struct walk_worker *w, struct walk_node *parent,
                                   const char *name, size_t size);
/* Gives a reference back; a node that has none left lets its parent go. The lock is held. */
void os_walk_node_release(struct walk_shared *s, struct walk_node *node);
/* Those that were kept to be used again, by `next`. */
void os_walk_nodes_free(struct walk_node *node);

void os_walk_list_append(struct walk_list *list, struct walk_node *node);
void os_walk_list_remove(struct walk_list *list, struct walk_node *node);
/* Moves all of `from` behind `after` in `list` (NULL: to its beginning). */
void os_walk_list_splice(struct walk_list *list, struct walk_node *after, struct walk_list *from);

/* Puts a node into the order of reading, before another one. */
void os_walk_unread_insert(struct walk_shared *s, struct walk_node *before, struct walk_node *node);
void os_walk_unread_remove(struct walk_shared *s, struct walk_node *node);

/* ---- walk_read.c ---- */

/* Opens and reads a directory: fills its chunk and w->children. False: it was not read. */
bool os_walk_read(struct walk_worker *w, struct walk_node *node);

/* ---- walk_open.c ---- */

/* Makes sure that the parent of a node to be read is open and stays so. The lock is held. */
void os_walk_pin_parent(struct walk_shared *s, struct walk_node *node);
/* The contrary, when the node was opened (or could not be): closes what is not needed any more. */
void os_walk_unpin_parent(struct walk_shared *s, struct walk_node *node);
/* A directory without subdirectories was read: closes it, unless it may be needed to find others.
 * The lock is not held: closing takes longer than everything that is done with it. */
void os_walk_close_early(struct walk_shared *s, struct walk_node *node);
/* A directory was read: keeps it open for its children, or closes it. The lock is held. */
void os_walk_settle(struct walk_shared *s, struct walk_node *node);
/* Opens a node whose parent is pinned. 0 or -errno with the operation; *skip: it is not to be
 * entered (another mount). The lock is not held. */
int os_walk_open(struct walk_shared *s, struct walk_node *node, const char **operation, bool *skip);
