/* SPDX-License-Identifier: 0BSD
 *
 * Random bytes of the kernel's generator.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/random.h"
#include "os/random_device.h"

_Static_assert(OS_RANDOM_NONBLOCK == GRND_NONBLOCK, "ABI");
_Static_assert(OS_RANDOM_RANDOM == GRND_RANDOM, "ABI");
_Static_assert(OS_RANDOM_INSECURE == GRND_INSECURE, "ABI");

enum { INTERRUPTED_MAX = 50000 /* times in a row, without a byte: none would ever come */ };

const char *os_random_source_name(enum os_random_source source) {
    static const char names[][12] = { "", "vdso", "getrandom", "urandom", "random" };
    return source == OS_RANDOM_FROM_NOTHING ? NULL : names[source];
}

/* /dev/urandom never waits: this waits in place of getrandom(2). */
static int use_device(struct os_random *r, struct base_error *e) {
    bool random = r->flags & OS_RANDOM_RANDOM;
    int fd = -1;
    r->source = random ? OS_RANDOM_FROM_RANDOM : OS_RANDOM_FROM_URANDOM;
    if (!(r->flags & OS_RANDOM_INSECURE)) {
        fd = os_random_device_open(OS_RANDOM_DEVICE, e);
        if (fd < 0)
            return fd;
        int err = os_random_device_wait(fd, r->flags & OS_RANDOM_NONBLOCK ? 0 : OS_NEVER, e);
        if (err < 0 || !random)
            close(fd);
        if (err < 0)
            return err;
    }
    if (!random)
        fd = os_random_device_open(OS_URANDOM_DEVICE, e);
    if (fd < 0)
        return fd;
    r->fd = fd;
    return 0;
}

static bool use_vdso(struct os_random *r) {
    struct os_vgetrandom_params params;
    os_vgetrandom *call = os_vdso_getrandom(&params);
    if (!call)
        return false;
    void *state = mmap(NULL, params.size_of_opaque_state, (int)params.mmap_prot,
                       (int)params.mmap_flags, -1, 0);
    if (state == MAP_FAILED)
        return false;
    r->vdso = call;
    r->state = state;
    r->state_size = params.size_of_opaque_state;
    return true;
}

void os_random_init(struct os_random *r, unsigned flags, uint64_t expected) {
    *r = (struct os_random){ .flags = flags, .fd = -1 };
    bool vdso = expected >= OS_RANDOM_VDSO_WORTH &&
                !(flags & (OS_RANDOM_NONBLOCK | OS_RANDOM_RANDOM)) && use_vdso(r);
    r->source = vdso ? OS_RANDOM_FROM_VDSO : OS_RANDOM_FROM_CALL;
}

void os_random_finish(struct os_random *r) {
    if (r->vdso) {
        explicit_bzero(r->state, r->state_size);
        munmap(r->state, r->state_size);
    }
    if (r->fd >= 0)
        close(r->fd);
    r->vdso = NULL;
    r->fd = -1;
}

bool os_random_has_both(const struct os_random *r) {
    return r->vdso && r->fd < 0;
}

void os_random_use(struct os_random *r, enum os_random_source source) {
    if (os_random_has_both(r))
        r->source = source;
}

static ssize_t get_some(const struct os_random *r, void *bytes, size_t size) {
    ssize_t n;
    if (r->source == OS_RANDOM_FROM_VDSO)
        return r->vdso(bytes, size, r->flags, r->state, r->state_size);
    if (r->source == OS_RANDOM_FROM_CALL)
        n = syscall(SYS_getrandom, bytes, size, r->flags);
    else
        n = read(r->fd, bytes, size);
    return n < 0 ? -errno : n;
}

static int fail(const struct os_random *r, int errnum, struct base_error *e) {
    if (r->fd < 0)
        return base_fail(e, errnum, "getrandom", NULL);
    enum os_random_device device =
        r->source == OS_RANDOM_FROM_RANDOM ? OS_RANDOM_DEVICE : OS_URANDOM_DEVICE;
    return base_fail(e, errnum, "read", os_random_device_path(device));
}

int os_random_fill(struct os_random *r, void *bytes, size_t size, struct base_error *e) {
    unsigned char *p = bytes;
    for (unsigned in_a_row = 0; size > 0;) {
        ssize_t n = get_some(r, p, size);
        r->calls++;
        if (n > 0 && (size_t)n <= size) {
            r->partial += (size_t)n < size;
            r->bytes += (size_t)n;
            p += n;
            size -= (size_t)n;
            in_a_row = 0;
        } else if (n == -EINTR && in_a_row < INTERRUPTED_MAX) {
            r->interrupted++;
            in_a_row++;
        } else if ((n == -ENOSYS || n == -EPERM) && r->fd < 0) {
            int err = use_device(r, e);
            if (err < 0)
                return err;
        } else {
            return fail(r, n < 0 ? (int)-n : EIO, e);
        }
    }
    return 0;
}
