/* SPDX-License-Identifier: 0BSD
 *
 * Collects bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/spool.h"

void base_spool_init(struct base_spool *s) {
    *s = (struct base_spool){ .fd = -1 };
}

void base_spool_finish(struct base_spool *s) {
    if (s->map)
        munmap(s->map, (size_t)s->in_file);
    if (s->fd >= 0)
        close(s->fd);
    buf_finish(&s->memory);
    base_spool_init(s);
}

static int open_file(void) {
    const char *dir = getenv("TMPDIR");
    int fd = -ENOENT;
    if (dir && dir[0])
        fd = base_create_in(dir);
    return fd >= 0 ? fd : base_create_in("/tmp");
}

static bool read_back(struct base_spool *s, struct buf *all) {
    if (s->in_file > SIZE_MAX || !buf_reserve(all, (size_t)s->in_file) ||
        lseek(s->fd, 0, SEEK_SET) < 0)
        return false;
    while (all->len < s->in_file) {
        ssize_t size = base_read(s->fd, all->data + all->len, (size_t)s->in_file - all->len);
        if (size <= 0)
            return false;
        all->len += (size_t)size;
    }
    return true;
}

/* Reads the file back into memory, before the bytes that are there. */
static int give_up_file(struct base_spool *s) {
    struct buf all = { 0 };
    bool known = read_back(s, &all);
    buf_add(&all, s->memory.data, s->memory.len);
    buf_finish(&s->memory);
    s->memory = all;
    close(s->fd);
    s->fd = -1;
    s->in_file = 0;
    s->no_file = true;
    return known && !all.failed ? 0 : -ENOMEM;
}

/* Writes to the file, if that has room. */
static int write_memory(struct base_spool *s) {
    if (base_write(s->fd, s->memory.data, s->memory.len) < 0)
        return give_up_file(s);
    s->in_file += s->memory.len;
    buf_clear(&s->memory);
    return 0;
}

int base_spool_add(struct base_spool *s, const void *bytes, size_t size) {
    buf_add(&s->memory, bytes, size);
    if (s->memory.failed)
        return -ENOMEM;
    if (s->memory.len <= BASE_SPOOL_MEMORY)
        return 0;
    if (s->fd < 0 && !s->no_file) {
        int fd = open_file();
        s->fd = fd < 0 ? -1 : fd;
    }
    return s->fd < 0 ? 0 : write_memory(s);
}

int base_spool_view(struct base_spool *s, const char **bytes, size_t *size) {
    int r = s->fd >= 0 && s->memory.len ? write_memory(s) : 0;
    if (r < 0)
        return r;
    if (s->fd < 0) {
        *bytes = s->memory.len ? s->memory.data : "";
        *size = s->memory.len;
        return 0;
    }
    if (s->in_file > SIZE_MAX)
        return -EFBIG;
    s->map = mmap(NULL, (size_t)s->in_file, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (s->map == MAP_FAILED) {
        s->map = NULL;
        return -errno;
    }
    *bytes = s->map;
    *size = (size_t)s->in_file;
    return 0;
}
