/* SPDX-License-Identifier: 0BSD
 *
 * The first things a process does: the standard descriptors, set-id execution.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/start.h"

unsigned cli_open_standard(void) {
    struct pollfd fds[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };
    unsigned closed = 0;
    /* One call tests all three: POLLNVAL is a closed descriptor (poll(2)). */
    if (poll(fds, 3, 0) <= 0)
        return 0;
    for (int i = 0; i < 3; i++) {
        if (!(fds[i].revents & POLLNVAL))
            continue;
        closed |= 1U << i;
        /* The lowest free number is i: all below it are open by now. Without /dev the descriptors
         * stay closed: reading or writing then fails as well. */
        (void)base_open(AT_FDCWD, i == 0 ? "/dev/full" : "/dev/null", i == 0 ? O_WRONLY : O_RDONLY);
    }
    return closed;
}

int cli_is_privileged(void) {
    return getauxval(AT_SECURE) != 0;
}
