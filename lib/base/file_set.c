/* SPDX-License-Identifier: 0BSD
 *
 * A set of files.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/file_set.h"

enum { FILE_SET_FIRST = 256 };

/* Returns the place of a file, or the free one where it belongs. */
static struct base_file_id *find_place(struct base_file_id *places, size_t room,
                                       struct base_file_id file) {
    uint64_t hash = (file.inode ^ file.device << 40) * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t at = (size_t)(hash >> 20);; at++) {
        struct base_file_id *place = &places[at & (room - 1)];
        if ((!place->inode && !place->device) ||
            (place->inode == file.inode && place->device == file.device))
            return place;
    }
}

static int grow(struct base_file_set *set) {
    size_t room = set->room ? set->room * 2 : FILE_SET_FIRST;
    struct base_file_id *places = calloc(room, sizeof *places);
    if (!places)
        return -ENOMEM;
    for (size_t i = 0; i < set->room; i++)
        if (set->places[i].inode || set->places[i].device)
            *find_place(places, room, set->places[i]) = set->places[i];
    free(set->places);
    set->places = places;
    set->room = room;
    return 0;
}

int base_file_set_add(struct base_file_set *set, uint64_t device, uint64_t inode) {
    /* Half of the places stay free, so that searches are short. */
    if (set->count >= set->room / 2 && grow(set) < 0)
        return -ENOMEM;
    struct base_file_id file = { device, inode };
    struct base_file_id *place = find_place(set->places, set->room, file);
    if (place->inode || place->device)
        return 0;
    *place = file;
    set->count += device || inode;
    return 1;
}

void base_file_set_finish(struct base_file_set *set) {
    free(set->places);
    *set = (struct base_file_set){ 0 };
}
