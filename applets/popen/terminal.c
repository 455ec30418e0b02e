/* SPDX-License-Identifier: 0BSD
 *
 * popen --pty: what is typed into the command's terminal, and its size.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "applets/popen/run.h"
#include "base/io.h"

int popen_input_open(struct popen_run *p, int terminal, const char *path, struct base_error *e) {
    p->input = (struct popen_input){ .fd = -1, .terminal = terminal };
    if (terminal < 0)
        return 0;
    if (!path && p->cli->call.closed & 1U << STDIN_FILENO)
        path = "/dev/null";
    p->input.fd = path ? base_open(AT_FDCWD, path, O_RDONLY) : STDIN_FILENO;
    return p->input.fd < 0 ? base_fail(e, -p->input.fd, "open", path) : 0;
}

void popen_input_make_raw(struct popen_input *in) {
    if (in->fd != STDIN_FILENO || in->terminal < 0 || tcgetattr(STDIN_FILENO, &in->before) < 0)
        return;
    struct termios raw = in->before;
    cfmakeraw(&raw);
    in->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void popen_input_restore(struct popen_input *in) {
    if (in->raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &in->before);
    in->raw = false;
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

static void close_input(struct popen_input *in) {
    if (in->fd > STDERR_FILENO)
        close(in->fd);
    in->fd = -1;
}

static void read_input(struct popen_input *in) {
    ssize_t size = base_read(in->fd, in->pending, sizeof in->pending);
    if (size > 0) {
        in->size = (size_t)size;
        return;
    }
    in->lost = (int)-size;
    close_input(in);
    type_end(in);
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
    if (p->child.ended)
        return (struct pollfd){ .fd = -1 };
    if (in->size)
        return (struct pollfd){ .fd = in->terminal, .events = POLLOUT };
    return (struct pollfd){ .fd = in->fd, .events = POLLIN };
}

void popen_input_handle(struct popen_input *in, const struct pollfd *ready) {
    if (ready->revents && in->size)
        write_input(in);
    else if (ready->revents)
        read_input(in);
}

void popen_terminal_resize(struct popen_run *p) {
    struct winsize size;
    bool follows = p->input.terminal >= 0 && !p->args->size.ws_col;
    if (p->child.resized && follows && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(p->input.terminal, TIOCSWINSZ, &size);
    p->child.resized = false;
}
