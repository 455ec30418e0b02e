/* SPDX-License-Identifier: 0BSD
 *
 * Functions that a libcap.a built for glibc with _FORTIFY_SOURCE needs and musl
 * lacks: the printf functions that check the size of the target. Linked into
 * the static build only.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* The names are glibc's, and reserved. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c) */
int __asprintf_chk(char **text, int flag, const char *format, ...);
int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...);
int __sprintf_chk(char *text, int flag, size_t room, const char *format, ...);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c) */

int __asprintf_chk(char **text, int flag, const char *format, ...) {
    va_list args;
    (void)flag;
    va_start(args, format);
    int length = vasprintf(text, format, args);
    va_end(args);
    return length;
}

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...) {
    va_list args;
    (void)flag;
    if (size > room)
        abort();
    va_start(args, format);
    int length = vsnprintf(text, size, format, args);
    va_end(args);
    return length;
}

int __sprintf_chk(char *text, int flag, size_t room, const char *format, ...) {
    va_list args;
    (void)flag;
    if (room > INT_MAX) /* unknown; musl's vsnprintf refuses more */
        room = INT_MAX;
    va_start(args, format);
    int length = vsnprintf(text, room, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length >= room)
        abort();
    return length;
}
