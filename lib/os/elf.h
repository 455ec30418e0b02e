/* SPDX-License-Identifier: 0BSD
 *
 * The headers of ELF files, as far as the kernel looks at them to execute one.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* How much of a file the kernel reads to recognize its format. */
enum { OS_ELF_HEAD = 256 };

/* These take the beginning of a file that starts with ELFMAG, filled up with NULs. */

/* Returns whether the file is for the processor that osbox was built for. */
bool os_elf_is_native(const char head[static OS_ELF_HEAD]);

/* Returns e_machine (EM_*). */
uint16_t os_elf_machine(const char head[static OS_ELF_HEAD]);

/* Returns whether the file is an executable or a shared object; others are object files and core
 * dumps. */
bool os_elf_is_program(const char head[static OS_ELF_HEAD]);

/* Reads the name of the loader (PT_INTERP), cut to PATH_MAX - 1 bytes. Returns false if there is
 * none, or if the headers are for another byte order. */
bool os_elf_loader(int fd, const char head[static OS_ELF_HEAD], char loader[static PATH_MAX]);
