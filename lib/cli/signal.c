/* SPDX-License-Identifier: 0BSD
 *
 * Signal names.
 */
#include <signal.h>
#include <string.h>

#include "cli/parse.h"
#include "cli/signal.h"

enum { NAME_SIZE = 7, WORD_SIZE = 16 };

/* Not SIGRTMIN, which is 35 in musl: a signal's name has to mean the same to the system's other
 * programs, which use glibc. */
enum { RTMIN = 34 };

/* Indexed by number, because numbers differ between architectures. The texts are in the table
 * itself: no pointers to relocate. */
static const char names[][NAME_SIZE] = {
    [SIGHUP] = "HUP",       [SIGINT] = "INT",   [SIGQUIT] = "QUIT",   [SIGILL] = "ILL",
    [SIGTRAP] = "TRAP",     [SIGABRT] = "ABRT", [SIGBUS] = "BUS",     [SIGFPE] = "FPE",
    [SIGKILL] = "KILL",     [SIGUSR1] = "USR1", [SIGSEGV] = "SEGV",   [SIGUSR2] = "USR2",
    [SIGPIPE] = "PIPE",     [SIGALRM] = "ALRM", [SIGTERM] = "TERM",   [SIGCHLD] = "CHLD",
    [SIGCONT] = "CONT",     [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",   [SIGTTIN] = "TTIN",
    [SIGTTOU] = "TTOU",     [SIGURG] = "URG",   [SIGXCPU] = "XCPU",   [SIGXFSZ] = "XFSZ",
    [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH", [SIGIO] = "IO",
    [SIGPWR] = "PWR",       [SIGSYS] = "SYS",
#ifdef SIGSTKFLT
    [SIGSTKFLT] = "STKFLT",
#endif
#ifdef SIGEMT
    [SIGEMT] = "EMT",
#endif
};

static const struct {
    char name[NAME_SIZE];
    unsigned char signo;
} aliases[] = {
    { "CLD", SIGCHLD },
    { "IOT", SIGABRT },
    { "POLL", SIGIO },
    { "UNUSED", SIGSYS },
};

enum { NAMES = sizeof names / NAME_SIZE, ALIASES = sizeof aliases / sizeof *aliases };

static const char unknown[] = "unknown signal";

/* Not toupper(), which depends on the locale. */
static char upper(char c) {
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

/* Stores the text in upper case without SIG in `word`, which is all zero. Returns NULL if it is
 * empty, or longer than any signal. */
static const char *read_word(const char *text, size_t len, char word[static WORD_SIZE]) {
    if (len == 0 || len >= WORD_SIZE)
        return NULL;
    for (size_t i = 0; i < len; i++)
        word[i] = upper(text[i]);
    return strncmp(word, "SIG", 3) == 0 ? word + 3 : word;
}

/* "+3" or "" after RTMIN, "-3" or "" after RTMAX. */
static const char *parse_realtime(const char *rest, char sign, int *signo) {
    uint64_t steps = 0;
    if (*rest && (*rest != sign || cli_parse_uint(rest + 1, (uint64_t)(SIGRTMAX - RTMIN), &steps)))
        return unknown;
    *signo = sign == '+' ? RTMIN + (int)steps : SIGRTMAX - (int)steps;
    return NULL;
}

static const char *parse_name(const char *word, int *signo) {
    if (strncmp(word, "RTMIN", 5) == 0)
        return parse_realtime(word + 5, '+', signo);
    if (strncmp(word, "RTMAX", 5) == 0)
        return parse_realtime(word + 5, '-', signo);
    for (int i = 1; i < NAMES; i++) {
        if (*word && strcmp(word, names[i]) == 0) {
            *signo = i;
            return NULL;
        }
    }
    for (size_t i = 0; i < ALIASES; i++) {
        if (strcmp(word, aliases[i].name) == 0) {
            *signo = aliases[i].signo;
            return NULL;
        }
    }
    return unknown;
}

static const char *parse_signal(const char *text, size_t len, int *signo) {
    char buffer[WORD_SIZE] = { 0 };
    const char *word = read_word(text, len, buffer);
    uint64_t number;
    if (!word)
        return unknown;
    if (cli_digit(*word) >= 10)
        return parse_name(word, signo);
    if (cli_parse_uint(word, (uint64_t)SIGRTMAX, &number))
        return unknown;
    *signo = (int)number;
    return NULL;
}

const char *cli_parse_signal(const char *text, bool zero, int *signo) {
    int number;
    if (!*text)
        return "empty";
    const char *reason = parse_signal(text, strlen(text), &number);
    if (reason)
        return reason;
    if (number == 0 && !zero)
        return "0 is not a signal";
    *signo = number;
    return NULL;
}

/* Whether the text, in any case, is `word`, which is in upper case. */
static bool is_word(const char *text, const char *word) {
    while (*word && upper(*text) == *word) {
        text++;
        word++;
    }
    return !*text && !*word;
}

const char *cli_parse_signals(const char *text, uint64_t *set) {
    uint64_t bits = 0;
    if (!*text)
        return "empty";
    if (is_word(text, "ALL") || is_word(text, "NONE")) {
        *set = upper(*text) == 'A' ? UINT64_MAX : 0;
        return NULL;
    }
    for (;; text++) {
        int signo;
        size_t len = strcspn(text, ",");
        const char *reason = parse_signal(text, len, &signo);
        if (reason)
            return reason;
        if (signo == 0)
            return "0 is not a signal";
        if (signo > 64) /* mips has 127 */
            return unknown;
        bits |= (uint64_t)1 << (signo - 1);
        text += len;
        if (!*text)
            break;
    }
    *set = bits;
    return NULL;
}

static char *put_text(char *at, const char *text) {
    size_t len = strlen(text);
    memcpy(at, text, len + 1);
    return at + len;
}

static void put_number(char *at, int number) {
    char digits[12];
    size_t first = sizeof digits;
    unsigned magnitude = number < 0 ? 0U - (unsigned)number : (unsigned)number;
    digits[--first] = '\0';
    do {
        digits[--first] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude);
    if (number < 0)
        digits[--first] = '-';
    put_text(at, digits + first);
}

const char *cli_signal_name(int signo, char name[static 16]) {
    char *at = put_text(name, "SIG");
    if (signo > 0 && signo < NAMES && *names[signo]) {
        put_text(at, names[signo]);
    } else if (signo == SIGRTMAX) {
        put_text(at, "RTMAX");
    } else if (signo == RTMIN) {
        put_text(at, "RTMIN");
    } else if (signo > RTMIN && signo < SIGRTMAX) {
        put_number(put_text(at, "RTMIN+"), signo - RTMIN);
    } else {
        put_number(at, signo);
    }
    return name;
}

void cli_signal_each(void (*visit)(const char *name, void *data), void *data) {
    char name[16];
    for (int signo = 1; signo <= SIGRTMAX; signo++)
        if ((signo < NAMES && *names[signo]) || signo == RTMIN || signo == SIGRTMAX)
            visit(cli_signal_name(signo, name), data);
}
