/* SPDX-License-Identifier: 0BSD
 *
 * Opening the directories of a walk with a limited number of descriptors. A
 * directory stays open while it has subdirectories that were not opened yet. When
 * descriptors run out, the identity of the one opened longest ago is recorded and
 * it is closed; it is opened again through ".." of a child that is complete, or
 * from above by names, and must then have the same identity.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/io.h"
#include "os/kernel.h"
#include "os/limit.h"
#include "os/stat.h"
#include "os/walk_node.h"

enum {
    OPEN_FLAGS = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
    OPEN_LEAST = 6,
    OPEN_MOST = 512,
    OPEN_SPARE = 8, /* descriptors left to the callbacks and to reopening */
};

unsigned os_walk_open_limit(void) {
    struct rlimit limit;
    if (os_limit(RLIMIT_NOFILE, NULL, &limit) < 0 || limit.rlim_cur > OPEN_MOST + OPEN_SPARE)
        return OPEN_MOST;
    return limit.rlim_cur < OPEN_LEAST + OPEN_SPARE ? OPEN_LEAST
                                                    : (unsigned)limit.rlim_cur - OPEN_SPARE;
}

static int identify(int fd, struct walk_identity *identity) {
    struct os_statx st;
    struct os_file file = { fd, NULL, true };
    int r = os_stat(&file, OS_STATX_INO | OS_STATX_MNT_ID, OS_SYNC_DEFAULT, &st, NULL);
    if (r < 0)
        return r;
    *identity = (struct walk_identity){
        .mount = st.stx_mask & OS_STATX_MNT_ID ? st.stx_mnt_id : 0,
        .inode = st.stx_ino,
        .major = st.stx_dev_major,
        .minor = st.stx_dev_minor,
    };
    return 0;
}

static bool is_same_file(const struct walk_identity *a, const struct walk_identity *b) {
    return a->inode == b->inode && a->major == b->major && a->minor == b->minor;
}

static bool is_same(const struct walk_identity *a, const struct walk_identity *b) {
    return is_same_file(a, b) && a->mount == b->mount;
}

/* One component below an open directory, or TOP. */
static int open_below(const struct walk_shared *s, int dir_fd, const struct walk_node *node) {
    if (node->parent)
        return base_open(dir_fd, node->name, OPEN_FLAGS | (node->link ? 0 : O_NOFOLLOW));
    const struct os_file *top = s->top_file;
    if (!top->path)
        return base_open(top->dir_fd, ".", OPEN_FLAGS);
    return base_open(top->dir_fd, top->path, OPEN_FLAGS | (top->follow ? 0 : O_NOFOLLOW));
}

/* ---- the list of open nodes ---- */

static void open_list_add(struct walk_shared *s, struct walk_node *node) {
    node->older = s->open.last;
    node->newer = NULL;
    if (s->open.last)
        s->open.last->newer = node;
    else
        s->open.first = node;
    s->open.last = node;
}

static void open_list_remove(struct walk_shared *s, struct walk_node *node) {
    if (node->older)
        node->older->newer = node->newer;
    else
        s->open.first = node->newer;
    if (node->newer)
        node->newer->older = node->older;
    else
        s->open.last = node->older;
}

static void close_node(struct walk_shared *s, struct walk_node *node) {
    close(node->fd);
    node->fd = -1;
    s->open_count--;
}

/* Closes the node that was opened longest ago and is not in use. Returns false if there is none, or
 * its identity cannot be recorded. */
static bool evict(struct walk_shared *s) {
    struct walk_node *node = s->open.first;
    while (node && node->pins)
        node = node->newer;
    if (!node || (!node->identified && identify(node->fd, &node->identity) < 0))
        return false;
    node->identified = true;
    open_list_remove(s, node);
    close_node(s, node);
    node->evicted = true;
    atomic_fetch_add(&s->evicted_count, 1);
    return true;
}

/* Adds a node that has a descriptor again. */
static void restore(struct walk_shared *s, struct walk_node *node, int fd) {
    node->fd = fd;
    s->open_count++;
    if (node->evicted) {
        node->evicted = false;
        atomic_fetch_sub(&s->evicted_count, 1);
    }
    open_list_add(s, node);
}

/* open(2) failed with EMFILE: the limit was too high, as other descriptors are open. Returns false
 * if there is nothing to close. */
static bool lower_limit(struct walk_shared *s) {
    s->open_most = s->open_count > 4 ? s->open_count - 2 : 2;
    return evict(s);
}

/* ---- reopening ---- */

/* Opens a closed node by names from the nearest open one above it. Returns the descriptor, or
 * -errno. The nodes in between are closed and thus in no list: `newer` is the way back down. */
static int reopen_by_names(const struct walk_shared *s, struct walk_node *node) {
    struct walk_node *above = node, *below = NULL;
    for (; above && above->fd < 0; above = above->parent) {
        above->newer = below;
        below = above;
    }
    int fd = above ? above->fd : -1;
    for (const struct walk_node *step = below; step; step = step->newer) {
        int next = open_below(s, fd, step);
        if (step != below)
            close(fd);
        fd = next;
        if (fd < 0)
            break;
    }
    return fd;
}

static int check_identity(const struct walk_node *node, int fd) {
    struct walk_identity found;
    int r = identify(fd, &found);
    if (r < 0)
        return r;
    return node->identified && is_same(&found, &node->identity) ? 0 : -ESTALE;
}

/* Opens a node that was closed. Returns its descriptor or -errno: ESTALE if another directory is in
 * its place. */
static int reopen(struct walk_shared *s, struct walk_node *node) {
    while (s->open_count + 2 > s->open_most && evict(s))
        ;
    int fd = reopen_by_names(s, node);
    while (fd == -EMFILE && lower_limit(s))
        fd = reopen_by_names(s, node);
    if (fd < 0)
        return fd;
    int r = check_identity(node, fd);
    if (r < 0) {
        close(fd);
        return r;
    }
    restore(s, node, fd);
    return fd;
}

/* On the way up from a node that is complete and still open: opens its parent through ".." if that,
 * or something above it, is closed and will be needed. Going upwards costs one open per level; by
 * names from above, each reopening would cost one for every level. */
static void climb(struct walk_shared *s, struct walk_node *node) {
    while (atomic_load(&s->evicted_count) && node->parent && node->parent->fd < 0 &&
           node->parent->identified) {
        struct walk_node *parent = node->parent;
        int fd = base_open(node->fd, "..", OPEN_FLAGS);
        if (fd >= 0 && check_identity(parent, fd) < 0) {
            close(fd);
            fd = -1;
        }
        close_node(s, node);
        if (fd < 0)
            return;
        if (parent->pending) {
            restore(s, parent, fd);
            return;
        }
        parent->fd = fd;
        s->open_count++;
        node = parent;
    }
    close_node(s, node);
}

/* The node's descriptor is not needed for any child any more. */
static void finish_node(struct walk_shared *s, struct walk_node *node) {
    /* While something above is closed, it may have to be found again from here. */
    if (atomic_load(&s->evicted_count) && !node->identified)
        node->identified = identify(node->fd, &node->identity) == 0;
    climb(s, node);
}

int os_walk_pin_parent(struct walk_shared *s, struct walk_node *node) {
    struct walk_node *parent = node->parent;
    while (s->open_count + 1 > s->open_most && evict(s))
        ;
    s->open_count++; /* the descriptor that the node is going to have */
    if (!parent)
        return 0;
    int fd = parent->fd >= 0 ? parent->fd : reopen(s, parent);
    parent->pins++;
    return fd;
}

void os_walk_unpin_parent(struct walk_shared *s, struct walk_node *node) {
    struct walk_node *parent = node->parent;
    if (node->fd < 0)
        s->open_count--;
    if (!parent)
        return;
    parent->pins--;
    parent->pending--;
    if (parent->pending || parent->pins)
        return;
    if (parent->fd >= 0) {
        open_list_remove(s, parent);
        finish_node(s, parent);
    } else if (parent->evicted) {
        parent->evicted = false;
        atomic_fetch_sub(&s->evicted_count, 1);
    }
}

void os_walk_close_early(struct walk_shared *s, struct walk_node *node) {
    /* If something above is closed after this look, it is reopened by names, not from here. */
    if (node->fd < 0 || atomic_load(&s->evicted_count))
        return;
    close(node->fd);
    node->fd = -1;
}

void os_walk_settle(struct walk_shared *s, struct walk_node *node) {
    if (node->fd < 0)
        return;
    if (node->pending)
        open_list_add(s, node);
    else
        finish_node(s, node);
}

/* ---- opening for the first time ---- */

static bool is_own_ancestor(const struct walk_node *node) {
    for (const struct walk_node *above = node->parent; above; above = above->parent)
        if (is_same_file(&above->identity, &node->identity))
            return true;
    return false;
}

/* Whether an opened directory is to be read. */
static int check_opened(struct walk_shared *s, struct walk_node *node, const char **operation,
                        bool *skip) {
    if (!s->walk->follow && !s->walk->one_file_system)
        return 0;
    int r = identify(node->fd, &node->identity);
    *operation = "statx";
    if (r < 0)
        return r;
    node->identified = true;
    if (!node->parent)
        s->top = node->identity;
    if (s->walk->one_file_system) {
        const struct walk_identity *top = &s->top;
        *skip = top->mount
                    ? node->identity.mount != top->mount
                    : node->identity.major != top->major || node->identity.minor != top->minor;
    }
    *operation = "open";
    return s->walk->follow && is_own_ancestor(node) ? -ELOOP : 0;
}

int os_walk_open(struct walk_shared *s, struct walk_node *node, int parent_fd,
                 const char **operation, bool *skip) {
    *skip = false;
    *operation = "open";
    if (parent_fd < 0)
        return parent_fd; /* the parent was not found again: nothing below it is opened */
    int fd = open_below(s, parent_fd, node);
    while (fd == -EMFILE) {
        pthread_mutex_lock(&s->lock);
        bool lowered = lower_limit(s);
        pthread_mutex_unlock(&s->lock);
        if (!lowered)
            break;
        fd = open_below(s, parent_fd, node);
    }
    if (fd < 0)
        return fd;
    node->fd = fd;
    return check_opened(s, node, operation, skip);
}
