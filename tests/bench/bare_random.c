/* SPDX-License-Identifier: 0BSD
 *
 * bare_random SOURCE SIZE THREADS: the least that SIZE random bytes need, to
 * compare osbox's time with. SOURCE is `vdso` or `getrandom`; each thread fills
 * a block and writes it out, without a word to the others.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/vdso.h"

enum { BLOCK = 128 * 1024, THREADS_MAX = 1024 };

struct share {
    pthread_t thread;
    os_vgetrandom *vdso; /* NULL: getrandom(2) */
    struct os_vgetrandom_params params;
    uint64_t left;
};

static ssize_t fill(const struct share *s, void *state, char *block, size_t size) {
    if (s->vdso)
        return s->vdso(block, size, 0, state, s->params.size_of_opaque_state);
    return syscall(SYS_getrandom, block, size, 0);
}

static void *run(void *data) {
    struct share *s = data;
    char *block = malloc(BLOCK);
    void *state = NULL;
    if (s->vdso)
        state = mmap(NULL, s->params.size_of_opaque_state, (int)s->params.mmap_prot,
                     (int)s->params.mmap_flags, -1, 0);
    if (!block || state == MAP_FAILED)
        exit(EXIT_FAILURE);
    while (s->left) {
        size_t size = s->left < BLOCK ? (size_t)s->left : BLOCK;
        ssize_t n = fill(s, state, block, size);
        if (n <= 0 || write(STDOUT_FILENO, block, (size_t)n) != n)
            exit(EXIT_FAILURE);
        s->left -= (uint64_t)n;
    }
    free(block);
    return NULL;
}

int main(int argc, char **argv) {
    static struct share shares[THREADS_MAX];
    if (argc != 4)
        return EXIT_FAILURE;
    uint64_t size = strtoull(argv[2], NULL, 10);
    unsigned long threads = strtoul(argv[3], NULL, 10);
    if (threads < 1 || threads > THREADS_MAX)
        return EXIT_FAILURE;
    for (unsigned long i = 0; i < threads; i++) {
        struct share *s = &shares[i];
        s->left = size / threads + (i < size % threads);
        if (strcmp(argv[1], "vdso") == 0 && !(s->vdso = os_vdso_getrandom(&s->params)))
            return EXIT_FAILURE; /* there is none */
        if (i && pthread_create(&s->thread, NULL, run, s))
            return EXIT_FAILURE;
    }
    run(&shares[0]);
    for (unsigned long i = 1; i < threads; i++)
        pthread_join(shares[i].thread, NULL);
    return EXIT_SUCCESS;
}
