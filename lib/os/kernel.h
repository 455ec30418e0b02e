/* SPDX-License-Identifier: 0BSD
 *
 * Kernel interfaces newer than the C library's headers, and those for which the
 * C library has a layout of its own, defined once. Whether the running kernel has
 * a call is found by trying, never by version.
 */
#pragma once

#include <linux/posix_types.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

/* System calls by number: from 424 on they are the same on every architecture except alpha. */
enum {
    OS_NR_PIDFD_SEND_SIGNAL = 424, /* Linux 5.1 */
    OS_NR_PIDFD_OPEN = 434,        /* Linux 5.3 */
    OS_NR_CLOSE_RANGE = 436,       /* Linux 5.9 */
    OS_NR_FACCESSAT2 = 439,        /* Linux 5.8 */
    OS_NR_FILE_GETATTR = 468,      /* Linux 6.17 */
    OS_NR_OPENAT2 = 437,           /* Linux 5.6 */
    OS_NR_SETXATTRAT = 463,        /* Linux 6.13, and the three that follow */
    OS_NR_GETXATTRAT = 464,
    OS_NR_LISTXATTRAT = 465,
    OS_NR_REMOVEXATTRAT = 466,
};

/* struct statx, include/uapi/linux/stat.h, as of Linux 6.16. */
struct os_statx_time {
    int64_t tv_sec;
    uint32_t tv_nsec; /* 0..999999999, added to tv_sec also when that is negative */
    int32_t reserved;
};

struct os_statx {
    uint32_t stx_mask; /* OS_STATX_*: which of the members below are valid */
    uint32_t stx_blksize;
    uint64_t stx_attributes; /* OS_STATX_ATTR_* */
    uint32_t stx_nlink;
    uint32_t stx_uid;
    uint32_t stx_gid;
    uint16_t stx_mode;
    uint16_t spare0;
    uint64_t stx_ino;
    uint64_t stx_size;
    uint64_t stx_blocks;          /* of 512 bytes */
    uint64_t stx_attributes_mask; /* which attributes this file system supports */
    struct os_statx_time stx_atime;
    struct os_statx_time stx_btime;
    struct os_statx_time stx_ctime;
    struct os_statx_time stx_mtime;
    uint32_t stx_rdev_major;
    uint32_t stx_rdev_minor;
    uint32_t stx_dev_major;
    uint32_t stx_dev_minor;
    uint64_t stx_mnt_id;           /* Linux 5.8; with OS_STATX_MNT_ID_UNIQUE the 64-bit one, 6.8 */
    uint32_t stx_dio_mem_align;    /* Linux 6.1 */
    uint32_t stx_dio_offset_align; /* Linux 6.1 */
    uint64_t stx_subvol;           /* Linux 6.10 */
    uint32_t stx_atomic_write_unit_min;     /* Linux 6.11 */
    uint32_t stx_atomic_write_unit_max;     /* Linux 6.11 */
    uint32_t stx_atomic_write_segments_max; /* Linux 6.11 */
    uint32_t stx_dio_read_offset_align;     /* Linux 6.14 */
    uint32_t stx_atomic_write_unit_max_opt; /* Linux 6.16 */
    uint32_t spare2[1];
    uint64_t spare3[8];
};

_Static_assert(sizeof(struct os_statx) == 256, "the kernel writes 256 bytes");
_Static_assert(offsetof(struct os_statx, stx_mnt_id) == 144, "ABI");
_Static_assert(offsetof(struct os_statx, stx_atomic_write_unit_max_opt) == 184, "ABI");

enum {
    OS_STATX_TYPE = 0x1,
    OS_STATX_MODE = 0x2,
    OS_STATX_NLINK = 0x4,
    OS_STATX_UID = 0x8,
    OS_STATX_GID = 0x10,
    OS_STATX_ATIME = 0x20,
    OS_STATX_MTIME = 0x40,
    OS_STATX_CTIME = 0x80,
    OS_STATX_INO = 0x100,
    OS_STATX_SIZE = 0x200,
    OS_STATX_BLOCKS = 0x400,
    OS_STATX_BASIC_STATS = 0x7ff,
    OS_STATX_BTIME = 0x800,
    OS_STATX_MNT_ID = 0x1000,
    OS_STATX_DIOALIGN = 0x2000,
    OS_STATX_MNT_ID_UNIQUE = 0x4000,
    OS_STATX_SUBVOL = 0x8000,
    OS_STATX_WRITE_ATOMIC = 0x10000,
    OS_STATX_DIO_READ_ALIGN = 0x20000,
};

enum {
    OS_STATX_ATTR_COMPRESSED = 0x4,
    OS_STATX_ATTR_IMMUTABLE = 0x10,
    OS_STATX_ATTR_APPEND = 0x20,
    OS_STATX_ATTR_NODUMP = 0x40,
    OS_STATX_ATTR_ENCRYPTED = 0x800,
    OS_STATX_ATTR_AUTOMOUNT = 0x1000,
    OS_STATX_ATTR_MOUNT_ROOT = 0x2000,
    OS_STATX_ATTR_VERITY = 0x100000,
    OS_STATX_ATTR_DAX = 0x200000,
    OS_STATX_ATTR_WRITE_ATOMIC = 0x400000,
};

/* struct sched_attr of sched_setattr(2), include/uapi/linux/sched/types.h, as of Linux 5.3. */
struct os_sched_attr {
    uint32_t size;
    uint32_t sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime; /* nanoseconds, these three */
    uint64_t sched_deadline;
    uint64_t sched_period;
    uint32_t sched_util_min; /* Linux 5.3 */
    uint32_t sched_util_max;
};

_Static_assert(sizeof(struct os_sched_attr) == 56, "SCHED_ATTR_SIZE_VER1");

enum {
    OS_SCHED_ATTR_SIZE_VER0 = 48, /* without sched_util_* */
    OS_SCHED_FLAG_RESET_ON_FORK = 1,
};

/* Policies and a flag that some C libraries do not define. */
enum {
    OS_SCHED_DEADLINE = 6,
    OS_SCHED_EXT = 7, /* Linux 6.12 */
    OS_SCHED_RESET_ON_FORK = 0x40000000,
};

/* struct linux_dirent64 of getdents64(2). */
struct os_dirent {
    uint64_t d_ino;
    int64_t d_off;
    uint16_t d_reclen; /* of this entry */
    uint8_t d_type;    /* DT_* */
    char d_name[];
};

/* struct file_attr of file_getattr(2), include/uapi/linux/fs.h. */
struct os_file_attr {
    uint64_t fa_xflags; /* FS_XFLAG_* */
    uint32_t fa_extsize;
    uint32_t fa_nextents;
    uint32_t fa_projid;
    uint32_t fa_cowextsize;
};

_Static_assert(sizeof(struct os_file_attr) == 24, "FILE_ATTR_SIZE_VER0");

/* The kernel's struct rusage, as the system call waitid(2) writes it. libc's may be larger: with a
 * 64-bit time_t on a 32-bit architecture it is. */
struct os_kernel_timeval {
    __kernel_long_t tv_sec;
    __kernel_suseconds_t tv_usec;
};

struct os_kernel_rusage {
    struct os_kernel_timeval ru_utime;
    struct os_kernel_timeval ru_stime;
    __kernel_long_t ru_maxrss; /* KiB */
    __kernel_long_t ru_ixrss;
    __kernel_long_t ru_idrss;
    __kernel_long_t ru_isrss;
    __kernel_long_t ru_minflt;
    __kernel_long_t ru_majflt;
    __kernel_long_t ru_nswap;
    __kernel_long_t ru_inblock;
    __kernel_long_t ru_oublock;
    __kernel_long_t ru_msgsnd;
    __kernel_long_t ru_msgrcv;
    __kernel_long_t ru_nsignals;
    __kernel_long_t ru_nvcsw;
    __kernel_long_t ru_nivcsw;
};

_Static_assert(sizeof(struct os_kernel_rusage) == 18 * sizeof(__kernel_long_t), "ABI");

/* The kernel's sigset_t: an array of longs. Read as one 64-bit number, its halves would be swapped
 * on a 32-bit big-endian machine. */
enum { OS_KERNEL_SIGNALS = 64, OS_LONG_BITS = 8 * sizeof(unsigned long) };

struct os_kernel_sigset {
    unsigned long words[OS_KERNEL_SIGNALS / OS_LONG_BITS];
};

_Static_assert(sizeof(struct os_kernel_sigset) == 8, "what the system calls accept");

/* Convert between a number and a set: bit N - 1 of the number is signal N. */
static inline struct os_kernel_sigset os_kernel_sigset(uint64_t signals) {
    struct os_kernel_sigset set;
    for (unsigned i = 0; i < OS_KERNEL_SIGNALS / OS_LONG_BITS; i++)
        set.words[i] = (unsigned long)(signals >> i * OS_LONG_BITS);
    return set;
}

static inline uint64_t os_kernel_sigset_bits(const struct os_kernel_sigset *set) {
    uint64_t signals = 0;
    for (unsigned i = 0; i < OS_KERNEL_SIGNALS / OS_LONG_BITS; i++)
        signals |= (uint64_t)set->words[i] << i * OS_LONG_BITS;
    return signals;
}

/* TIOCGDEV with the type that other requests have: musl's, an unsigned int, is not an argument of
 * musl's ioctl(2) without a warning. */
#define OS_TIOCGDEV _IOR('T', 0x32, unsigned)

/* For waitid(2): the process of a pidfd, Linux 5.4. */
enum { OS_P_PIDFD = 3 };

/* f_type of the file system whose inode numbers are those of processes, Linux 6.9. */
enum { OS_PIDFS_MAGIC = 0x50494446 };

/* struct pidfd_info, include/uapi/linux/pidfd.h, as of Linux 6.13. */
struct os_pidfd_info {
    uint64_t mask; /* OS_PIDFD_INFO_*: requested, and then which of the members below are valid */
    uint64_t cgroupid;
    uint32_t pid;
    uint32_t tgid;
    uint32_t ppid;
    uint32_t ruid;
    uint32_t rgid;
    uint32_t euid;
    uint32_t egid;
    uint32_t suid;
    uint32_t sgid;
    uint32_t fsuid;
    uint32_t fsgid;
    int32_t exit_code; /* as wait(2) stores it; Linux 6.15 */
};

_Static_assert(sizeof(struct os_pidfd_info) == 64, "PIDFD_INFO_SIZE_VER0");

enum {
    OS_PIDFD_INFO_PID = 0x1,
    OS_PIDFD_INFO_CREDS = 0x2,
    OS_PIDFD_INFO_CGROUPID = 0x4,
    OS_PIDFD_INFO_EXIT = 0x8,
};

enum { OS_PIDFD_IOCTL = 0xFF };

#define OS_PIDFD_GET_INFO _IOWR(OS_PIDFD_IOCTL, 11, struct os_pidfd_info)

/* ioctl(2) on a pidfd: a descriptor of a namespace of the process, Linux 6.11. The numbers are for
 * _IO(OS_PIDFD_IOCTL, ...). */
enum {
    OS_PIDFD_GET_CGROUP_NAMESPACE = 1,
    OS_PIDFD_GET_IPC_NAMESPACE = 2,
    OS_PIDFD_GET_MNT_NAMESPACE = 3,
    OS_PIDFD_GET_NET_NAMESPACE = 4,
    OS_PIDFD_GET_PID_NAMESPACE = 5,
    OS_PIDFD_GET_TIME_NAMESPACE = 7,
    OS_PIDFD_GET_USER_NAMESPACE = 9,
    OS_PIDFD_GET_UTS_NAMESPACE = 10,
};

/* struct open_how of openat2(2), include/uapi/linux/openat2.h. */
struct os_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve; /* OS_RESOLVE_* */
};

_Static_assert(sizeof(struct os_open_how) == 24, "OPEN_HOW_SIZE_VER0");

enum {
    OS_RESOLVE_NO_MAGICLINKS = 0x2,
    OS_RESOLVE_NO_SYMLINKS = 0x4,
    OS_RESOLVE_BENEATH = 0x8,
};

/* struct xattr_args of setxattrat(2) and getxattrat(2), include/uapi/linux/xattr.h. */
struct os_xattr_args {
    uint64_t value; /* an address */
    uint32_t size;
    uint32_t flags; /* XATTR_CREATE, XATTR_REPLACE; 0 to get one */
};

_Static_assert(sizeof(struct os_xattr_args) == 16, "XATTR_ARGS_SIZE_VER0");
