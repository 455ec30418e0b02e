/* SPDX-License-Identifier: 0BSD
 *
 * no_vdso COMMAND...: runs it as if the kernel had no vDSO. The entry of the
 * auxiliary vector with its address gets another type, before the first
 * instruction of the program. Status 77: nothing can be traced here.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIP = 77, NOT_FOUND = 127 };

/* proc_pid_stat(5): field 28, the address of argc. 0: not known. */
static uintptr_t stack_of(pid_t pid) {
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[size] = '\0';
    char *p = strrchr(text, ')');
    for (unsigned field = 2; p && field < 28; field++)
        p = strchr(p + 1, ' ');
    return p ? strtoul(p, NULL, 10) : 0;
}

static bool peek(pid_t pid, uintptr_t at, unsigned long *word) {
    errno = 0;
    *word = (unsigned long)ptrace(PTRACE_PEEKDATA, pid, at, NULL);
    return errno == 0;
}

/* Behind argc, the arguments, the environment, each with a NULL at its end. */
static bool hide_vdso(pid_t pid) {
    uintptr_t at = stack_of(pid);
    unsigned long word;
    if (!at || !peek(pid, at, &word))
        return false;
    at += (word + 2) * sizeof word;
    do {
        if (!peek(pid, at, &word))
            return false;
        at += sizeof word;
    } while (word);
    for (;; at += 2 * sizeof word) {
        if (!peek(pid, at, &word))
            return false;
        if (word == AT_SYSINFO_EHDR)
            return ptrace(PTRACE_POKEDATA, pid, at, AT_IGNORE) == 0;
        if (word == AT_NULL)
            return true; /* there is none */
    }
}

int main(int argc, char **argv) {
    int status;
    (void)argc;
    pid_t pid = fork();
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(SKIP);
        execvp(argv[1], argv + 1);
        _exit(NOT_FOUND);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return SKIP;
    if (WIFSTOPPED(status)) {
        bool hidden = hide_vdso(pid);
        if (!hidden)
            kill(pid, SIGKILL);
        else
            ptrace(PTRACE_DETACH, pid, NULL, NULL);
        waitpid(pid, &status, 0);
        if (!hidden)
            return SKIP;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
