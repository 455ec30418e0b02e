/* SPDX-License-Identifier: 0BSD
 *
 * Why a program cannot be executed: what is found in a file, whatever the errno
 * of this kernel would be.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "os/elf.h"
#include "os/exec_explain.h"

static void write_file(const char *name, const void *bytes, size_t size) {
    unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    CHECK_INT(write(fd, bytes, size), (long)size);
    close(fd);
}

static struct os_exec_failure explain(const char *name, int errnum) {
    static char *none[] = { NULL };
    struct os_step step = {
        .kind = OS_STEP_EXEC,
        .object = name,
        .exec = { .fd = -1, .candidates = name, .count = 1, .argv = none, .environ = none },
    };
    struct os_exec_failure f;
    os_exec_explain(&f, &step, name, errnum);
    return f;
}

static void check(const char *content, int errnum, enum os_exec_reason reason,
                  enum os_exec_subject subject, const char *file, const char *path) {
    write_file("program", content, strlen(content));
    struct os_exec_failure f = explain("program", errnum);
    CHECK_INT(f.reason, reason);
    CHECK_INT(f.subject, subject);
    CHECK_STR(f.file, file);
    CHECK_STR(f.path, path);
}

static void test_lines(void) {
    check("#!/nope", ENOENT, OS_EXEC_MISSING, OS_EXEC_INTERPRETER, "", "/nope");
    check("#!/nope\n", ENOENT, OS_EXEC_MISSING, OS_EXEC_INTERPRETER, "", "/nope");
    check("#! \t/nope\t-x y\n", ENOENT, OS_EXEC_MISSING, OS_EXEC_INTERPRETER, "", "/nope");
    check("#!/nope\r\n", ENOENT, OS_EXEC_RETURN, OS_EXEC_INTERPRETER, "", "/nope\r");
    check("#!nope\n", ENOENT, OS_EXEC_RELATIVE, OS_EXEC_INTERPRETER, "", "nope");
    check("#!", ENOEXEC, OS_EXEC_NO_FORMAT, OS_EXEC_PROGRAM, "", "");
    check("#!\n/nope\n", ENOEXEC, OS_EXEC_NO_NAME, OS_EXEC_PROGRAM, "", "");
    check("#! \t\n", ENOEXEC, OS_EXEC_NO_NAME, OS_EXEC_PROGRAM, "", "");
    check("", ENOEXEC, OS_EXEC_EMPTY, OS_EXEC_PROGRAM, "", "");
    check("echo\n", ENOEXEC, OS_EXEC_NO_FORMAT, OS_EXEC_PROGRAM, "", "");
    check("\xef\xbb\xbf#!/bin/sh\n", ENOEXEC, OS_EXEC_BYTE_ORDER_MARK, OS_EXEC_PROGRAM, "", "");
    check("#!./program\n", ELOOP, OS_EXEC_NESTED, OS_EXEC_INTERPRETER, "./program", "./program");
}

/* The kernel reads 256 bytes. */
static void test_long_line(void) {
    char line[400] = "#!/";
    for (size_t size = 253; size <= 255; size++) {
        memset(line + 3, 'x', size - 1);
        strcpy(line + 2 + size, "\n");
        write_file("program", line, strlen(line));
        struct os_exec_failure f = explain("program", size == 253 ? ENOENT : ENOEXEC);
        CHECK_INT(f.reason, size == 253 ? OS_EXEC_MISSING : OS_EXEC_LONG_LINE);
        CHECK_INT(f.limit, 253);
    }
}

/* An error that the file does not explain, such as that of a security module. */
static void test_unknown(void) {
    check("#!/bin/sh\n", EIO, OS_EXEC_UNKNOWN, OS_EXEC_PROGRAM, "", "");
    check("#!/bin/sh\n", EPERM, OS_EXEC_UNKNOWN, OS_EXEC_PROGRAM, "", "");
    check("text", EIO, OS_EXEC_UNKNOWN, OS_EXEC_PROGRAM, "", "");
    check("text", ETXTBSY, OS_EXEC_BUSY, OS_EXEC_PROGRAM, "", "");
}

/* A file that must not be opened, because that would block. */
static void test_fifo(void) {
    CHECK_INT(mkfifo("fifo", 0755), 0);
    CHECK_INT(explain("fifo", EACCES).reason, OS_EXEC_SPECIAL);
    CHECK_INT(explain("fifo", ENOEXEC).reason, OS_EXEC_UNKNOWN);
    write_file("program", "#!./fifo\n", 9);
    CHECK_INT(explain("program", ENOEXEC).reason, OS_EXEC_UNKNOWN);
    unlink("fifo");
}

static void test_directories(void) {
    CHECK_INT(explain("nope/x", ENOENT).reason, OS_EXEC_NO_DIRECTORY);
    CHECK_STR(explain("nope/x", ENOENT).path, "nope");
    CHECK_STR(explain("/nope/x/y", ENOENT).path, "/nope");
    CHECK_INT(explain("nope", ENOENT).reason, OS_EXEC_UNKNOWN);
    CHECK_INT(explain("/", EACCES).reason, OS_EXEC_DIRECTORY);
    CHECK_INT(explain("", ENOENT).reason, OS_EXEC_NO_COMMAND);
    write_file("file", "", 0);
    CHECK_INT(explain("file/x", ENOTDIR).reason, OS_EXEC_NOT_DIRECTORY);
    CHECK_STR(explain(".//file//x", ENOTDIR).path, ".//file");
    unlink("file");
}

/* ---- ELF ---- */

static char elf[512];

static void make_elf(bool wide, bool foreign, unsigned short machine, unsigned short type) {
    memset(elf, 0, sizeof elf);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    CHECK(read(fd, elf, 64) == 64);
    close(fd);
    if (machine)
        memcpy(elf + offsetof(Elf64_Ehdr, e_machine), &machine, 2);
    memcpy(elf + offsetof(Elf64_Ehdr, e_type), &type, 2);
    elf[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
    if (foreign)
        elf[EI_DATA] = elf[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
    strcpy(elf + 300, "/nope/ld.so");
    if (wide) {
        Elf64_Phdr p[2] = { { .p_type = PT_LOAD }, { .p_type = PT_INTERP } };
        Elf64_Ehdr h;
        p[1].p_offset = 300;
        p[1].p_filesz = 12;
        memcpy(&h, elf, sizeof h);
        h.e_phoff = 64;
        h.e_phnum = 2;
        memcpy(elf, &h, sizeof h);
        memcpy(elf + 64, p, sizeof p);
    } else {
        Elf32_Phdr p[2] = { { .p_type = PT_LOAD }, { .p_type = PT_INTERP } };
        Elf32_Ehdr h;
        p[1].p_offset = 300;
        p[1].p_filesz = 12;
        memcpy(&h, elf, sizeof h);
        h.e_phoff = 64;
        h.e_phnum = 2;
        memcpy(elf, &h, sizeof h);
        memcpy(elf + 64, p, sizeof p);
    }
}

static struct os_exec_failure explain_elf(int errnum) {
    write_file("program", elf, sizeof elf);
    return explain("program", errnum);
}

static void test_loader(void) {
    for (int wide = 0; wide < 2; wide++) {
        make_elf(wide, false, 0, ET_DYN);
        struct os_exec_failure f = explain_elf(ENOENT);
        CHECK_INT(f.reason, OS_EXEC_MISSING);
        CHECK_INT(f.subject, OS_EXEC_LOADER);
        CHECK_STR(f.path, "/nope/ld.so");
        CHECK_INT(explain_elf(ENOEXEC).reason, OS_EXEC_DAMAGED);
    }
}

static void test_elf_kinds(void) {
    make_elf(true, false, 0, ET_REL);
    CHECK_INT(explain_elf(ENOEXEC).reason, OS_EXEC_OBJECT);
    make_elf(true, false, EM_68K, ET_EXEC);
    CHECK_INT(explain_elf(ENOEXEC).reason, OS_EXEC_MACHINE);
    CHECK_INT(explain_elf(ENOEXEC).number, EM_68K);
    make_elf(true, true, __builtin_bswap16(EM_68K), ET_EXEC);
    CHECK_INT(explain_elf(ENOEXEC).number, EM_68K);
    CHECK_INT(explain_elf(ENOENT).reason, OS_EXEC_UNKNOWN);
}

/* Headers that lead nowhere. */
static void test_damaged(void) {
    static const Elf64_Off offsets[] = { 0, 500, 100000, INT64_MAX, UINT64_MAX, UINT64_MAX - 60 };
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        make_elf(true, false, 0, ET_DYN);
        memcpy(elf + offsetof(Elf64_Ehdr, e_phoff), &offsets[i], sizeof *offsets);
        CHECK_INT(explain_elf(ENOENT).reason, OS_EXEC_UNKNOWN);
        make_elf(true, false, 0, ET_DYN);
        memcpy(elf + 64 + 56 + offsetof(Elf64_Phdr, p_offset), &offsets[i], sizeof *offsets);
        struct os_exec_failure f = explain_elf(ENOENT);
        CHECK(f.reason == OS_EXEC_UNKNOWN || f.reason == OS_EXEC_MISSING);
        CHECK(memchr(f.path, '\0', sizeof f.path) != NULL);
    }
    write_file("program", ELFMAG, SELFMAG);
    CHECK_INT(explain("program", ENOENT).reason, OS_EXEC_UNKNOWN);
}

int main(void) {
    char directory[] = "/tmp/osbox-test.XXXXXX";
    if (!mkdtemp(directory) || chdir(directory) < 0)
        return 1;
    RUN(test_lines);
    RUN(test_long_line);
    RUN(test_unknown);
    RUN(test_fifo);
    RUN(test_directories);
    RUN(test_loader);
    RUN(test_elf_kinds);
    RUN(test_damaged);
    unlink("program");
    CHECK_INT(chdir("/"), 0);
    rmdir(directory);
    return check_done();
}
