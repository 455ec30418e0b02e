/* SPDX-License-Identifier: 0BSD
 *
 * Words for why a program cannot be executed.
 */
#include <elf.h>

#include "applets/common/exec_hint.h"
#include "cli/quote.h"

/* %s: the subject, %p: the path, %n: the number, %l: the limit, %m: the machine,
 * %c: the program's name. */
static const char texts[][84] = {
    [OS_EXEC_UNKNOWN] = "found as %s",
    [OS_EXEC_MISSING] = "%s does not exist",
    [OS_EXEC_DANGLING] = "%s is a symbolic link to %p, which does not exist",
    [OS_EXEC_LINK_LOOP] = "%s is in a loop of symbolic links",
    [OS_EXEC_DIRECTORY] = "%s is a directory",
    [OS_EXEC_SPECIAL] = "%s is not a regular file",
    [OS_EXEC_NO_X] = "%s has no execute permission",
    [OS_EXEC_REFUSED] = "%s has no execute permission for uid %n",
    [OS_EXEC_NOEXEC] = "%s is on a file system that is mounted noexec",
    [OS_EXEC_BUSY] = "%s is open for writing",
    [OS_EXEC_EMPTY] = "%s is empty",
    [OS_EXEC_NO_FORMAT] = "%s has no #! line; to run a shell script without one, use 'sh FILE'",
    [OS_EXEC_UNKNOWN_FORMAT] = "%s is not in a format that the kernel can execute",
    [OS_EXEC_BYTE_ORDER_MARK] = "%s begins with a byte order mark, which hides its #! line",
    [OS_EXEC_NO_NAME] = "%s has a #! line that names no interpreter",
    [OS_EXEC_LONG_LINE] = "%s has a #! line whose interpreter is longer than %l bytes",
    [OS_EXEC_MACHINE] = "%s is built for %m",
    [OS_EXEC_OBJECT] = "%s is an ELF file, but not a program",
    [OS_EXEC_DAMAGED] = "%s is a damaged ELF file",
    [OS_EXEC_CAPABILITIES] = "%s has file capabilities that are not in the bounding set",
    [OS_EXEC_NESTED] = "interpreters that are scripts are nested too deeply",
    [OS_EXEC_RETURN] = "%s ends with a carriage return: the script has DOS line endings",
    [OS_EXEC_RELATIVE] = "%s is not an absolute path",
    [OS_EXEC_CLOSED] = "descriptor %n is not open",
    [OS_EXEC_NO_DIRECTORY] = "directory %p does not exist",
    [OS_EXEC_NOT_DIRECTORY] = "%p is not a directory",
    [OS_EXEC_UNSEARCHABLE] = "no search permission for directory %p",
    [OS_EXEC_NO_COMMAND] = "the name is empty",
    [OS_EXEC_NOT_IN_PATH] = "it is in the working directory, which PATH does not contain; use ./%c",
    [OS_EXEC_LONG_NAME] = "a name has %n bytes; the limit is %l",
    [OS_EXEC_LONG_PATH] = "the path has %n bytes; the limit is %l",
    [OS_EXEC_LONG_LIST] = "arguments and environment take %n bytes; the limit is %l",
};

static const struct {
    uint16_t number;
    char name[14];
} machines[] = {
    { EM_386, "i386" },         { EM_X86_64, "x86-64" },    { EM_ARM, "Arm" },
    { EM_AARCH64, "Arm64" },    { EM_RISCV, "RISC-V" },     { EM_PPC, "PowerPC" },
    { EM_PPC64, "PowerPC 64" }, { EM_S390, "S/390" },       { EM_MIPS, "MIPS" },
    { EM_SPARC, "SPARC" },      { EM_SPARCV9, "SPARC V9" },
};

static void add_machine(struct buf *b, uint64_t number) {
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        if (machines[i].number == number) {
            buf_add_str(b, machines[i].name);
            return;
        }
    }
    buf_add_str(b, "ELF machine ");
    buf_add_uint(b, number);
}

static void add_name(struct buf *b, const char *name) {
    buf_add_char(b, '\'');
    cli_quote_text(b, name, strlen(name), '\0');
    buf_add_char(b, '\'');
}

/* "it", "'/bin/probe'", "its interpreter '/nope'", "the interpreter '/nope' of '/bin/probe'" */
static void add_subject(struct buf *b, const struct os_exec_failure *f) {
    if (f->subject == OS_EXEC_PROGRAM) {
        if (f->file[0])
            add_name(b, f->file);
        else
            buf_add_str(b, "it");
        return;
    }
    buf_add_str(b, f->file[0] ? "the " : "its ");
    buf_add_str(b, f->subject == OS_EXEC_LOADER ? "dynamic linker " : "interpreter ");
    add_name(b, f->path);
    if (f->file[0]) {
        buf_add_str(b, " of ");
        add_name(b, f->file);
    }
}

static void add_part(struct buf *b, const struct os_exec_failure *f, char what, const char *name) {
    switch (what) {
    case 's':
        add_subject(b, f);
        break;
    case 'p':
        add_name(b, f->path);
        break;
    case 'n':
        buf_add_uint(b, f->number);
        break;
    case 'l':
        buf_add_uint(b, f->limit);
        break;
    case 'm':
        add_machine(b, f->number);
        break;
    default:
        cli_quote_text(b, name, strlen(name), '\0');
        break;
    }
}

void exec_hint_add(struct buf *b, const struct os_exec_failure *f, const char *name) {
    if (f->reason == OS_EXEC_UNKNOWN && !f->file[0])
        return;
    for (const char *at = texts[f->reason]; *at;) {
        size_t size = strcspn(at, "%");
        buf_add(b, at, size);
        at += size;
        if (*at) {
            add_part(b, f, at[1], name);
            at += 2;
        }
    }
}

/* NAME=VALUE, as a shell reads it before a command. */
static bool is_assignment(const char *word) {
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    size_t size = strspn(word, letters);
    return size && word[size] == '=' && !strchr("0123456789", word[0]);
}

void exec_hint_add_assignment(struct buf *b, const char *name, const char *option) {
    if (!is_assignment(name))
        return;
    buf_add_str(b, "to set a variable, use ");
    buf_add_str(b, option ? option : "env");
    buf_add_char(b, ' ');
    if (cli_is_plain(name, strlen(name)) && !strpbrk(name, " '\"$&();<>|*?[]#~`!{}\\\t"))
        buf_add_str(b, name);
    else
        cli_quote_sh(b, name, strlen(name), true);
}
