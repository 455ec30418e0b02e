/* SPDX-License-Identifier: 0BSD
 *
 * Functions of the vDSO: the shared object that the kernel maps into every
 * process (vdso(7)), with functions that need no system call.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Returns a function of the ELF image in memory at `image`; NULL: there is none of that name. The
 * image is trusted: it is the kernel's. */
void *os_vdso_find(const void *image, const char *name);

/* include/uapi/linux/random.h, include/vdso/getrandom.h: getrandom(2), Linux 6.11. It returns what
 * the system call does, a negative errno included, and makes that call itself if necessary: for a
 * new key, and before the generator is seeded. With state_size ~0 it fills struct
 * os_vgetrandom_params at `state` and returns 0. */
typedef ssize_t os_vgetrandom(void *bytes, size_t size, unsigned flags, void *state,
                              size_t state_size);

struct os_vgetrandom_params {
    uint32_t size_of_opaque_state;
    uint32_t mmap_prot;
    uint32_t mmap_flags;
    uint32_t reserved[13];
};

_Static_assert(sizeof(struct os_vgetrandom_params) == 64, "ABI");

/* Returns NULL if the kernel or the CPU has none. */
os_vgetrandom *os_vdso_getrandom(struct os_vgetrandom_params *params);
