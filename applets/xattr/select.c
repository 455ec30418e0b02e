/* SPDX-License-Identifier: 0BSD
 *
 * Selects attributes by --match and --namespace; lists of names.
 */
#include <fnmatch.h>
#include <stdlib.h>

#include "applets/xattr/select.h"

const struct cli_option xattr_filter_options[] = {
    { CLI_CALL(XATTR_CALL_MATCH), .name = "match", .metavar = "GLOB",
      .help = "only attributes whose whole names match; may be given several times" },
    { CLI_CALL(XATTR_CALL_NAMESPACE), .name = "namespace", .metavar = "LIST",
      .help = "only attributes of these namespaces: user, security, system, trusted" },
    CLI_OPTIONS_END,
};

static const char *parse_match(void *args, const char *text) {
    return vec_push(&((struct xattr_args *)args)->match, text) ? NULL : "out of memory";
}

static const struct {
    char name[9];
    unsigned char bit; /* enum xattr_namespace */
} namespaces[] = {
    { "user", XATTR_USER },
    { "security", XATTR_SECURITY },
    { "system", XATTR_SYSTEM },
    { "trusted", XATTR_TRUSTED },
};
enum { NAMESPACES = sizeof namespaces / sizeof namespaces[0] };

static unsigned find_namespace(const char *name, size_t size) {
    for (unsigned i = 0; i < NAMESPACES; i++)
        if (strlen(namespaces[i].name) == size && memcmp(namespaces[i].name, name, size) == 0)
            return namespaces[i].bit;
    return 0;
}

static const char *parse_namespace(void *args, const char *text) {
    unsigned set = 0;
    for (;; text++) {
        size_t size = strcspn(text, ",");
        unsigned bit = find_namespace(text, size);
        if (!bit)
            return "not a list of user, security, system and trusted";
        set |= bit;
        text += size;
        if (!*text)
            break;
    }
    ((struct xattr_args *)args)->namespaces = set;
    return NULL;
}

const char *xattr_parse_option(void *args, int which, const char *text) {
    return which == XATTR_CALL_MATCH ? parse_match(args, text) : parse_namespace(args, text);
}

bool xattr_selects(const struct xattr_args *args, const char *name) {
    if (args->namespaces && !(find_namespace(name, strcspn(name, ".")) & args->namespaces))
        return false;
    for (size_t i = 0; i < args->match.count; i++)
        if (fnmatch(args->match.items[i], name, 0) == 0)
            return true;
    return !args->match.count;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool xattr_sort_names(const struct buf *names, struct xattr_names *sorted) {
    sorted->count = 0;
    for (size_t at = 0; at < names->len; at += strlen(names->data + at) + 1)
        if (!vec_push(sorted, names->data + at)) {
            sorted->count = 0;
            return false;
        }
    if (sorted->count)
        qsort(sorted->items, sorted->count, sizeof *sorted->items, by_bytes);
    return true;
}
