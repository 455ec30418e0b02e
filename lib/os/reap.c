/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for orphans.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "os/reap.h"

bool os_is_init(void) {
    return getpid() == 1;
}

int os_reap_find(void) {
    siginfo_t info = { 0 };
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 ? info.si_pid : 0;
}

void os_reap(int pid) {
    siginfo_t info;
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | __WALL);
}
