/* SPDX-License-Identifier: 0BSD
 *
 * Values as users write them: bytes, hex, base64, capabilities, from the
 * command line or a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "applets/xattr/value.h"
#include "base/codec.h"
#include "base/io.h"
#include "os/file_capability.h"
#include "os/xattr.h"

/* The largest file that is read: a value in hex, with a space after each digit, and one byte more
 * to detect a larger one. */
enum { FROM_MAX = 4 * OS_XATTR_SIZE_MAX + 1 };

static const char *parse(struct buf *b, int encoding, const char *text, size_t size) {
    if (encoding == XATTR_HEX)
        return base_decode_hex(b, text, size, true);
    if (encoding == XATTR_BASE64)
        return base_decode_base64(b, text, size, true);
    buf_add(b, text, size);
    return NULL;
}

static int read_all(const char *path, struct buf *b, struct base_error *e) {
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : base_open(AT_FDCWD, path, O_RDONLY);
    ssize_t n = 1;
    if (fd < 0)
        return base_fail(e, -fd, "open", path);
    if (!buf_reserve(b, FROM_MAX))
        n = -ENOMEM;
    while (n > 0 && b->len < FROM_MAX) {
        n = base_read(fd, b->data + b->len, FROM_MAX - b->len);
        b->len += n > 0 ? (size_t)n : 0;
    }
    if (!standard)
        close(fd);
    if (n < 0)
        return base_fail(e, (int)-n, "read", path);
    if (b->len == FROM_MAX) {
        base_fail(e, E2BIG, "read", path);
        e->hint = "a value has 65536 bytes at the most";
        return -E2BIG;
    }
    return 0;
}

static bool value_of_file(struct cli *cli, const struct xattr_args *args, struct buf *b) {
    struct base_error e;
    struct buf text = { 0 };
    bool done = read_all(args->from, &text, &e) == 0;
    const char *why = done ? parse(b, args->encoding, text.data, text.len) : NULL;
    if (!done)
        cli_report(cli, &e);
    else if (why)
        cli_complain(cli, CLI_EX_DATAERR, args->from, why);
    buf_finish(&text);
    return done && !why;
}

bool xattr_value(struct cli *cli, const struct xattr_args *args, const char *text, struct buf *b) {
    const char *why;
    if (args->from && strcmp(args->from, "-") == 0 && args->base.files0 &&
        strcmp(args->base.files0, "-") == 0) {
        cli_usage(cli, "--from=-", "standard input is the list of files already");
        return false;
    }
    if (args->from)
        return value_of_file(cli, args, b);
    if (args->cap)
        why = os_capability_to_value(args->cap, args->rootid, b);
    else
        why = parse(b, args->encoding, text, strlen(text));
    if (why)
        cli_usage(cli, args->cap ? args->cap : text, why);
    return !why;
}
