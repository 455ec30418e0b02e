/* SPDX-License-Identifier: 0BSD
 *
 * The records of xattr: an attribute of a file.
 */
#include <errno.h>

#include "applets/xattr/record.h"
#include "base/codec.h"
#include "os/acl.h"
#include "os/file_capability.h"
#include "os/xattr.h"

enum {
    LIST = 1 << XATTR_VIEW_LIST,
    GET = 1 << XATTR_VIEW_GET,
    DUMP = 1 << XATTR_VIEW_DUMP,
    ALL = LIST | GET | DUMP,
    OUTPUT_BLOCK = 65536,
};

const struct cli_field xattr_fields[] = {
    [XATTR_PATH] = { .name = "path",
                     .type = CLI_BYTES,
                     .views = ALL,
                     .defaults = ALL,
                     .help = "the path as given; null with --fd" },
    [XATTR_NAME] = { .name = "name",
                     .type = CLI_BYTES,
                     .views = ALL,
                     .defaults = ALL,
                     .help = "the attribute's name, its namespace first" },
    [XATTR_SIZE] = { .name = "size",
                     .type = CLI_UINT,
                     .views = ALL,
                     .defaults = GET,
                     .needs = XATTR_NEEDS_VALUE,
                     .help = "bytes of the value" },
    [XATTR_VALUE] = { .name = "value",
                      .type = CLI_BYTES,
                      .views = ALL,
                      .defaults = GET | DUMP,
                      .may_hold_nul = true,
                      .needs = XATTR_NEEDS_VALUE,
                      .help = "the value" },
    [XATTR_DECODED] = { .name = "decoded",
                        .type = CLI_BYTES,
                        .views = ALL,
                        .defaults = GET,
                        .needs = XATTR_NEEDS_VALUE | XATTR_NEEDS_DECODED,
                        .help = "capabilities, ACLs and SELinux labels as text; null for others" },
};

/* The value as text, or what is wrong with it; null if the attribute has no such form. */
static struct cli_value decode(struct xattr_work *w, const char *name) {
    const struct buf *value = &w->value;
    const char *why = NULL;
    buf_clear(&w->decoded);
    if (strcmp(name, "security.capability") == 0) {
        why = os_capability_from_value(value->data, value->len, &w->decoded);
    } else if (strcmp(name, "system.posix_acl_access") == 0 ||
               strcmp(name, "system.posix_acl_default") == 0) {
        why = os_acl_text(value->data, value->len, &w->users, &w->groups, &w->decoded);
    } else if (strcmp(name, "security.selinux") == 0) {
        size_t size = value->len;
        while (size && !value->data[size - 1])
            size--;
        buf_add(&w->decoded, value->data, size);
    } else {
        return cli_null();
    }
    if (why) {
        buf_clear(&w->decoded);
        buf_add_str(&w->decoded, "error: ");
        buf_add_str(&w->decoded, why);
    }
    return cli_bytes(w->decoded.data, w->decoded.len);
}

static void fill_value(const struct xattr_run *r, struct xattr_work *w, const char *path,
                       const char *name) {
    w->values[XATTR_SIZE] = cli_uint(w->value.len);
    w->values[XATTR_VALUE] = cli_bytes(w->value.data, w->value.len);
    if (r->needs & XATTR_NEEDS_DECODED)
        w->values[XATTR_DECODED] = decode(w, name);
    if (w->decoded.failed) {
        struct base_error e;
        base_fail(&e, ENOMEM, "malloc", path);
        xattr_fail(r, w, &e, path);
        w->values[XATTR_DECODED] = cli_null();
        buf_finish(&w->decoded); /* the next one may fit into memory */
    }
}

void xattr_emit(const struct xattr_run *r, struct xattr_work *w, const struct os_file *file,
                const char *path, const char *name) {
    struct base_error e;
    int result = 0;
    if (file && r->needs & XATTR_NEEDS_VALUE) {
        buf_clear(&w->value);
        result = os_xattr_get(file, name, &w->value, &e);
    }
    if (result == -ENODATA)
        return; /* removed since it was listed */
    if (result < 0)
        xattr_fail(r, w, &e, path);
    if (result < 0 && r->dump)
        return;
    memset(w->values, 0, sizeof w->values);
    w->values[XATTR_PATH] = cli_str(path);
    w->values[XATTR_NAME] = cli_str(name);
    if (name && result == 0 && r->needs & XATTR_NEEDS_VALUE)
        fill_value(r, w, path, name);
    if (w->chunk)
        cli_format_record(cli_writer(r->cli), w->values, false, &w->chunk->out);
    else
        cli_emit(r->cli, w->values);
}

void xattr_emit_value(const struct xattr_run *r, const struct xattr_work *w,
                      const struct buf *value) {
    struct cli *cli = r->cli;
    struct buf own = { 0 };
    struct buf *b = w->chunk ? &w->chunk->out : &own;
    bool shown = cli_writer(cli)->terminal;
    if (r->args->encoding == XATTR_HEX)
        base_encode_hex(b, value->data, value->len);
    else if (r->args->encoding == XATTR_BASE64)
        base_encode_base64(b, value->data, value->len, BASE_BASE64);
    else if (shown)
        cli_quote_text(b, value->data, value->len, '\0');
    else
        buf_add(b, value->data, value->len);
    if (r->args->encoding || shown)
        buf_add_char(b, '\n');
    if (!w->chunk)
        cli_write_buf(cli, &own);
    buf_finish(&own);
}
