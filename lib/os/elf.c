/* SPDX-License-Identifier: 0BSD
 *
 * ELF headers. Both classes are read on every machine: a 64-bit kernel may run
 * 32-bit programs, too.
 */
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "os/elf.h"

/* The same headers of this program. The name is the linker's, and reserved.
 * NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static bool has_our_order(const char *head) {
    return head[EI_DATA] == (char)__ehdr_start.e_ident[EI_DATA];
}

static uint16_t read_half(const char *head, size_t at) {
    uint16_t value;
    memcpy(&value, head + at, sizeof value);
    return has_our_order(head) ? value : __builtin_bswap16(value);
}

/* Both classes have these at the same place. */
uint16_t os_elf_machine(const char head[static OS_ELF_HEAD]) {
    return read_half(head, offsetof(Elf64_Ehdr, e_machine));
}

/* Whether the kernel is one for that machine: we may be a 32-bit program on it. */
static bool is_of_kernel(uint16_t machine) {
    struct utsname kernel;
    const char *name = machine == EM_X86_64 ? "x86_64" : machine == EM_AARCH64 ? "aarch64" : "";
    return name[0] && uname(&kernel) == 0 && strcmp(kernel.machine, name) == 0;
}

bool os_elf_is_native(const char head[static OS_ELF_HEAD]) {
    uint16_t machine = os_elf_machine(head);
    return has_our_order(head) && (machine == __ehdr_start.e_machine || is_of_kernel(machine));
}

bool os_elf_is_program(const char head[static OS_ELF_HEAD]) {
    uint16_t type = read_half(head, offsetof(Elf64_Ehdr, e_type));
    return type == ET_EXEC || type == ET_DYN;
}

/* Where the program headers are, and how many. */
struct table {
    bool wide; /* 64-bit */
    uint64_t at;
    unsigned count;
};

static struct table find_table(const char *head) {
    if (head[EI_CLASS] == ELFCLASS64) {
        Elf64_Ehdr wide;
        memcpy(&wide, head, sizeof wide);
        return (struct table){ true, wide.e_phoff, wide.e_phnum };
    }
    Elf32_Ehdr narrow;
    memcpy(&narrow, head, sizeof narrow);
    return (struct table){ false, narrow.e_phoff, narrow.e_phnum };
}

/* Reads a program header; a narrow one is widened. */
static bool read_header(int fd, const struct table *t, unsigned i, Elf64_Phdr *header) {
    size_t size = t->wide ? sizeof *header : sizeof(Elf32_Phdr);
    uint64_t at;
    if (__builtin_add_overflow(t->at, (uint64_t)i * size, &at) || at > INT64_MAX)
        return false;
    if (t->wide)
        return pread(fd, header, size, (off_t)at) == (ssize_t)size;
    Elf32_Phdr narrow;
    if (pread(fd, &narrow, size, (off_t)at) != (ssize_t)size)
        return false;
    *header = (Elf64_Phdr){ .p_type = narrow.p_type,
                            .p_offset = narrow.p_offset,
                            .p_filesz = narrow.p_filesz };
    return true;
}

bool os_elf_loader(int fd, const char head[static OS_ELF_HEAD], char loader[static PATH_MAX]) {
    struct table t = find_table(head);
    Elf64_Phdr header = { 0 };
    bool found = false;
    for (unsigned i = 0; has_our_order(head) && i < t.count && !found; i++) {
        if (!read_header(fd, &t, i, &header))
            return false;
        found = header.p_type == PT_INTERP;
    }
    if (!found || header.p_offset > INT64_MAX)
        return false;
    size_t room = header.p_filesz < PATH_MAX ? (size_t)header.p_filesz : PATH_MAX - 1;
    ssize_t size = pread(fd, loader, room, (off_t)header.p_offset);
    loader[size > 0 ? size : 0] = '\0';
    return size > 0;
}
