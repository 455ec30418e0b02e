/* SPDX-License-Identifier: 0BSD
 *
 * The vDSO's symbol table, found as the dynamic linker finds it.
 */
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "os/vdso.h"

/* An image, and its tables as far as it has them. */
struct image {
    const char *base; /* addresses in it are relative to this */
    const ElfW(Sym) * symbols;
    const char *names;
    const uint32_t *hash;     /* DT_HASH: buckets, chains, and so on */
    const uint32_t *gnu_hash; /* DT_GNU_HASH */
};

static void read_dynamic(struct image *m, const ElfW(Dyn) * d) {
    for (; d->d_tag != DT_NULL; d++) {
        const void *table = m->base + d->d_un.d_ptr;
        if (d->d_tag == DT_SYMTAB)
            m->symbols = table;
        else if (d->d_tag == DT_STRTAB)
            m->names = table;
        else if (d->d_tag == DT_HASH)
            m->hash = table;
        else if (d->d_tag == DT_GNU_HASH)
            m->gnu_hash = table;
    }
}

/* The symbols of the last bucket continue up to the mark that ends its chain. */
static uint32_t count_gnu(const uint32_t *table) {
    uint32_t bucket_count = table[0], first = table[1], bloom_size = table[2], last = 0;
    const uint32_t *buckets = table + 4 + bloom_size * (sizeof(ElfW(Addr)) / sizeof *table);
    const uint32_t *chains = buckets + bucket_count;
    for (uint32_t i = 0; i < bucket_count; i++)
        if (buckets[i] > last)
            last = buckets[i];
    if (last < first)
        return first;
    while (!(chains[last - first] & 1))
        last++;
    return last + 1;
}

/* Only the hash tables have the number of symbols. */
static uint32_t count_symbols(const struct image *m) {
    if (m->gnu_hash)
        return count_gnu(m->gnu_hash);
    return m->hash ? m->hash[1] : 0;
}

void *os_vdso_find(const void *image, const char *name) {
    const char *start = image;
    const ElfW(Ehdr) *header = image;
    const ElfW(Phdr) *part = (const void *)(start + header->e_phoff);
    const ElfW(Phdr) *dynamic = NULL;
    struct image m = { 0 };
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (part[i].p_type == PT_LOAD && !m.base)
            m.base = start + part[i].p_offset - part[i].p_vaddr;
        else if (part[i].p_type == PT_DYNAMIC)
            dynamic = &part[i];
    }
    if (!m.base || !dynamic)
        return NULL;
    read_dynamic(&m, (const void *)(start + dynamic->p_offset));
    if (!m.symbols || !m.names)
        return NULL;
    for (uint32_t i = 0, count = count_symbols(&m); i < count; i++) {
        const ElfW(Sym) *symbol = &m.symbols[i];
        if (symbol->st_shndx != SHN_UNDEF && strcmp(m.names + symbol->st_name, name) == 0)
            return (void *)(uintptr_t)(m.base + symbol->st_value);
    }
    return NULL;
}

/* The name and the calling convention depend on the architecture; powerpc's is not that of C. */
#if defined(__aarch64__) || defined(__s390x__)
#define VGETRANDOM "__kernel_getrandom"
#else
#define VGETRANDOM "__vdso_getrandom"
#endif

os_vgetrandom *os_vdso_getrandom(struct os_vgetrandom_params *params) {
    /* The auxiliary vector has numbers; this one is an address. */
    const void *image = (const void *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
    void *found = image ? os_vdso_find(image, VGETRANDOM) : NULL;
    os_vgetrandom *call;
    memcpy(&call, &found, sizeof call);
    return call && call(NULL, 0, 0, params, ~(size_t)0) == 0 ? call : NULL;
}
