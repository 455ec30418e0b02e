/* SPDX-License-Identifier: 0BSD
 *
 * The names of resource limits.
 */
#include <sys/resource.h>

#include "applets/spawn/spawn.h"

const struct cli_choice spawn_limits[] = {
    { "as", RLIMIT_AS, "address space, bytes" },
    { "core", RLIMIT_CORE, "core dump, bytes" },
    { "cpu", RLIMIT_CPU, "CPU time, seconds" },
    { "data", RLIMIT_DATA, "data segment, bytes" },
    { "fsize", RLIMIT_FSIZE, "file size, bytes" },
    { "locks", RLIMIT_LOCKS, "file locks" },
    { "memlock", RLIMIT_MEMLOCK, "locked memory, bytes" },
    { "msgqueue", RLIMIT_MSGQUEUE, "POSIX message queues, bytes" },
    { "nice", RLIMIT_NICE, "20 minus the nice value" },
    { "nofile", RLIMIT_NOFILE, "open files" },
    { "nproc", RLIMIT_NPROC, "processes of the user" },
    { "rss", RLIMIT_RSS, "resident memory, bytes (no effect)" },
    { "rtprio", RLIMIT_RTPRIO, "real-time priority" },
    { "rttime", RLIMIT_RTTIME, "real-time CPU time without a wait, microseconds" },
    { "sigpending", RLIMIT_SIGPENDING, "pending signals" },
    { "stack", RLIMIT_STACK, "stack, bytes" },
    CLI_CHOICES_END,
};
