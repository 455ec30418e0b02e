/* SPDX-License-Identifier: 0BSD
 *
 * popen --pty: what is typed into the command's terminal, and its size.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "applets/popen/run.h"
#include "base/device.h"
#include "base/io.h"
#include "os/clock.h"
#include "os/terminal.h"

/* Nothing reports that a shell's fg has moved us into the foreground, unless we were stopped. */
enum { LOOK_AGAIN_NS = 100 * OS_NS_PER_MS };

void popen_input_restore(struct popen_input *in) {
    os_raw_terminal_leave(&in->raw);
}

static void close_input(struct popen_input *in) {
    popen_input_restore(in);
    if (in->fd > STDERR_FILENO)
        close(in->fd);
    in->fd = -1;
}

/* A FIFO must not block before the time limit applies. */
static int open_input(const char *path) {
    if (strcmp(path, base_device_path(BASE_NULL)) == 0)
        return base_device_open_empty();
    return base_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
}

/* A terminal is read only if the user sees the command's output, or asks for it. */
static bool wants_keys(const struct popen_run *p) {
    return p->args->input || isatty(STDOUT_FILENO);
}

int popen_input_open(struct popen_run *p, const struct popen_plan *plan, struct base_error *e) {
    struct popen_input *in = &p->input;
    const char *path = popen_input_path(p->args);
    *in = (struct popen_input){ .fd = -1, .terminal = plan->pty };
    os_raw_terminal_init(&in->raw, -1, false);
    if (plan->pty < 0)
        return 0;
    p->child.resized = true; /* the signal was ignored until now */
    if (!path && p->cli->call.closed & 1U << STDIN_FILENO)
        path = base_device_path(BASE_NULL);
    in->fd = path ? open_input(path) : STDIN_FILENO;
    if (in->fd < 0)
        return base_fail(e, -in->fd, "open", path);
    in->keys = isatty(in->fd);
    os_raw_terminal_init(&in->raw, in->fd, !plan->passes);
    if (in->keys && !wants_keys(p))
        close_input(in);
    return 0;
}

/* ---- whose keys they are ---- */

static bool is_waiting(const struct popen_run *p) {
    const struct popen_input *in = &p->input;
    return in->keys && in->fd >= 0 && in->raw.fd < 0 && !p->child.ended && !p->child.halted;
}

int64_t popen_input_deadline(const struct popen_run *p) {
    return is_waiting(p) ? p->input.look_again : OS_NEVER;
}

/* End of input is a character to a terminal. It is typed twice, because the first one may only end
 * a line without a newline. */
static void type_end(struct popen_input *in) {
    struct termios mode;
    if (tcgetattr(in->terminal, &mode) < 0)
        return;
    in->pending[0] = in->pending[1] = (char)mode.c_cc[VEOF];
    in->size = 2;
}

static void end_input(struct popen_input *in) {
    close_input(in);
    type_end(in);
}

static void enter(struct popen_run *p) {
    struct popen_input *in = &p->input;
    int r = os_raw_terminal_enter(&in->raw);
    in->look_again = os_monotonic_ns() + LOOK_AGAIN_NS;
    if (r == 0)
        p->child.resized = true; /* perhaps while another job was in the foreground */
    else if (r == -EAGAIN)
        os_terminal_request();
    else
        end_input(in);
}

/* The size of the terminal around, unless --pty sets one. */
static void resize(struct popen_run *p) {
    struct winsize size;
    bool follows = p->input.terminal >= 0 && !p->args->size.ws_col;
    if (p->child.resized && follows && os_pty_current_size(&size))
        ioctl(p->input.terminal, TIOCSWINSZ, &size);
    p->child.resized = false;
}

void popen_input_update(struct popen_run *p) {
    struct popen_input *in = &p->input;
    bool continued = p->child.continued;
    p->child.continued = false;
    if (continued) {
        p->child.resized = true;
        os_raw_terminal_check(&in->raw);
    }
    if (is_waiting(p) && (continued || os_monotonic_ns() >= in->look_again))
        enter(p);
    p->child.keys_pass = in->raw.fd >= 0;
    resize(p);
}

/* ---- what is typed ---- */

static int source(const struct popen_input *in) {
    return in->keys && in->fd >= 0 ? in->raw.fd : in->fd;
}

/* EIO means that another job is in the foreground, which is not an end. */
static void read_input(struct popen_input *in) {
    ssize_t size = read(source(in), in->pending, sizeof in->pending);
    if (size > 0)
        in->size = (size_t)size;
    else if (size < 0 && errno == EIO && in->keys)
        popen_input_restore(in);
    else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        in->lost = size < 0 ? errno : 0;
        end_input(in);
    }
}

/* One line at a time, because a terminal keeps at most 4095 bytes of a line. Our side does not
 * block: the rest is written later. */
static void write_input(struct popen_input *in) {
    const char *bytes = in->pending + in->sent;
    size_t size = in->size - in->sent;
    const char *newline = memchr(bytes, '\n', size);
    size_t part = newline ? (size_t)(newline + 1 - bytes) : size;
    ssize_t written = write(in->terminal, bytes, part);
    if (written < 0 && errno != EAGAIN && errno != EINTR) {
        close_input(in); /* the command has ended */
        in->sent = in->size;
    }
    in->sent += written > 0 ? (size_t)written : 0;
    if (in->sent == in->size)
        in->size = in->sent = 0;
}

struct pollfd popen_input_poll(const struct popen_run *p) {
    const struct popen_input *in = &p->input;
    if (p->child.ended || p->child.stopping)
        return (struct pollfd){ .fd = -1 };
    if (in->size)
        return (struct pollfd){ .fd = in->terminal, .events = POLLOUT };
    return (struct pollfd){ .fd = source(in), .events = POLLIN };
}

void popen_input_handle(struct popen_input *in, const struct pollfd *ready) {
    if (ready->revents && in->size)
        write_input(in);
    else if (ready->revents)
        read_input(in);
}
