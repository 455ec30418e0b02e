/* SPDX-License-Identifier: 0BSD
 *
 * The directories of a walk in memory, and their orders.
 */
#include <stdlib.h>
#include <unistd.h>

#include "os/walk_node.h"

enum { NAME_USUAL = 47 };

/* ---- lists ---- */

void os_walk_list_append(struct walk_list *list, struct walk_node *node) {
    node->previous = list->last;
    node->next = NULL;
    if (list->last)
        list->last->next = node;
    else
        list->first = node;
    list->last = node;
}

void os_walk_list_remove(struct walk_list *list, struct walk_node *node) {
    if (node->previous)
        node->previous->next = node->next;
    else
        list->first = node->next;
    if (node->next)
        node->next->previous = node->previous;
    else
        list->last = node->previous;
}

void os_walk_list_splice(struct walk_list *list, struct walk_node *after, struct walk_list *from) {
    struct walk_node *before = after ? after->next : list->first;
    if (!from->first)
        return;
    from->first->previous = after;
    from->last->next = before;
    if (after)
        after->next = from->first;
    else
        list->first = from->first;
    if (before)
        before->previous = from->last;
    else
        list->last = from->last;
    *from = (struct walk_list){ 0 };
}

void os_walk_unread_insert(struct walk_shared *s, struct walk_node *before,
                           struct walk_node *node) {
    node->next_unread = before;
    node->previous_unread = before->previous_unread;
    before->previous_unread = node;
    if (node->previous_unread)
        node->previous_unread->next_unread = node;
    else
        s->unread = node;
}

void os_walk_unread_remove(struct walk_shared *s, struct walk_node *node) {
    if (node->previous_unread)
        node->previous_unread->next_unread = node->next_unread;
    else
        s->unread = node->next_unread;
    if (node->next_unread)
        node->next_unread->previous_unread = node->previous_unread;
}

/* ---- nodes ---- */

/* The size of the slash between a directory's path and a name: 1 or 0. */
static size_t slash_size(const struct walk_node *parent) {
    if (!parent || !parent->path_size)
        return 0;
    /* Only TOP can end with one. */
    return parent->parent || parent->name[parent->name_size - 1] != '/';
}

/* Nodes with names of usual length have the same size and are reused. */
static bool is_usual(const struct walk_node *node) {
    return node->name_size <= NAME_USUAL;
}

/* Fetches the nodes that were given back since the last time. Memory that one thread allocates and
 * another frees goes through the allocator's locks, and musl would return it to the kernel. */
static void fetch_free_nodes(struct walk_worker *w) {
    struct walk_shared *s = w->shared;
    pthread_mutex_lock(&s->lock);
    w->free_nodes = s->free_nodes;
    s->free_nodes = NULL;
    pthread_mutex_unlock(&s->lock);
}

/* Zeroed memory for a node with a name of `size` bytes. */
static struct walk_node *node_room(struct walk_worker *w, size_t size, size_t totals_at) {
    size_t all = totals_at + w->shared->walk->totals_size;
    if (size > NAME_USUAL)
        return calloc(1, all);
    if (!w->free_nodes)
        fetch_free_nodes(w);
    struct walk_node *node = w->free_nodes;
    if (!node)
        return calloc(1, all);
    w->free_nodes = node->next;
    memset(node, 0, all);
    return node;
}

struct walk_node *os_walk_node_new(struct walk_worker *w, struct walk_node *parent,
                                   const char *name, size_t size) {
    size_t room = size > NAME_USUAL ? size : NAME_USUAL;
    size_t totals_at = (sizeof(struct walk_node) + room + 1 + 15) & ~(size_t)15;
    struct walk_node *node = node_room(w, size, totals_at);
    if (!node)
        return NULL;
    node->parent = parent;
    node->references = 1;
    node->fd = -1;
    node->depth = parent ? parent->depth + 1 : 0;
    node->path_size = (parent ? parent->path_size : 0) + slash_size(parent) + size;
    node->name_size = size;
    node->totals = w->shared->walk->totals_size ? (char *)node + totals_at : NULL;
    memcpy(node->name, name, size + 1);
    return node;
}

static void node_free(struct walk_shared *s, struct walk_node *node) {
    buf_finish(&node->chunk.out);
    buf_finish(&node->chunk.errors);
    buf_finish(&node->line);
    if (node->fd >= 0)
        close(node->fd);
    if (is_usual(node)) {
        node->next = s->free_nodes;
        s->free_nodes = node;
    } else {
        free(node);
    }
}

void os_walk_nodes_free(struct walk_node *node) {
    while (node) {
        struct walk_node *next = node->next;
        free(node);
        node = next;
    }
}

void os_walk_node_release(struct walk_shared *s, struct walk_node *node) {
    while (node && --node->references == 0) {
        struct walk_node *parent = node->parent;
        node_free(s, node);
        node = parent;
    }
}
