/* SPDX-License-Identifier: 0BSD
 *
 * A set of files, each identified by its device and inode number: to recognise
 * a file that was seen before under another name.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct base_file_id {
    uint64_t device, inode;
};

/* Zero is the empty set. */
struct base_file_set {
    struct base_file_id *places; /* an open hash table; a place that is all 0 is free */
    size_t room;                 /* number of places, a power of two or 0 */
    size_t count;                /* places in use */
};

/* Adds a file. Returns 1 if it was not in the set, 0 if it was, or -ENOMEM. Device 0 with inode 0,
 * which no file has, is never in the set. */
int base_file_set_add(struct base_file_set *set, uint64_t device, uint64_t inode);

/* Releases the memory; the set is empty and usable again. */
void base_file_set_finish(struct base_file_set *set);
