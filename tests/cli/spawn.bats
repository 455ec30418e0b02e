#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox spawn: how it fails, finds, changes, waits for and leaves a program.
# What a child has of credentials, descriptors and signals, and what a terminal
# does, is in tests/oracle/spawn.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2016 # quoted for an inner shell
# shellcheck disable=SC2094 # nothing is written to what is read

load ../helpers/common

setup_file() { common_setup_file; }
setup() { common_setup; }

teardown() {
    [ -z "${left_pid:-}" ] || kill -KILL "$left_pid" 2>/dev/null || true
    common_teardown
}

# members NAME...: of the record in the file `record`, on one line.
members() {
    json "$@" <record | tr '\n' ' ' | sed 's/ $//'
}

# ends STATUS ARG...: spawn with a record in the file `record`.
ends() {
    local want=$1
    shift
    osbox "$want" spawn --status=record -J "$@"
}

# refused STATUS 'STEP INDEX OBJECT ERROR' ARG...: the program is not run, and the record says why;
# errno is the number of that name.
refused() {
    local status=$1 want=$2 number
    shift 2
    ends "$status" "$@"
    got ''
    number=$(python3 -c 'import errno, sys; print(getattr(errno, sys.argv[1]))' "${want##* }")
    want=$(sed -E 's/^(\S+) (\S+) (.*) (\S+)$/"\1" \2 "\3" "\4"/; s/"null"/null/g' <<<"$want")
    output=$(members step index object error errno)
    got "$want $number"
    output=$(members pid si_pid si_code si_status exitcode wait_status shell_status timed_out)
    got 'null null null null null null null null'
}

# with_path PATH STATUS ARG...: spawn with that PATH, without the capabilities that open every file.
with_path() {
    run --separate-stderr "-$2" ordinary env "PATH=$1" "$OSBOX" spawn "${@:3}" 3>&-
}

make_program() {
    printf '#!/bin/sh\n%s\n' "$2" >"$1"
    chmod 755 "$1"
}

# as_user CMD...: as an ordinary user, if we are not one.
as_user() {
    if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
        setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
    else
        "$@"
    fi
}

# as_user_refused 'STEP INDEX OBJECT ERROR' ARG...: as refused, status 125 for want of a privilege.
as_user_refused() {
    local want=$1 step index object error
    shift
    read -r step index object error <<<"$want"
    run --separate-stderr -125 as_user "$OSBOX" spawn --status=fd:4 -J "$@" 4>record 3>&-
    got ''
    output=$(members step index object error pid)
    got "\"$step\" $index \"$object\" \"$error\" null"
}

# Skips the test unless we can become other users.
needs_privilege() {
    setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null ||
        skip 'this user cannot become another one'
}

# can_unshare ARG...: skips the test unless unshare(1) can do that.
can_unshare() {
    unshare "$@" true 2>/dev/null || skip "unshare $* is refused here"
}

# state PID: of a process: R, S, T, Z.
state() {
    sed -E 's/.*\) (.).*/\1/' "/proc/$1/stat"
}

# ---- what was not run, and why ----

@test "a file that cannot be opened: 125, and the record names the step" {
    refused 125 'open 0 /nope/x ENOENT' --open=1,wronly,creat,0644:/nope/x -- true
    output=$(json error errno applet operation path <<<"$stderr" | tr '\n' ' ')
    got '"ENOENT" 2 "spawn" "open" "/nope/x" '
}

@test "without json a refused step is one line on stderr" {
    osbox 125 spawn --open=1,wronly,creat,0644:/nope/x -- true
    got ''
    complained_of "spawn: open: '/nope/x': " ENOENT
    osbox 127 spawn -- /nope
    complained_of "spawn: exec: '/nope': " ENOENT
}

@test "a directory that cannot be entered: 125" {
    refused 125 'chdir 0 /nope ENOENT' --chdir=/nope -- true
}

@test "a program that does not exist: 127" {
    refused 127 'exec 0 /nope ENOENT' -- /nope
    refused 127 'exec 0 no-such-program-anywhere ENOENT' -- no-such-program-anywhere
}

@test "a file that is not executable: 126" {
    : >not-executable
    refused 126 'exec 0 ./not-executable EACCES' -- ./not-executable
}

@test "a missing step has the same errno as a missing program, and another step" {
    refused 125 'chdir 1 /nope ENOENT' --close=9 --chdir=/nope -- /nope
    refused 127 'exec 2 /nope ENOENT' --close=9 --chdir=/ -- /nope
}

@test "a user without privilege: 125, EPERM" {
    id nobody >/dev/null 2>&1 && getent group nogroup >/dev/null || skip 'there is no nobody:nogroup'
    as_user_refused 'setgroups 0 init EPERM' --user=nobody:nogroup -- true
    run --separate-stderr -125 as_user "$OSBOX" spawn --user=nobody:nogroup -- true 3>&-
    [[ $stderr == "spawn: setgroups: 'init': "*' [EPERM] (needs CAP_SETGID)' ]]
}

@test "a real-time policy without privilege: 125, EPERM" {
    as_user_refused 'scheduler 0 fifo:10 EPERM' --scheduler=fifo:10 -- true
    run --separate-stderr -125 as_user "$OSBOX" spawn --scheduler=fifo:10 -- true 3>&-
    [[ $stderr == "spawn: scheduler: 'fifo:10': "*' [EPERM] (needs CAP_SYS_NICE)' ]]
}

@test "other privileges that are missing: 125, EPERM, and the step" {
    as_user_refused 'chroot 0 / EPERM' --chroot=/ -- true
    as_user_refused 'nice 0 -1 EACCES' --nice=-1 -- true
    as_user_refused 'setgroups 0 1,2 EPERM' --groups=1,2 -- true
    as_user_refused 'bounding 0 none EPERM' --cap-bounding=none -- true
    as_user_refused 'ambient 0 chown EPERM' --cap-ambient=chown -- true
}

@test "a program that is killed: 137, and a record that no exit status gives" {
    ends 137 -- sh -c 'kill -KILL $$'
    output=$(members si_code si_status exitcode wait_status shell_status signal core error)
    got '"CLD_KILLED" 9 -9 9 137 "SIGKILL" false null'
    ends 137 -- sh -c 'exit 137'
    output=$(members si_code si_status exitcode wait_status shell_status signal core error)
    got '"CLD_EXITED" 137 137 35072 137 null false null'
}

@test "a program's own 124 to 127 are not osbox's" {
    local status
    for status in 0 1 64 124 125 126 127 255; do
        ends $status -- sh -c "exit $status"
        complained ''
        output=$(members si_code si_signo exitcode shell_status timed_out step index object error errno)
        got "\"CLD_EXITED\" \"SIGCHLD\" $status $status false null null null null null"
    done
}

@test "the record names the process: pid is si_pid, and si_uid is its user" {
    ends 0 -- sh -c 'echo $$ >pid'
    output=$(members pid si_pid si_uid)
    got "$(cat pid) $(cat pid) $(id -u)"
}

@test "a real-time signal: 128 and its number, and its name" {
    ends 162 -- sh -c 'kill -34 $$'
    output=$(members signal si_status exitcode shell_status)
    got '"SIGRTMIN" 34 -34 162'
    ends 165 --timeout=1h -- sh -c 'kill -37 $$'
    output=$(members signal si_status exitcode shell_status)
    got '"SIGRTMIN+3" 37 -37 165'
}

@test "RTMIN is signal 34: in masks and dispositions, and passed on to the program" {
    osbox 0 spawn --setsigmask=RTMIN --setsigdef=all --setsigign=RTMIN,RTMIN+1 -- \
        grep -E '^Sig(Blk|Ign):' /proc/self/status
    got $'SigBlk:\t0000000200000000\nSigIgn:\t0000000600000000'
    osbox 0 spawn --setsigdef=all --setsigign=RTMIN,RTMIN+1 -- \
        "$OSBOX" spawn --setsigdef=RTMIN -- grep '^SigIgn:' /proc/self/status
    got $'SigIgn:\t0000000400000000'
    mkfifo ready
    "$OSBOX" spawn --status=record -J -- sh -c 'echo >ready; exec sleep 1000' 3>&- &
    read -r _ <ready
    kill -34 "$!"
    status=0
    wait "$!" || status=$?
    [ "$status" -eq 162 ]
    output=$(members signal si_status exitcode shell_status)
    got '"SIGRTMIN" 34 -34 162'
}

@test "children that a shell left to osbox are not mistaken for the program" {
    run -5 sh -c '(exit 3) & exec "$OSBOX" spawn -- sh -c "exit 5"' 3>&-
    run -5 sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >pid; exec "$OSBOX" spawn -- sh -c "exit 5"' 3>&-
    kill -KILL "$(cat pid)"
}

@test "a core dump is reported" {
    (
        ulimit -c unlimited 2>/dev/null
        [ "$(ulimit -c)" = unlimited ]
    ) || skip 'no core dumps here'
    case $(cat /proc/sys/kernel/core_pattern) in
    '|'*) skip 'core dumps go to a program' ;;
    esac
    ends 139 --rlimit=core=unlimited -- sh -c 'kill -SEGV $$'
    output=$(members si_code signal core wait_status exitcode)
    got '"CLD_DUMPED" "SIGSEGV" true 139 -11'
    ends 139 --rlimit=core=0 -- sh -c 'kill -SEGV $$'
    output=$(members si_code signal core wait_status exitcode)
    got '"CLD_KILLED" "SIGSEGV" false 11 -11'
}

@test "125 is true: if osbox cannot wait for the program, it is not run" {
    can_trace || skip 'strace cannot trace here'
    run -125 traced -f -qq -o trace -e trace=signalfd4 -e inject=signalfd4:error=EMFILE \
        "$OSBOX" spawn -- touch ran 3>&-
    [ ! -e ran ]
}

@test "what fails after the program was started is not 125" {
    can_trace || skip 'strace cannot trace here'
    # The record too is there in full, or not at all.
    run -71 traced -f -qq -o trace -e trace=signalfd4,read -e inject=read:error=EIO:when=1 \
        -P 'anon_inode:[signalfd]' "$OSBOX" spawn --status=record -J -- true 3>&-
    grep -q INJECTED trace
    run -0 json <record
}

# ---- programs that cannot be executed ----

@test "a script whose interpreter is missing: 127" {
    printf '#!/nope/interpreter\n' >script
    chmod 755 script
    refused 127 'exec 0 ./script ENOENT' -- ./script
    osbox 127 spawn -- ./script
    explained "spawn: exec: './script': " ENOENT "its interpreter '/nope/interpreter' does not exist"
    with_path "$PWD" 127 -- script
    explained "spawn: exec: 'script': " ENOENT \
        "the interpreter '/nope/interpreter' of '$PWD/script' does not exist"
}

# unable STATUS ERRNO HINT [OPTION]... -- PROGRAM: osbox says that the program cannot be executed, and why,
# with the status that env(1) has for it.
unable() {
    local status=$1 errnum=$2 hint=$3 env_status=0
    shift 3
    osbox "$status" spawn "$@"
    explained "spawn: exec: '${*: -1}': " "$errnum" "$hint"
    [ "$errnum" != ENOEXEC ] || return 0 # env gives it to sh
    env "${@: -1}" 2>/dev/null || env_status=$?
    [ "$env_status" -eq "$status" ]
}

@test "the hint says what is wrong with a script" {
    printf '#!/bin/sh\r\n' >dos
    printf '#!sh\n' >relative
    printf '#!  \n' >nothing
    printf '\357\273\277#!/bin/sh\n' >mark
    printf '#!%0300d\n' 0 >long
    printf '#!/nope' >missing
    printf '#!./missing\n' >nested
    printf '#! /etc/passwd x\n' >text
    printf '#!/etc\n' >directory
    printf '#!%s/python\n' "$PWD" >dangling
    printf '#!./self\n' >self
    printf '#!/nope\e[1m\n' >escape
    chmod 755 ./*
    ln -s /nope/python python
    unable 127 ENOENT "its interpreter '/bin/sh\\x0d' ends with a carriage return: the script has DOS line endings" -- ./dos
    unable 127 ENOENT "its interpreter 'sh' is not an absolute path" -- ./relative
    unable 126 ENOEXEC 'it has a #! line that names no interpreter' -- ./nothing
    unable 126 ENOEXEC 'it begins with a byte order mark, which hides its #! line' -- ./mark
    unable 126 ENOEXEC 'it has a #! line whose interpreter is longer than 253 bytes' -- ./long
    unable 127 ENOENT "its interpreter '/nope' does not exist" -- ./missing
    unable 127 ENOENT "the interpreter '/nope' of './missing' does not exist" -- ./nested
    unable 126 EACCES "its interpreter '/etc/passwd' has no execute permission" -- ./text
    unable 126 EACCES "its interpreter '/etc' is a directory" -- ./directory
    unable 127 ENOENT "'$PWD/python' is a symbolic link to '/nope/python', which does not exist" -- ./dangling
    unable 126 ELOOP 'interpreters that are scripts are nested too deeply' -- ./self
    unable 127 ENOENT "its interpreter '/nope\\x1b[1m' does not exist" -- ./escape
    osbox 127 spawn -J -- ./missing
    output=$(json error message hint <<<"$stderr" | tr '\n' ' ')
    got '"ENOENT" "No such file or directory" "its interpreter '"'/nope'"' does not exist" '
}

@test "the hint says what is wrong with an ELF file" {
    needs cc
    local machine=Arm64 number='\267'
    [ "$(uname -m)" != aarch64 ] || machine=x86-64 number='\76'
    echo 'int main(void) { return 0; }' >a.c
    cc -o loader a.c -Wl,--dynamic-linker=/nope/ld.so
    cc -o directory a.c -Wl,--dynamic-linker=/etc
    cc -o text a.c -Wl,--dynamic-linker="$PWD/script"
    printf 'echo %0100d\n' 0 >script
    cc -c -o object a.c
    cp loader other
    # shellcheck disable=SC2059
    printf "$number\0" | dd of=other bs=1 seek=18 conv=notrunc 2>/dev/null
    head -c 64 loader >damaged
    printf 'a\0b' >binary
    chmod 755 ./*
    unable 127 ENOENT "its dynamic linker '/nope/ld.so' does not exist" -- ./loader
    unable 126 EACCES "its dynamic linker '/etc' is a directory" -- ./directory
    unable 126 ELIBBAD "its dynamic linker '$PWD/script' has no #! line; to run a shell script without one, use 'sh FILE'" -- ./text
    unable 126 ENOEXEC 'it is an ELF file, but not a program' -- ./object
    unable 126 ENOEXEC "it is built for $machine" -- ./other
    unable 126 ENOEXEC 'it is a damaged ELF file' -- ./damaged
    unable 126 ENOEXEC 'it is not in a format that the kernel can execute' -- ./binary
}

@test "the hint says what is wrong with a file or a path" {
    mkdir directory
    mkfifo fifo
    : >file
    ln -s nowhere link
    ln -s loop loop
    chmod 755 fifo
    unable 126 EACCES 'it is a directory' -- ./directory
    unable 126 EACCES 'it is not a regular file' -- ./fifo
    unable 126 EACCES 'it has no execute permission' -- ./file
    unable 127 ENOENT "it is a symbolic link to 'nowhere', which does not exist" -- ./link
    unable 126 ELOOP 'it is in a loop of symbolic links' -- ./loop
    unable 127 ENOENT "directory './nope' does not exist" -- ./nope/there
    unable 126 ENOTDIR "'file' is not a directory" -- file/program
    unable 126 ENAMETOOLONG 'a name has 300 bytes; the limit is 255' -- "./$(printf '%0300d' 0)"
    unable 126 ENAMETOOLONG 'the path has 5001 bytes; the limit is 4095' -- ".$(printf '/%0249d' {1..20})"
    make_program here 'echo here'
    unable 127 ENOENT 'it is in the working directory, which PATH does not contain; use ./here' -- here
    osbox 127 spawn -- no-such-program
    complained_of "spawn: exec: 'no-such-program': " ENOENT
}

@test "a variable before the program: the hint says what sets it" {
    osbox 127 spawn A=1 env
    explained "spawn: exec: 'A=1': " ENOENT 'to set a variable, use -E A=1'
    osbox 127 spawn -- "A=1 2" env
    explained "spawn: exec: 'A=1 2': " ENOENT "to set a variable, use -E 'A=1 2'"
    osbox 127 popen -- A=1 env
    explained "popen: exec: 'A=1': " ENOENT 'to set a variable, use env A=1'
    osbox 127 spawn ./A=1
    complained_of "spawn: exec: './A=1': " ENOENT
    osbox 127 spawn 1=A
    complained_of "spawn: exec: '1=A': " ENOENT
    make_program A=1 'echo it ran'
    with_path "$PWD:$PATH" 0 A=1
    got 'it ran'
}

@test "the hint is found in every mode, and after steps that may block" {
    printf '#!/nope\n' >script
    chmod 755 script
    local hint="its interpreter '/nope' does not exist" option
    for option in --nowait --overlay --timeout=60s --open=7:/dev/zero --exec-fd=8; do
        run --separate-stderr -127 "$OSBOX" spawn "$option" -- ./script 8<script 3>&-
        explained "spawn: exec: './script': " ENOENT "$hint"
    done
    osbox 127 waitid -- ./script
    explained "waitid: exec: './script': " ENOENT "$hint"
    run --separate-stderr -126 "$OSBOX" spawn --exec-fd=8 -- it 8>&- 3>&-
    explained "spawn: exec: 'it': " EBADF 'descriptor 8 is not open'
}

@test "the hint is what the new user sees, in the new root" {
    needs_privilege
    make_program mine 'echo it ran'
    chmod 700 mine
    osbox 126 spawn --user=65534:65534 --groups=none -- ./mine
    explained "spawn: exec: './mine': " EACCES 'it has no execute permission for uid 65534'
    mkdir root
    cp /bin/true root/true
    osbox 127 spawn --chroot=root -- /true
    [[ $stderr == "spawn: exec: '/true': "*"[ENOENT] (its dynamic linker '/"*"' does not exist)" ]]
}

@test "the hint names a mount without execution and capabilities that cannot be had" {
    can_unshare -m
    mkdir mount
    run --separate-stderr -126 unshare -m sh -c \
        'mount -t tmpfs -o noexec none mount && cp /bin/true mount && "$OSBOX" spawn -- mount/true' 3>&-
    explained "spawn: exec: 'mount/true': " EACCES 'it is on a file system that is mounted noexec'
    cp /bin/true capable
    setcap cap_chown+ep capable 2>/dev/null || skip 'file capabilities cannot be set here'
    osbox 126 spawn --cap-bounding=kill -- ./capable
    explained "spawn: exec: './capable': " EPERM 'it has file capabilities that are not in the bounding set'
}

@test "a file that is not a program is not passed to a shell: 126, ENOEXEC" {
    echo 'echo it ran' >text
    : >empty
    chmod 755 text empty
    refused 126 'exec 0 ./text ENOEXEC' -- ./text
    refused 126 'exec 0 ./empty ENOEXEC' -- ./empty
    with_path "$PWD:$PATH" 126 -- text
    explained "spawn: exec: 'text': " ENOEXEC \
        "'$PWD/text' has no #! line; to run a shell script without one, use 'sh FILE'"
}

@test "a directory: 126, EACCES" {
    mkdir directory
    refused 126 'exec 0 ./directory EACCES' -- ./directory
    refused 126 'exec 0 / EACCES' -- /
}

@test "arguments that are too long: 126, E2BIG" {
    local arguments
    # With that stack there is room for 128 KiB.
    mapfile -t arguments < <(for ((i = 0; i < 300; i++)); do printf '%01000d\n' 0; done)
    ends 126 --rlimit=stack=256K -- true "${arguments[@]}"
    output=$(members step error)
    got '"exec" "E2BIG"'
    osbox 126 spawn -i --path=parent --rlimit=stack=256K -- true "${arguments[@]}"
    # 301 strings, and a pointer to each; the fifth byte of an ELF file is 2 if they have 64 bits.
    local size=4
    [ "$(od -An -tu1 -j4 -N1 "$OSBOX" | tr -d ' ')" -eq 1 ] || size=8
    explained "spawn: exec: 'true': " E2BIG \
        "arguments and environment take $((300 * 1001 + 5 + 301 * size)) bytes; the limit is 131072"
    ends 0 -- true "${arguments[@]}"
}

@test "a program that is being written: 126, ETXTBSY" {
    cp /bin/true busy
    # shellcheck disable=SC2093
    exec 8>>busy
    refused 126 'exec 0 ./busy ETXTBSY' -- ./busy
    osbox 126 spawn -- ./busy
    explained "spawn: exec: './busy': " ETXTBSY 'it is open for writing'
    exec 8>&-
    ends 0 -- ./busy
}

@test "a loop of links: 126, ELOOP" {
    ln -s loop loop
    refused 126 'exec 0 ./loop ELOOP' -- ./loop
}

@test "a path through a file: 126, ENOTDIR" {
    : >file
    refused 126 'exec 0 file/program ENOTDIR' -- file/program
}

@test "a name that is too long: 126, ENAMETOOLONG" {
    ends 126 -- "./$(printf '%0300d' 0)"
    output=$(members step error)
    got '"exec" "ENAMETOOLONG"'
}

@test "an empty name: 127" {
    refused 127 'exec 0  ENOENT' -- ''
    with_path "/bin:$PATH" 127 -- ''
    explained "spawn: exec: '': " ENOENT 'the name is empty'
}

@test "a program whose directory may not be searched: 126, EACCES" {
    mkdir locked
    make_program locked/program 'echo it ran'
    chmod 000 locked
    run --separate-stderr -126 ordinary "$OSBOX" spawn -- locked/program 3>&-
    explained "spawn: exec: 'locked/program': " EACCES "no search permission for directory 'locked'"
}

# ---- PATH ----

@test "PATH: a file that is not executable is skipped if there is another one" {
    mkdir 1 2 3
    : >1/program
    make_program 2/program 'echo two'
    with_path "$PWD/1:$PWD/2:$PATH" 0 -- program
    got two
    with_path "$PWD/2:$PWD/1:$PATH" 0 -- program
    got two
    with_path "$PWD/1:$PWD/3" 126 -- program
    explained "spawn: exec: 'program': " EACCES "'$PWD/1/program' has no execute permission"
    with_path "$PWD/3:$PWD/1" 126 -- program
    explained "spawn: exec: 'program': " EACCES "'$PWD/1/program' has no execute permission"
    with_path "$PWD/3" 127 -- program
}

@test "PATH: a directory that may not be searched wins only if nothing else is found" {
    mkdir locked 2 3
    make_program locked/program 'echo locked'
    make_program 2/program 'echo two'
    chmod 000 locked
    with_path "$PWD/locked:$PWD/2:$PATH" 0 -- program
    got two
    with_path "$PWD/locked:$PWD/3:$PATH" 126 -- program
    explained "spawn: exec: 'program': " EACCES "no search permission for directory '$PWD/locked'"
}

@test "PATH: elements that are not directories, loop or are too long are skipped" {
    local long element
    mkdir 2
    : >file
    ln -s loop loop
    long=$(printf '/%0250d' {1..20})
    make_program 2/program 'echo two'
    for element in /nope "$PWD/file" "$PWD/loop" "/$(printf '%0300d' 0)" "$long"; do
        with_path "$element:$PWD/2:$PATH" 0 -- program
        got two
        with_path "$element:/nope" 127 -- program
        complained_of "spawn: exec: 'program': " ENOENT
        with_path "$element" 127 -- program
        complained_of "spawn: exec: 'program': " ENOENT
    done
    with_path "$PWD/2:$PATH" 126 -- "$(printf '%0300d' 0)"
    explained "spawn: exec: '00" ENAMETOOLONG 'a name has 300 bytes; the limit is 255'
}

@test "PATH: an entry of the environment without '=' is none" {
    mkdir trap
    make_program trap/program 'echo trapped'
    # The next string in memory is behind the entry.
    run --separate-stderr -127 python3 - "$OSBOX" "$PWD/trap" <<'END'
import ctypes, sys
osbox, trap = sys.argv[1:]
libc = ctypes.CDLL(None)
argv = (ctypes.c_char_p * 5)(b"osbox", b"spawn", b"--", b"program", None)
environ = (ctypes.c_char_p * 3)(b"PATH", trap.encode(), None)
libc.execve(osbox.encode(), argv, environ)
END
    complained_of "spawn: exec: 'program': " ENOENT
}

@test "PATH: an empty element, in front, between or at the end, is the working directory" {
    local path
    make_program program 'echo here'
    for path in : :/nope /nope: /nope::/nope2 ''; do
        with_path "$path" 0 -- program
        got here
    done
    with_path /nope 127 -- program
}

@test "PATH: without one programs are looked for in /bin and /usr/bin, as os.defpath says" {
    osbox 0 spawn -u PATH -- sh -c 'echo found'
    got found
    osbox 0 spawn -i -- sh -c 'echo found'
    got found
    make_program program 'echo here'
    osbox 127 spawn -u PATH -- program
}

@test "PATH: a name with a slash is not looked up" {
    mkdir bin
    make_program bin/program 'echo found'
    with_path /nope 0 -- bin/program
    got found
    with_path "$PWD" 127 -- ./program
    osbox 0 spawn --chdir=bin -- ./program
    got found
}

@test "--path: that of the child, of osbox, or none" {
    mkdir child parent
    make_program child/program 'echo child'
    make_program parent/program 'echo parent'
    make_program program 'echo none'
    export PATH=$PWD/parent:$PATH
    osbox 0 spawn -E "PATH=$PWD/child:$PATH" -- program
    got child
    osbox 0 spawn --path=child -E "PATH=$PWD/child:$PATH" -- program
    got child
    osbox 0 spawn --path=parent -E "PATH=$PWD/child:$PATH" -- program
    got parent
    osbox 0 spawn --path=parent -i -- program
    got parent
    osbox 127 spawn -i -- program
    osbox 0 spawn --path=none -- program
    got none
    osbox 127 spawn --path=none -- sh
    osbox 0 spawn --path=none -- child/program
    got child
    osbox 125 spawn --path=other -- program
}

# ---- environment, argv ----

@test "-E sets, -u removes, -i empties; the last one of a name wins" {
    export ONE=1 TWO=2
    osbox 0 spawn -- sh -c 'echo "$ONE $TWO"'
    got '1 2'
    osbox 0 spawn -E ONE=x -u TWO -- sh -c 'echo "$ONE ${TWO-unset}"'
    got 'x unset'
    osbox 0 spawn -i -E A=1 -E B= --env=C==2= -- env
    got $'A=1\nB=\nC==2='
    osbox 0 spawn -i -- env
    got ''
    osbox 0 spawn -E A=1 -i -- env
    got 'A=1'
    osbox 0 spawn -i -E A=1 -E A=2 -- env
    got 'A=2'
    osbox 0 spawn -i -E A=1 -u A -- env
    got ''
    osbox 0 spawn -i -u A -E A=3 -- env
    got 'A=3'
    osbox 0 spawn -u no_such_variable -- true
    complained ''
}

@test "-E and -u: an invalid name is a usage error" {
    local bad
    for bad in A '' =x =; do
        osbox 125 spawn -E "$bad" -- true
        got ''
    done
    for bad in '' A=1 =; do
        osbox 125 spawn -u "$bad" -- true
        got ''
    done
}

@test "a variable's bytes arrive, and so do duplicates and an entry without =" {
    run -0 python3 - "$OSBOX" <<'END'
import os, sys
entries = [b"A=\xff\n\x1b", b"B=1", b"B=2", b"novalue", b"=x"]
pid = os.fork()
if pid == 0:
    import ctypes
    libc = ctypes.CDLL(None)
    argv = [os.fsencode(sys.argv[1]), b"spawn", b"--", b"/bin/cat", b"/proc/self/environ"]
    libc.execve(argv[0], (ctypes.c_char_p * 6)(*argv, None), (ctypes.c_char_p * 6)(*entries, None))
    os._exit(99)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    printf '%s' "$output" | tr -d '\0' >is
    printf 'A=\xff\n\x1bB=1B=2novalue=x' >wanted
    same wanted is
}

# with_entries ENTRY... -- ARG...: osbox with exactly these environment entries, whatever they are.
with_entries() {
    python3 - "$OSBOX" "$@" 3>&- <<'END'
import ctypes, os, sys
end = sys.argv.index("--")
entries = [os.fsencode(word) for word in sys.argv[2:end]]
argv = [os.fsencode(word) for word in [sys.argv[1], *sys.argv[end + 1 :]]]
libc = ctypes.CDLL(None)
libc.execve(
    argv[0],
    (ctypes.c_char_p * (len(argv) + 1))(*argv, None),
    (ctypes.c_char_p * (len(entries) + 1))(*entries, None),
)
END
}

@test "PATH: an entry without = is ignored, and the bytes after it are not searched" {
    local path
    mkdir bin
    make_program bin/program 'echo wrong'
    for path in child parent; do
        run -127 with_entries PATH "$PWD/bin" -- spawn --path=$path -- program
        run -127 with_entries PATH PATH "$PWD/bin" -- spawn --path=$path -- program
        run -127 with_entries PATHX="$PWD/bin" PAT="$PWD/bin" =PATH= '' "$PWD/bin" -- \
            spawn --path=$path -- program
        run -0 with_entries PATH "$PWD/bin" -- spawn --path=$path -- sh -c 'echo right'
        [ "$output" = right ]
    done
    # The other commands that run a program.
    run -127 with_entries PATH "$PWD/bin" -- popen -- program
    run -127 with_entries PATH "$PWD/bin" -- sched set --nice=19 -- program
    run -127 with_entries PATH "$PWD/bin" -- waitid -- program
    run -0 with_entries PATH "$PWD/bin" -- spawn -J -F exec_path
    [ "$output" = '{"exec_path":["/bin","/usr/bin"]}' ]
    run -0 with_entries PATH -- spawn -J -F exec_path,environ
    [ "$output" = '{"exec_path":["/bin","/usr/bin"],"environ":["PATH"]}' ]
}

@test "PATH: the first entry with = wins" {
    mkdir one two
    make_program one/program 'echo one'
    make_program two/program 'echo two'
    run -0 with_entries PATH "PATH=$PWD/one:/bin" "PATH=$PWD/two:/bin" -- spawn -- program
    [ "$output" = one ]
    run -0 with_entries PATH "PATH=$PWD/one" "PATH=$PWD/two" -- spawn -J -F exec_path
    [ "$output" = "{\"exec_path\":[\"$PWD/one\"]}" ]
    # -E replaces all of them, -u removes all of them.
    run -0 with_entries PATH "PATH=$PWD/one" "PATH=$PWD/two" -- spawn -E PATH=/x -J -F environ
    [ "$output" = '{"environ":["PATH=/x"]}' ]
    run -0 with_entries PATH PATH=/x A PATH=/y -- spawn -u PATH -J -F exec_path,environ
    [ "$output" = '{"exec_path":["/bin","/usr/bin"],"environ":["A"]}' ]
}

@test "--argv0 is the name that the program gets" {
    osbox 0 spawn --argv0=other -- sh -c 'tr "\0" " " </proc/$$/cmdline; :'
    got 'other -c tr "\0" " " </proc/$$/cmdline; : '
    osbox 0 spawn --argv0= -- sh -c 'head -zn 1 /proc/$$/cmdline | od -An -c; :'
    got '  \0'
    osbox 0 spawn --argv0=-sh -- /bin/bash -c 'shopt login_shell'
    got $'login_shell    \ton'
}

@test "arguments arrive as they are" {
    osbox 0 spawn -- printf '<%s>' '' ' ' -x -- $'\n' '*' $'\xff'
    [ "$output" = $'<>< ><-x><--><\n><*><\xff>' ]
    osbox 0 spawn printf '<%s>' -J --help
    got '<-J><--help>'
}

@test "--exec-fd runs the file that is open there, under the name that is given" {
    osbox 0 spawn --exec-fd=8 -- anything -c 'tr "\0" " " </proc/$$/cmdline; :' 8</bin/sh
    got 'anything -c tr "\0" " " </proc/$$/cmdline; : '
    refused 126 'exec 0 anything EBADF' --exec-fd=77 -- anything
    : >text
    chmod 755 text
    refused 126 'exec 0 anything ENOEXEC' --exec-fd=8 -- anything 8<text
    : >not-executable
    refused 126 'exec 0 anything EACCES' --exec-fd=8 -- anything 8<not-executable
    osbox 125 spawn --exec-fd=8 --path=none -- sh 8</bin/sh
}

@test "--exec-fd: a file action does not take the file away, unless it is named" {
    osbox 0 spawn --exec-fd=8 --open=9:/dev/null -- sh -c 'echo ran' 8</bin/sh
    got ran
    osbox 0 spawn --exec-fd=8 --chdir=/ -- sh -c 'pwd' 8</bin/sh
    got /
}

# ---- file actions ----

@test "file actions are done in the order given" {
    osbox 0 spawn --open=1,wronly,creat,0600:one --dup2=1:2 --open=1,wronly,creat:two \
        -- sh -c 'echo out; echo err >&2'
    got ''
    [ "$(cat one)$(cat two)" = errout ]
    osbox 0 spawn --open=1,wronly,creat:three --open=1,wronly,creat:four --dup2=1:2 \
        -- sh -c 'echo out; echo err >&2'
    [ "$(cat three)|$(cat four)" = $'|out\nerr' ]
}

@test "--open: access, creation, modes and names" {
    umask 022
    printf 'content\n' >'in:put,x'
    osbox 0 spawn --open='0:in:put,x' -- cat
    got content
    osbox 0 spawn --open='0,rdonly:in:put,x' -- cat
    got content
    osbox 0 spawn --open=1,wronly,creat,excl,0640:new -- echo new
    [ "$(stat -c %a new)$(cat new)" = 640new ]
    refused 125 'open 0 new EEXIST' --open=1,wronly,creat,excl:new -- true
    osbox 0 spawn --open=1,wronly,creat:default -- true
    [ "$(stat -c %a default)" = 644 ]
    osbox 0 spawn --umask=077 --open=1,wronly,creat,0666:masked -- true
    [ "$(stat -c %a masked)" = 600 ]
    osbox 0 spawn --open=1,wronly,append:new -- echo more
    [ "$(cat new)" = $'new\nmore' ]
    osbox 0 spawn --open=1,wronly,trunc:new -- true
    [ "$(stat -c %s new)" = 0 ]
    ln -s new link
    refused 125 'open 0 link ELOOP' --open=0,rdonly,nofollow:link -- true
    refused 125 'open 0 new ENOTDIR' --open=0,rdonly,directory:new -- true
    osbox 0 spawn --open=5,directory:. -- readlink -f /dev/fd/5
    got "$PWD"
}

@test "--open: names are relative to the directory at that point" {
    mkdir a b
    osbox 0 spawn --open=5,wronly,creat:x --chdir=a --open=6,wronly,creat:x --chdir=../b \
        --open=1,wronly,creat:x -- echo b
    [ "$(ls a b .)" = $'.:\na\nb\nx\n\na:\nx\n\nb:\nx' ]
}

@test "--pipe: the ends are where they were asked for, whatever numbers the pipe got" {
    local ends
    for ends in 3:4 4:3 4:5 5:4 8:9 9:8 0:3 3:0; do
        osbox 0 spawn "--pipe=$ends" -- python3 -c 'import os, sys
r, w = map(int, sys.argv[1].split(":"))
os.write(w, b"x")
print(os.read(r, 2), os.get_inheritable(r), os.get_inheritable(w), os.get_blocking(r), os.get_blocking(w))' "$ends"
        got "b'x' True True True True"
    done
    osbox 0 spawn --pipe=3:4,nonblock -- python3 -c 'import os; print(os.get_blocking(3), os.get_blocking(4))'
    got 'False False'
    osbox 0 spawn --pipe=3:4,direct --pipe=5:6,direct,nonblock -- \
        python3 -c 'import fcntl, os
for fd in 3, 4, 5, 6:
    print(bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_DIRECT), os.get_blocking(fd))'
    got $'False True\nTrue True\nFalse False\nTrue False'
}

@test "--pipe and --closerange are done in the order of the file actions" {
    osbox 0 spawn --pipe=6:7 --dup2=7:1 --closerange=7:8 -- sh -c 'echo x; exec >&2; cat <&6'
    complained x
    osbox 0 spawn --dry-run --closerange=3:9 --pipe=6:7 --close=7 -F step,object -o csv true
    got $'step,object\ncloserange,3:9\npipe,6:7\nclose,7\nexec,true'
    refused 125 'pipe 1 5:6 EMFILE' --rlimit=nofile=4 --pipe=5:6 -- true
}

@test "sysname to domainname are those of the process's UTS namespace, and no defaults" {
    osbox 0 spawn -g sysname,nodename,release,version,machine
    got "$(python3 -c 'import os; print("\t".join(os.uname()))')"
    osbox 0 spawn -g domainname
    got "$(cat /proc/sys/kernel/domainname)"
    osbox 0 spawn -J
    [[ $output != *nodename* ]]
    osbox 0 spawn -J -F all
    [[ $output == *'"nodename":'*'"domainname":'* ]]
}

@test "--open, --close, --dup2, --closefrom, --fchdir: invalid values are usage errors" {
    local bad
    for bad in --open= --open=1 --open=:x --open=x:y --open=-1:x --open=1,rd:x \
        --open=1,rdonly,wronly:x --open=1,:x --open=1,8:x --open=1,99999999999:x \
        --open=2147483648:x --open=1,O_RDONLY:x --open=01x:y --open=+1:x \
        --open=1,0644,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:x \
        --close= --close=-1 --close=x --close=2147483648 --close=1,2 \
        --dup2= --dup2=1 --dup2=1: --dup2=:1 --dup2=1:-1 --dup2=1:2:3 --closefrom= --closefrom=-1 --closefrom=x \
        --closerange= --closerange=1 --closerange=1: --closerange=:1 --closerange=-1:5 --closerange=1:5:7 \
        --closerange=1:5,7 --pipe= --pipe=3 --pipe=3:3 --pipe=3:-1 '--pipe=3:4,' --pipe=3:4,x --pipe=3:4,direct,,nonblock \
        --pipe=3:4:5 --dup2=1:2,3 --fchdir=x --fchdir= \
        --fchdir=-100; do
        osbox 125 spawn "$bad" -- touch ran
        got ''
        [ ${#stderr_lines[@]} -eq 1 ]
    done
    [ ! -e ran ]
}

@test "--dup2 of a descriptor that is not open: EBADF, and the step" {
    refused 125 'dup2 0 77:1 EBADF' --dup2=77:1 -- true
    refused 125 'dup2 1 1:5 EBADF' --close=1 --dup2=1:5 -- true
    refused 125 'dup2 0 77:77 EBADF' --dup2=77:77 -- true
    refused 125 'dup2 0 1:99999999 EBADF' --dup2=1:99999999 -- true
    refused 125 'fchdir 0 77 EBADF' --fchdir=77 -- true
}

@test "--close of a descriptor that is not open is not an error, as in posix_spawn" {
    osbox 0 spawn --close=77 --close=2147483647 -- echo ran
    got ran
    complained ''
}

@test "--close=2 and then a failure: the diagnostic still arrives" {
    refused 127 'exec 1 /nope ENOENT' --close=2 -- /nope
    osbox 125 spawn --close=0 --close=1 --close=2 --chdir=/nope -- true
    complained_of "spawn: chdir: '/nope': " ENOENT
}

@test "--fchdir: to a directory that is inherited, or that was opened" {
    mkdir a
    osbox 0 spawn --fchdir=8 -- pwd 8<a
    got "$PWD/a"
    osbox 0 spawn --open=9,directory:a --fchdir=9 -- pwd
    got "$PWD/a"
    refused 125 'fchdir 0 8 ENOTDIR' --fchdir=8 -- pwd 8</dev/null
}

@test "a process substitution works" {
    osbox 0 spawn -- diff <(echo a) <(echo a)
    got ''
    osbox 1 spawn -- diff <(echo a) <(echo b)
    osbox 0 spawn --status=record --timeout=1h -- cat <(echo a)
    got a
}

@test "stdin, stdout and stderr are the command's" {
    run --separate-stderr -3 "$OSBOX" spawn -- sh -c 'cat; echo err >&2; exit 3' <<<input
    got input
    complained err
}

@test "descriptors 0, 1 and 2 that are closed when osbox starts are closed in the program" {
    # Python opens none of them by itself.
    local script='
import os
def is_open(fd):
    try:
        return bool(os.fstat(fd))
    except OSError:
        return False
found = [fd for fd in range(3) if is_open(fd)]
with open("list", "w") as file:
    print(*found, file=file)'
    "$OSBOX" spawn -- python3 -c "$script" <&- 3>&-
    [ "$(cat list)" = '1 2' ]
    "$OSBOX" spawn -- python3 -c "$script" >&- 3>&-
    [ "$(cat list)" = '0 2' ]
    "$OSBOX" spawn -- python3 -c "$script" 2>&- 3>&-
    [ "$(cat list)" = '0 1' ]
    "$OSBOX" spawn --status=record -- python3 -c "$script" <&- >&- 2>&- 3>&-
    [ "$(cat list)" = '' ]
    "$OSBOX" spawn --overlay -- python3 -c "$script" <&- >&- 3>&-
    [ "$(cat list)" = 2 ]
    "$OSBOX" spawn --open=1,wronly:/dev/null -- python3 -c "$script" <&- >&- 2>&- 3>&-
    [ "$(cat list)" = 1 ]
}

# ---- --status ----

@test "--status=FILE is truncated, --status=fd:N is not, and neither is seen by the program" {
    echo 'very long content of an earlier run' >record
    osbox 0 spawn --status=record -g exitcode -- true
    [ "$(cat record)" = 0 ]
    echo first >log
    "$OSBOX" spawn --status=fd:4 -g exitcode -- sh -c '[ ! -e /proc/$$/fd/4 ]' 4>>log 3>&-
    [ "$(cat log)" = $'first\n0' ]
}

@test "--status=fd:1 and fd:2 share the stream with the program" {
    osbox 3 spawn --status=fd:1 -g exitcode -- sh -c 'echo out; exit 3'
    got $'out\n3'
    osbox 3 spawn --status=fd:2 -g exitcode -- sh -c 'echo out; exit 3'
    got out
    complained 3
}

@test "--status: a file that cannot be opened, a descriptor that is not open: 125, and nothing is run" {
    osbox 125 spawn --status=/nope/x -- touch ran
    complained_of "spawn: '/nope/x': " ENOENT
    osbox 125 spawn --status=fd:77 -- touch ran
    osbox 125 spawn --status=fd: -- touch ran
    osbox 125 spawn --status=fd:x -- touch ran
    osbox 125 spawn --status=fd:-1 -- touch ran
    osbox 125 spawn --status=. -- touch ran
    osbox 125 spawn -F pid -- touch ran
    [ ! -e ran ]
}

@test "--status on a full device: 74 when the program ran" {
    osbox 74 spawn --status=/dev/full -- touch ran
    [ -e ran ]
    [[ $stderr == *'[ENOSPC]' ]]
    osbox 74 spawn --status=/dev/full -- false
    run -74 "$OSBOX" spawn --status=fd:4 -- true 4>/dev/full 3>&-
    run -74 sh -c '"$OSBOX" spawn --nowait -- true >/dev/full' 3>&-
}

@test "--status on a full device: 74 and both diagnostics when it did not run" {
    osbox 74 spawn --status=/dev/full -- /nope
    [[ ${#stderr_lines[@]} -eq 2 && ${stderr_lines[0]} == "spawn: exec: '/nope': "*'[ENOENT]' ]]
    [[ ${stderr_lines[1]} == *'[ENOSPC]' ]]
}

@test "a record into a pipe that nobody reads: osbox dies of SIGPIPE, quietly" {
    local mode
    for mode in --status=fd:1 --nowait; do
        run -141 python3 -c '
import os, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
os.execv(sys.argv[1], sys.argv[1:])' "$OSBOX" spawn "$mode" -- true 3>&-
        got ''
    done
}

@test "--status: the record of a failure is whole when nobody reads standard error" {
    without_reader 141 spawn --status=record -J -F error,step -- /nope
    [ "$(<record)" = '{"error":"ENOENT","step":"exec"}' ]
    without_reader 141 spawn --status=record -J -F error --user=no-such-user -- true
    [ "$(<record)" = '{"error":"ENOENT"}' ]
}

@test "--status -o sh: eval sets what has a value, in every shell" {
    local shell
    "$OSBOX" spawn --status=record -o sh -- sh -c 'kill -KILL $$' 3>&- || true
    for shell in dash bash zsh ash; do
        command -v "$(shell_command $shell | cut -d' ' -f1)" >/dev/null || continue
        # shellcheck disable=SC2046
        run -0 $(shell_command $shell) -c \
            'eval "$(cat record)"; echo "$? $os_si_code $os_exitcode $os_signal ${os_step-unset} ${os_error-unset}"'
        got '0 CLD_KILLED -9 SIGKILL unset unset'
    done
}

@test "--status -o sh: eval sets the step and the error when the program was not run" {
    local shell
    run "$OSBOX" spawn --status=record -o sh --open="5:/n'o/pe" -- true 3>&-
    for shell in dash bash zsh ash; do
        command -v "$(shell_command $shell | cut -d' ' -f1)" >/dev/null || continue
        # shellcheck disable=SC2046
        run -0 $(shell_command $shell) -c 'os_exitcode=stale os_pid=stale; eval "$(cat record)"
            echo "$os_step $os_index $os_object $os_error $os_errno ${os_exitcode-unset} ${os_pid-unset}"'
        got "open 0 /n'o/pe ENOENT 2 unset unset"
    done
}

@test "--status=fd:N that is closed or not open for writing is 125, and nothing is run" {
    local command label
    for command in 'spawn --status=fd:N' 'popen --status=fd:N --' 'sched set --nice=0 --status=fd:N --' \
        'timerfd --interval=1ms --count=1 --status=fd:N --'; do
        label=${command%% -*}
        # shellcheck disable=SC2086
        run --separate-stderr -125 "$OSBOX" ${command/N/77} touch ran 77>&- 3>&-
        complained "$label: descriptor 77: Bad file descriptor [EBADF]\
 (not open here; bash does not pass coproc descriptors to programs)"
        # shellcheck disable=SC2086
        run --separate-stderr -125 "$OSBOX" ${command/N/77} touch ran 77</dev/null 3>&-
        complained "$label: descriptor 77: Bad file descriptor [EBADF] (not open for writing)"
        # shellcheck disable=SC2086
        run --separate-stderr -125 "$OSBOX" ${command/N/0} touch ran 0</dev/null 3>&-
        complained "$label: descriptor 0: Bad file descriptor [EBADF] (not open for writing)"
        [ ! -e ran ]
    done
}

@test "--status=FILE is truncated before the options are checked, and not created by a usage error" {
    local command
    for command in 'spawn WRONG true' 'popen WRONG -- true' 'sched set --nice=0 WRONG -- true' \
        'timerfd --interval=1ms --count=1 WRONG -- true'; do
        command=${command/WRONG/--nosuch --status=status}
        echo old >status
        # shellcheck disable=SC2086
        osbox 125 $command
        [ -e status ] && [ ! -s status ]
        rm status
        # shellcheck disable=SC2086
        osbox 125 $command
        [ ! -e status ]
    done
}

@test "--status -o sh: eval fails after a usage error about the fields, and nothing is left set" {
    local shell
    osbox 125 spawn --status=record -o sh -F exitcode,zzz -- true
    got ''
    for shell in dash bash zsh ash; do
        command -v "$(shell_command $shell | cut -d' ' -f1)" >/dev/null || continue
        # shellcheck disable=SC2046
        run -0 $(shell_command $shell) -c 'os_exitcode=stale os_ruid=stale; eval "$(cat record)"
            echo "$? $os_error ${os_exitcode-unset} ${os_ruid-unset}"'
        got '125 EX_USAGE unset unset'
    done
}

# The commands that run a program and print how it ended.
runners() {
    printf '%s\n' 'spawn --status=fd:1' 'spawn --nowait' 'popen' 'waitid' 'sched set --nice=19 --status=fd:1' \
        'timerfd --initial=1ns --status=fd:1'
}

@test "argv, started and started_ns: in the record of every command that runs a program" {
    local command before after started started_ns
    while read -r command; do
        before=$(date +%s%N)
        # shellcheck disable=SC2086 # words
        run -0 "$OSBOX" $command -J -F argv,started,started_ns -- true 'a b' '' 3>&-
        after=$(date +%s%N)
        [[ ${lines[-1]} == '{"argv":["true","a b",""],"started":"'*'Z","started_ns":'*'}' ]]
        started=$(json started <<<"${lines[-1]}")
        started_ns=$(json started_ns <<<"${lines[-1]}")
        ((before <= started_ns && started_ns <= after))
        [ "$(date -u -d "${started//\"/}" +%s%N)" = "$started_ns" ]
    done < <(runners)
}

@test "argv: the shell of popen's string; as given with --argv0; of a command that was not run" {
    osbox 0 popen -J -F argv 'exit 0'
    got '{"argv":["/bin/sh","-c","--","exit 0"]}'
    osbox 0 spawn --argv0=me --status=fd:1 -J -F argv true x
    got '{"argv":["true","x"]}'
    osbox 127 spawn --status=fd:1 -J -F argv,error -- ./none x
    got '{"argv":["./none","x"],"error":"ENOENT"}'
    osbox 125 spawn --user=no-such-user --status=fd:1 -J -F argv true x
    got '{"argv":["true","x"]}'
    osbox 127 sched set --nice=19 --status=fd:1 -J -F argv,error -- ./none x
    got '{"argv":["./none","x"],"error":"ENOENT"}'
    osbox 127 popen -J -F argv,error -- ./none x
    got '{"argv":["./none","x"],"error":"ENOENT"}'
    osbox 124 waitid -J -F argv,pid "$BASHPID" --timeout=0
    [[ $output == '{"argv":null,'* ]]
}

@test "argv: any bytes, exact in every format" {
    local bytes=$'a,b\n\xff\t\\\'' format
    osbox 0 spawn --status=fd:1 -J -F argv true "$bytes" ''
    got '{"argv":["true",{"b64":"YSxiCv8JXCc="},""]}'
    osbox 0 spawn --status=fd:1 -J --json-bytes=surrogateescape -F argv true "$bytes" ''
    got "{\"argv\":[\"true\",\"a,b\\n\\udcff\\t\\\\'\",\"\"]}"
    osbox 0 spawn --status=fd:1 -o text -F argv true "$bytes" ''
    got "argv=true,a\x2cb\n\xff\t\\\\',"
    for format in tsv csv value table; do
        osbox 0 spawn --status=fd:1 -o "$format" -F argv true "$bytes" ''
        case $format in
        value) got "true,a\x2cb\n\xff\t\\\\'," ;;
        csv) got $'argv\n'"\"true,a\x2cb\n\xff\t\\\\',\"" ;;
        *) [ "${lines[1]}" = "true,a\x2cb\n\xff\t\\\\'," ] ;;
        esac
    done
    osbox 0 spawn --status=fd:1 -o sh -F argv true "$bytes" ''
    eval "$output"
    [ "$os_argv" = $'true\na,b\\n\xff\t\\\\\'\n' ]
}

@test "--status in each format is one record" {
    local form
    for form in text json csv tsv sh value table; do
        osbox 7 spawn --status=record -o $form -F exitcode,step,signal -- sh -c 'exit 7'
        got ''
        complained ''
        case $form in
        text) printf 'exitcode=7\nstep\nsignal\n' ;;
        json) printf '{"exitcode":7,"step":null,"signal":null}\n' ;;
        csv) printf 'exitcode,step,signal\n7,,\n' ;;
        tsv) printf 'exitcode\tstep\tsignal\n7\t\\N\t\\N\n' ;;
        value) printf '7\t\t\n' ;;
        *) cat record ;;
        esac >wanted
        same wanted record
    done
}

@test "the program's resource usage is in the record" {
    ends 0 -F +elapsed_ns,ru_utime_ns,ru_minflt -- true
    output=$(json ru_maxrss elapsed_ns ru_minflt <record | python3 -c '
import sys
print(all(int(line) > 0 for line in sys.stdin))')
    got True
}

# ---- --nowait ----

@test "--nowait returns while the program runs" {
    left_pid=$("$OSBOX" spawn --nowait -g pid -- sleep 1000 3>&-)
    [ "$(cat "/proc/$left_pid/comm")" = sleep ]
    [ "$(readlink "/proc/$left_pid/fd/0")" = /dev/null ]
    [ "$(readlink "/proc/$left_pid/fd/1")" = /dev/null ]
    [ ! -e "/proc/$left_pid/fd/3" ]
    kill -KILL "$left_pid"
}

@test "--nowait prints pid, pidfd_ino, pgid and sid" {
    "$OSBOX" spawn --nowait --setsid -J -- sleep 1000 >record 3>&-
    left_pid=$(json pid <record)
    output=$(members pid pgid sid)
    got "$left_pid $left_pid $left_pid"
    output=$(members pidfd_ino)
    # Before Linux 6.9 the number of a pidfd's inode says nothing.
    got "$(python3 -c '
import os, sys
known = tuple(map(int, os.uname().release.split("-")[0].split(".")[:2])) >= (6, 9)
print(os.fstat(os.pidfd_open(int(sys.argv[1]))).st_ino if known else "null")' "$left_pid")"
    output=$(python3 -c 'import json; print(*json.load(open("record")))')
    got 'pid pidfd_ino pgid sid'
}

@test "--nowait in a new PID namespace prints the PID that it has outside" {
    can_unshare -Urpf
    left_pid=$("$OSBOX" spawn --nowait --unshare=pid,user --map-root-user -g pid -- sleep 1000 3>&-)
    [ "$(cat "/proc/$left_pid/comm")" = sleep ]
    [[ $(grep NSpid "/proc/$left_pid/status") == *$'\t'1 ]]
}

@test "--nowait: a file action's stdin and stdout are the program's" {
    mkfifo in
    left_pid=$("$OSBOX" spawn --nowait --open=0,rdwr:in --open=1,wronly,creat:out -g pid -- sleep 1000 3>&-)
    [ "$(readlink "/proc/$left_pid/fd/0")" = "$PWD/in" ]
    [ "$(readlink "/proc/$left_pid/fd/1")" = "$PWD/out" ]
}

@test "--nowait: a file action that takes stdout as its source gets the real one" {
    "$OSBOX" spawn --nowait --dup2=2:1 -g pid -- sh -c 'echo to stderr; : >ready' >pid 2>err 3>&-
    left_pid=$(cat pid)
    run -0 timeout 20 sh -c 'until [ -e ready ]; do :; done'
    [ "$(cat err)" = 'to stderr' ]
}

@test "--nowait with --status: the record goes there, and stdin and stdout are inherited" {
    mkfifo in
    run -0 timeout 20 "$OSBOX" spawn --nowait --status=record -J -- sh -c 'cat; echo end' <<<input 3>&-
    got $'input\nend'
    output=$(python3 -c 'import json; print(*json.load(open("record")))')
    got 'pid pidfd_ino pgid sid'
}

# without_devices SCRIPT: runs it in a shell that has an empty /dev of its own.
without_devices() {
    local apart=(unshare -m)
    "${apart[@]}" true 2>/dev/null || apart=(unshare -Urm)
    can_unshare "${apart[@]:1}"
    run --separate-stderr -0 "${apart[@]}" sh -c 'mount -t tmpfs none /dev || exit
        '"$1" sh 3>&- </etc/passwd
}

@test "without /proc, --map-root-user and --install say that it is not mounted" {
    not_sanitized
    can_unshare -Urm
    mkdir links
    run --separate-stderr -0 unshare -Urm sh -c 'mount -t tmpfs none /proc || exit
        "$OSBOX" spawn --map-root-user -- true; echo $?; "$OSBOX" --install links; echo $?' sh 3>&-
    got $'125\n66'
    [[ ${stderr_lines[0]} == "spawn: uid_map: "*"[ENOENT] (/proc is not mounted)" ]]
    [[ ${stderr_lines[1]} == "osbox: '/proc/self/exe': "*"[ENOENT] (/proc is not mounted)" ]]
}

@test "--nowait without /dev/null: standard input is empty, and a file action sets the output" {
    mkfifo 'done'
    without_devices '"$OSBOX" spawn --nowait -- true; echo $?
        "$OSBOX" spawn --nowait --open=1,wronly,creat:out -g pid -- sh -c "wc -c; : >done" >pid &&
            : <done && cat out'
    got $'125\n0'
    complained_of "spawn: open: '/dev/null': " ENOENT
}

@test "a file that has the name of /dev/null is neither read nor written" {
    without_devices 'echo kept >/dev/null
        "$OSBOX" spawn --nowait -- echo no; echo $?
        "$OSBOX" spawn --open=1,wronly,creat,trunc:/dev/null -- echo no; echo $?
        "$OSBOX" spawn --open=0:/dev/null -- cat; echo $?
        "$OSBOX" popen --input=/dev/null -- cat; echo $?
        cat /dev/null'
    got $'125\n125\n0\n0\nkept'
    [ "$(sort -u <<<"$stderr" | wc -l)" -eq 1 ]
    [[ $stderr == *"[ENODEV] (another file has the name of this device)" ]]
}

@test "a FIFO that has the name of a device blocks nothing" {
    without_devices 'mkfifo /dev/null /dev/full
        timeout -s KILL 60 "$OSBOX" spawn -- sh -c "echo >&0 || exit 7" <&-; echo $?
        timeout -s KILL 60 "$OSBOX" stat -g st_size . >&-; echo $?
        timeout -s KILL 60 "$OSBOX" spawn --nowait -- true; echo $?'
    got $'7\n74\n125'
}

@test "--nowait: a program that cannot be run is reported as usual" {
    osbox 127 spawn --nowait -- /nope
    got ''
    complained_of "spawn: exec: '/nope': " ENOENT
    osbox 125 spawn --nowait --chdir=/nope -- true
    osbox 127 spawn --nowait -o sh -- /nope
    [[ $output == *"os_error='ENOENT'"*'(exit 127)'* ]]
}

# ---- --overlay ----

@test "--overlay: the program has osbox's own process" {
    "$OSBOX" spawn --overlay -- sh -c 'echo $$' >pid 3>&- &
    wait $!
    [ "$(cat pid)" = $! ]
    osbox 7 spawn --overlay --chdir=/ -- sh -c 'pwd; exit 7'
    got /
    run -143 "$OSBOX" spawn --overlay -- sh -c 'kill -TERM $$' 3>&-
}

@test "--overlay --status: end of file without a record when it runs, a record when it does not" {
    mkfifo status
    timeout 20 cat status >seen 3>&- &
    local reader=$!
    "$OSBOX" spawn --overlay --status=fd:4 -J -- sleep 1000 4>status 3>&- &
    left_pid=$!
    wait $reader
    [ ! -s seen ]
    [ "$(cat /proc/$left_pid/comm)" = sleep ]
    kill -KILL $left_pid
    run -127 "$OSBOX" spawn --overlay --status=fd:4 -J -- /nope 4>record 3>&-
    output=$(members step index object error errno pid)
    got '"exec" 0 "/nope" "ENOENT" 2 null'
    run -125 "$OSBOX" spawn --overlay --status=fd:4 -J --close=4 --chdir=/nope -- true 4>record 3>&-
    output=$(members step index object error errno)
    got '"chdir" 1 "/nope" "ENOENT" 2'
}

@test "--overlay: the diagnostic arrives, wherever the steps have put stderr" {
    osbox 127 spawn --overlay --open=2,wronly,creat:elsewhere -- /nope
    complained_of "spawn: exec: '/nope': " ENOENT
    osbox 127 spawn --overlay --close=2 --closefrom=0 -- /nope
    complained_of "spawn: exec: '/nope': " ENOENT
    [ ! -s elsewhere ]
}

@test "--overlay cannot be the first process of a new PID namespace: a usage error" {
    can_unshare -Urpf
    osbox 125 spawn --overlay --unshare=pid,user --map-root-user -- touch ran
    got ''
    [ ${#stderr_lines[@]} -eq 1 ]
    [ ! -e ran ]
}

# ---- --dry-run ----

@test "--dry-run prints the steps in their order and does nothing" {
    osbox 0 spawn --dry-run -F index,step,object -o csv --chdir=/nope --open=1,wronly,creat:made \
        --nice=5 --setsid --umask=027 --rlimit=nofile=7 --no-new-privs --setsigmask=TERM \
        --pdeathsig=HUP --dup2=1:2 -- /nope
    got 'index,step,object
0,setsid,
1,setrlimit,nofile=7
2,nice,5
3,umask,027
4,chdir,/nope
5,open,made
6,dup2,1:2
7,nonewprivs,
8,pdeathsig,HUP
9,sigmask,TERM
10,exec,/nope'
    complained ''
    [ ! -e made ]
}

@test "--dry-run: the credentials come before the file actions, and are verified" {
    id nobody >/dev/null 2>&1 || skip 'there is no nobody'
    osbox 0 spawn --dry-run -g step --open=1,wronly,creat:made --cap-ambient=chown --user=nobody \
        --cap-bounding=chown --chroot=/ --cap-inheritable=none -- true
    got 'chroot
bounding
setgroups
setgid
setuid
inheritable
ambient
drop
verify
open
exec'
}

@test "--dry-run without a program has no exec" {
    osbox 0 spawn --dry-run -g step --umask=0
    got umask
}

@test "--dry-run with fields of the process prints the one that the steps would make" {
    local user
    osbox 0 spawn --dry-run --umask=027 --nice=3 -J -F umask,cwd,pid --chdir=/usr -- /nope
    got '{"umask":23,"cwd":"/usr","pid":null}'
    osbox 0 spawn --dry-run --user=1234:5678 --groups=9,7,9 -J -F ruid,euid,suid,rgid,egid,sgid,groups
    got '{"ruid":1234,"euid":1234,"suid":1234,"rgid":5678,"egid":5678,"sgid":5678,"groups":[7,9]}'
    user=$(id -un) || skip 'this user has no name'
    run -0 --separate-stderr as_user "$OSBOX" spawn --dry-run --user="$user" -g groups
    got "$(id -G "$user" | tr ' ' '\n' | sort -nu | paste -sd,)"
    run -0 --separate-stderr as_user "$OSBOX" spawn --dry-run --user=0:0 --groups=none -J \
        -F ruid,cap_permitted,cap_effective
    got '{"ruid":0,"cap_permitted":null,"cap_effective":null}'
}

@test "--dry-run: +LIST adds to the default fields of the records that it names" {
    osbox 0 spawn --dry-run --umask=0 -o csv -F +step
    [ "${lines[0]}" = index,step,object ]
    osbox 0 spawn --dry-run --umask=0 -J -F +sysname
    [[ $output == '{"pid":null,'*'"sysname":"Linux"}' ]]
    osbox 0 spawn --dry-run --umask=0 -o csv -F all
    [ "${lines[0]}" = index,step,object ]
}

@test "--dry-run: fields of a step and of the process are a usage error together" {
    local list
    for list in umask,step step,umask +umask,object; do
        osbox 125 spawn --dry-run -F $list -- touch ran
        got ''
        complained "spawn: '--fields': fields of a step and of the process cannot be combined"
    done
    osbox 125 spawn --dry-run -F umask,exitcode
    complained "spawn: 'exitcode': not a field of these records; -F help lists them"
}

# ---- modes that exclude each other ----

@test "what is about the program requires one" {
    local option
    for option in --argv0=me --exec-fd=0 --path=child --path=parent --path=none; do
        osbox 125 spawn $option
        got ''
        complained "spawn: '${option%%=*}': requires CMD"
        osbox 125 spawn --dry-run $option
        complained "spawn: '${option%%=*}': requires CMD"
    done
    osbox 0 spawn --dry-run --argv0=me -g step,object -- true
    got $'exec\ttrue'
}

@test "--unshare adds up, and the plan that is printed is the one that is done" {
    osbox 0 spawn --dry-run --unshare=uts --unshare=ipc,uts -g step,object
    got $'unshare\tipc,uts'
    osbox 0 spawn --dry-run --map-root-user --unshare=mount -g step,object
    got $'unshare\tmnt,user\npropagation\tprivate\nuid_map\t'
    can_unshare -Ur
    osbox 0 spawn --unshare=user --unshare=uts --unshare=ipc readlink /proc/self/ns/ipc /proc/self/ns/net
    [ "${lines[0]}" != "$(readlink /proc/self/ns/ipc)" ]
    [ "${lines[1]}" = "$(readlink /proc/self/ns/net)" ]
}

@test "of two options that do not add up, the last one wins" {
    osbox 0 spawn --dry-run --umask=01 --umask=02 --setsigmask=INT --setsigmask=TERM --chroot=/a --chroot=/b \
        --rlimit=nofile=1 --rlimit=nofile=2 --cap-bounding=all --cap-bounding=none --cap-ambient=chown \
        --cap-ambient=none --scheduler=other --scheduler=batch --affinity=0 --affinity=1 -g step,object
    got $'setrlimit\tnofile=2\nscheduler\tbatch\naffinity\t1\numask\t02\nchroot\t/b\nbounding\tnone
ambient\tnone\nverify\t\nsigmask\tTERM'
}

@test "what fails before the first step has its errno in the record" {
    local options want format
    while read -r options want; do
        # shellcheck disable=SC2086 # words on purpose
        ends 125 $options -- touch ran
        output=$(members index step object error errno)
        got "null $want"
        # shellcheck disable=SC2086
        osbox 125 spawn --nowait --status=record -J $options -- touch ran
        output=$(python3 -c 'import json; print(*json.load(open("record")))')
        got 'pid index step object error errno pidfd_ino pgid sid'
        output=$(members pid index step object error errno)
        got "null null $want"
    done <<'END'
--user=no-such-user "getpwnam_r" "no-such-user" "ENOENT" 2
--user=0:no-such-group "getgrnam_r" "0:no-such-group" "ENOENT" 2
--groups=0,no-such-group "getgrnam_r" "0,no-such-group" "ENOENT" 2
--setns=999999999 "pidfd_open" "999999999" "ESRCH" 3
--setns=uts@999999999 "pidfd_open" "uts@999999999" "ESRCH" 3
--setns=/nope "open" "/nope" "ENOENT" 2
--setns=/dev/null "setns" "/dev/null" "EINVAL" 22
END
    for format in text csv tsv table value sh json; do
        osbox 125 spawn --status=record -o "$format" -F error,errno --setns=999999999 -- touch ran
        [[ $(cat record) == *ESRCH*3* ]]
    done
    osbox 125 spawn --status=record -o json -F error,errno --groups=init -- touch ran
    [ "$(cat record)" = '{"error":"EX_USAGE","errno":null}' ]
    [ ! -e ran ]
}

@test "--open: the mode is given once, after the flags; an optional value is not empty" {
    local option
    for option in --open=1,0644,0600:new --open=1,0644,creat:new --open=1,wronly,0644,creat:new; do
        osbox 125 spawn $option touch ran
        complained "spawn: '$option': the mode is given once, after the flags"
    done
    osbox 125 spawn --setpgroup= touch ran
    complained "spawn: '--setpgroup=': the value is missing after '='"
    osbox 125 popen --pty= 'touch ran'
    complained "popen: '--pty=': the value is missing after '='"
    [ ! -e ran ] && [ ! -e new ]
}

@test "--umask: a call that fails or does nothing is an error" {
    can_trace || skip 'strace cannot trace here'
    run --separate-stderr -125 traced -f -o /dev/null -e trace=umask -e inject=umask:error=EPERM \
        "$OSBOX" spawn --umask=077 touch ran 3>&-
    [[ $stderr == "spawn: umask: '077': "*' [EPERM]' ]]
    run --separate-stderr -125 traced -f -o /dev/null -e trace=umask -e inject=umask:retval=0 \
        "$OSBOX" spawn --umask=0 touch ran 3>&-
    [[ $stderr == "spawn: umask: '0': "*' [EPROTO]' ]]
    run --separate-stderr -125 traced -o /dev/null -e trace=umask -e inject=umask:error=EPERM \
        "$OSBOX" spawn -g umask 3>&-
    got ''
    [ ! -e ran ]
}

@test "a missing program, modes that exclude each other: usage errors" {
    local arguments
    for arguments in '--nowait' '--overlay' '--status=record' '--timeout=1' '--nowait --overlay -- touch ran' \
        '--overlay --timeout=1 -- touch ran' '--nowait --timeout=1 -- touch ran' '--signal=TERM -- touch ran' \
        '--kill-after=1 -- touch ran' '--foreground -- touch ran' '--setsid --setpgroup -- touch ran' \
        '--dry-run --status=record -- touch ran' '--nowait --pdeathsig=TERM -- touch ran' \
        '--cap-iab= --cap-bounding=all -- touch ran' '--user=0 --resetids -- touch ran' \
        '--setresuid=:: --user=0 -- touch ran' '--setresgid=:: --user=0 -- touch ran' \
        '--setresuid=:: --resetids -- touch ran' '--setresgid=:: --resetids -- touch ran'; do
        # shellcheck disable=SC2086
        osbox 125 spawn $arguments
        got ''
        [ ${#stderr_lines[@]} -eq 1 ]
    done
    [ ! -e ran ]
}

# ---- time ----

@test "--timeout: 124, whatever ends the program" {
    ends 124 --timeout=10ms -- sleep 1000
    output=$(members timed_out si_code signal exitcode shell_status)
    got 'true "CLD_KILLED" "SIGTERM" -15 143'
    ends 124 --timeout=10ms --signal=USR1 -- sleep 1000
    output=$(members timed_out signal)
    got 'true "SIGUSR1"'
}

@test "--timeout: 124, also when the program then exits with a status of its own" {
    ends 124 --timeout=10ms --signal=USR1 --setsigmask=USR1 -- python3 -c '
import signal, sys
signal.sigwait([signal.SIGUSR1])
sys.exit(7)'
    output=$(members timed_out si_code exitcode shell_status)
    got 'true "CLD_EXITED" 7 7'
}

@test "--kill-after: 137, and SIGKILL" {
    ends 137 --timeout=10ms --kill-after=10ms --setsigign=TERM -- sleep 1000
    output=$(members timed_out si_code signal exitcode)
    got 'true "CLD_KILLED" "SIGKILL" -9'
    ends 137 --timeout=10ms --signal=KILL -- sleep 1000
    output=$(members timed_out signal)
    got 'true "SIGKILL"'
    ends 124 --timeout=10ms --kill-after=1h -- sleep 1000
    output=$(members timed_out signal)
    got 'true "SIGTERM"'
}

@test "--timeout: a program that ends in time has its own status" {
    ends 7 --timeout=1h -- sh -c 'exit 7'
    output=$(members timed_out exitcode)
    got 'false 7'
    ends 143 --timeout=1h --kill-after=1h -- sh -c 'kill -TERM $$'
    output=$(members timed_out exitcode)
    got 'false -15'
    ends 137 --timeout=1h -- sh -c 'kill -KILL $$'
    output=$(members timed_out signal)
    got 'false "SIGKILL"'
}

@test "--timeout=0 is no limit, and neither is --kill-after=0" {
    local zero
    for zero in 0 0s 0.0 0ms; do
        ends 7 --timeout=$zero -- sh -c 'exit 7'
        output=$(members timed_out exitcode)
        got 'false 7'
    done
    ends 124 --timeout=10ms --kill-after=0 --signal=USR1 --setsigmask=USR1 -- python3 -c '
import signal
signal.sigwait([signal.SIGUSR1])'
}

@test "--timeout, --kill-after, --signal: invalid values are usage errors" {
    local bad
    for bad in -1 -0 nan NaN inf 1e3 99999999999999999999 9223372037 0.0000000001 '' x 1x ' 1' '1 ' 1s2 .; do
        osbox 125 spawn --timeout="$bad" -- touch ran
        got ''
        osbox 125 spawn --timeout=1h --kill-after="$bad" -- touch ran
        got ''
    done
    for bad in '' 0 65 NOPE -1 TERM,INT all; do
        osbox 125 spawn --timeout=1h --signal="$bad" -- touch ran
        got ''
    done
    [ ! -e ran ]
}

@test "--timeout: a stopped program gets the signal" {
    ends 124 --timeout=300ms -- sh -c 'kill -STOP $$; echo went on'
    got ''
    output=$(members timed_out signal)
    got 'true "SIGTERM"'
}

@test "--timeout: the program has a process group of its own, except with --foreground and --setpgroup" {
    osbox 0 spawn --timeout=1h -- sh -c 'ps -o pgid= -p $$ | tr -d " "; echo $$'
    [ "${lines[0]}" = "${lines[1]}" ]
    osbox 0 spawn --timeout=1h --foreground -- sh -c 'ps -o pgid= -p $$ | tr -d " "; echo $$'
    [ "${lines[0]}" != "${lines[1]}" ]
    osbox 0 spawn -- sh -c 'ps -o pgid= -p $$ | tr -d " "; echo $$'
    [ "${lines[0]}" != "${lines[1]}" ]
    osbox 0 spawn --timeout=1h --setsid -- sh -c 'ps -o sid= -p $$ | tr -d " "; echo $$'
    [ "${lines[0]}" = "${lines[1]}" ]
}

# The grandchild says when it is there, and holds the FIFO `alive` open until it ends.
FAMILY='(echo ready >ready; exec sleep 1000 >/dev/null 2>&1) & echo $! >grandchild; wait'

@test "--timeout: the signal goes to the whole group" {
    local limit
    mkfifo alive
    # A limit at which the grandchild is there: the machine may be slow.
    for limit in 100ms 1s 10s 60s; do
        rm -f grandchild ready
        timeout 200 cat alive >/dev/null 3>&- &
        local reader=$!
        ends 124 --timeout=$limit --open=9,wronly:alive -- sh -c "$FAMILY"
        # End of file: nobody holds it, so the grandchild is gone.
        wait $reader
        [ ! -s ready ] || break
    done
    [ -s ready ]
}

@test "--foreground: the signal goes to the program alone" {
    local limit
    for limit in 100ms 1s 10s 60s; do
        rm -f grandchild ready
        ends 124 --timeout=$limit --foreground -- sh -c "$FAMILY"
        [ ! -s ready ] || break
        [ ! -s grandchild ] || kill -KILL "$(cat grandchild)"
    done
    left_pid=$(cat grandchild)
    [ "$(state "$left_pid")" = S ]
}

# ---- process, limits, scheduling ----

# ---- a start that blocks ----

# is_blocked PATTERN: waits until a process with this command line has two children that sleep: one
# that does the steps, and one that waits for it.
is_blocked() {
    run -0 timeout 20 sh -c '
        until [ "$(ps -o stat= --ppid "$(pgrep -o -x -f "$1")" | grep -c "^[SD]")" -eq 2 ]; do :; done
    ' sh "$1"
}

# gone PATTERN: no process has such a command line.
gone() {
    run -1 pgrep -f "$1"
    got ''
}

@test "--timeout: a step that blocks is given up, and the record names it" {
    local options
    mkfifo fifo
    for options in --foreground --closefrom=0 --setsid '--setsigign=TERM' '--rlimit=nofile=1' \
        '--setsigmask=all' '--kill-after=1h' '--signal=USR1' '--close=3 --close=4 --close=5'; do
        # shellcheck disable=SC2086
        ends 124 --timeout=50ms $options --open=0:"$WORK/fifo" -- touch ran
        got ''
        output=$(members step object error timed_out pid exitcode)
        got "\"open\" \"$WORK/fifo\" \"ETIMEDOUT\" true null null"
    done
    ends 124 --timeout=50ms --open=1,wronly:"$WORK/fifo" -- touch ran
    output=$(members index errno)
    got "1 $(python3 -c 'import errno; print(errno.ETIMEDOUT)')"
    osbox 124 spawn --timeout=50ms --open=0:fifo touch ran
    complained "spawn: open: 'fifo': timed out [ETIMEDOUT]"
    [ ! -e ran ]
    gone "$WORK/fifo"
}

@test "--timeout: a step that blocks in the second child of a new PID namespace is given up" {
    unshare --user --pid --map-root-user true 2>/dev/null || skip 'no namespaces here'
    mkfifo fifo
    ends 124 --timeout=50ms --unshare=pid,user --map-root-user --open=0:"$WORK/fifo" -- touch ran
    output=$(members step object timed_out)
    got "\"open\" \"$WORK/fifo\" true"
    [ ! -e ran ]
    gone "$WORK/fifo"
}

@test "--timeout: what opens in time runs, within the same limit" {
    mkfifo fifo
    { sleep 0.1; echo hello >fifo; } 3>&- &
    ends 0 --timeout=1h --open=0:fifo -- cat
    got hello
    wait "$!"
    { sleep 0.1; : >fifo; } 3>&- & # the program has what is left of the second
    ends 124 --timeout=1s --open=0:fifo -- sleep 1000
    output=$(members step timed_out signal)
    got 'null true "SIGTERM"'
}

@test "--status: a FIFO that nobody reads is bounded by --timeout" {
    mkfifo fifo
    osbox 124 spawn --timeout=50ms --status="$WORK/fifo" -- touch ran
    got ''
    complained "spawn: '$WORK/fifo': timed out [ETIMEDOUT]"
    [ ! -e ran ]
    gone "$WORK/fifo"
}

# heeding PROGRAM ARG...: without the ignored signals of a job in the background, and no core.
heeding() {
    ulimit -c 0
    exec python3 -c '
import os, signal, sys
for number in signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM:
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$@" 3>&-
}

@test "a signal ends a start that blocks: osbox dies of it, and the record has the step" {
    local signal options status
    mkfifo fifo
    for signal in HUP INT QUIT TERM; do
        for options in '' --timeout=1h --nowait --setsigign=all; do
            # shellcheck disable=SC2086
            heeding "$OSBOX" spawn --status=record -J $options --open=0:"$WORK/fifo" touch ran 2>err &
            is_blocked "$OSBOX spawn .*$WORK/fifo touch ran"
            kill "-$signal" "$!"
            status=0
            wait "$!" || status=$?
            [ "$status" -eq $((128 + $(kill -l "$signal"))) ]
            [ ! -s err ]
            output=$(members step object error)
            got "\"open\" \"$WORK/fifo\" \"EINTR\""
            gone "$WORK/fifo"
        done
    done
    [ ! -e ran ]
}

@test "a signal that is ignored or blocked does not end a start that blocks, and others reach the program" {
    mkfifo fifo
    python3 -c '
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.execv(sys.argv[1], sys.argv[1:])' "$OSBOX" spawn --status=record -J --open=0:"$WORK/fifo" sleep 1000 3>&- &
    is_blocked "$OSBOX spawn .*$WORK/fifo sleep 1000"
    kill -HUP "$!"
    kill -TERM "$!"
    kill -USR1 "$!"
    : >fifo
    status=0
    wait "$!" || status=$?
    [ "$status" -eq 138 ]
    output=$(members step signal)
    got 'null "SIGUSR1"'
}

@test "--setsid and --setpgroup" {
    local script='ps -o pid=,pgid=,sid= -p $$'
    osbox 0 spawn --setsid -- sh -c "$script"
    read -r pid pgid sid <<<"$output"
    [ "$pid" = "$pgid" ] && [ "$pid" = "$sid" ]
    osbox 0 spawn --setpgroup -- sh -c "$script"
    read -r pid pgid sid <<<"$output"
    [ "$pid" = "$pgid" ] && [ "$pid" != "$sid" ]
    osbox 0 spawn --setpgroup=0 -- sh -c "$script"
    read -r pid pgid sid <<<"$output"
    [ "$pid" = "$pgid" ]
    local ours
    ours=$(ps -o pgid= -p $$ | tr -d ' ')
    osbox 0 spawn --setpgroup="$ours" -- sh -c "$script"
    read -r pid pgid sid <<<"$output"
    [ "$pgid" = "$ours" ]
    refused 125 'setpgid 0 999999999 EPERM' --setpgroup=999999999 -- true
    osbox 125 spawn --setpgroup=-1 -- true
    osbox 125 spawn --setpgroup=x -- true
}

@test "--rlimit: soft and hard, one of them, units, unlimited" {
    osbox 0 spawn --rlimit=nofile=64:128 -- sh -c 'ulimit -Sn; ulimit -Hn'
    got $'64\n128'
    osbox 0 spawn --rlimit=nofile=64 -- sh -c 'ulimit -Sn; ulimit -Hn'
    got $'64\n64'
    local hard
    hard=$(ulimit -Hn)
    osbox 0 spawn --rlimit=nofile=65: -- sh -c 'ulimit -Sn; ulimit -Hn'
    got $'65\n'"$hard"
    osbox 0 spawn --rlimit=nofile=64:128 -- "$OSBOX" spawn --rlimit=nofile=:127 -- sh -c 'ulimit -Sn; ulimit -Hn'
    got $'64\n127'
    osbox 0 spawn --rlimit=nofile=1:2 --rlimit=core=0 --rlimit=nofile=64:128 -- sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
    got $'64\n128\n0'
    osbox 0 spawn --rlimit=stack=4M -- sh -c 'ulimit -s'
    got 4096
    osbox 0 spawn --rlimit=cpu=unlimited: --rlimit=core=0:0 -- sh -c 'ulimit -St; ulimit -c'
    got $'unlimited\n0'
    refused 125 'setrlimit 0 nofile=64:63 EINVAL' --rlimit=nofile=64:63 -- true
}

@test "--rlimit: invalid values are usage errors" {
    local bad
    for bad in '' nofile nofile= nofile=: nofile=x nofile=-1 NOFILE=1 nope=1 nofile=1:2:3 \
        nofile=18446744073709551616 nofile=18446744073709551615 =1; do
        osbox 125 spawn --rlimit="$bad" -- touch ran
        got ''
        [ ${#stderr_lines[@]} -eq 1 ]
    done
    [ ! -e ran ]
}

@test "--rlimit: a hard limit is not raised without privilege" {
    (
        ulimit -n 64
        as_user_refused 'setrlimit 0 nofile=64:128 EPERM' --rlimit=nofile=64:128 -- true
    )
}

@test "--nice adds, and stops at the ends of the range" {
    local now
    now=$(nice)
    [ "$now" -le 14 ] || skip 'we are too nice already'
    osbox 0 spawn --nice=5 -- nice
    got $((now + 5))
    osbox 0 spawn --nice=2 --nice=3 -- nice
    got $((now + 5))
    osbox 0 spawn --nice=100 -- nice
    got 19
    osbox 0 spawn --nice=2147483647 -- nice
    got 19
    osbox 125 spawn --nice=x -- nice
    osbox 125 spawn --nice=2147483648 -- nice
    nice -n -1 true 2>/dev/null && [ "$(nice -n -1 nice)" = $((now - 1)) ] || skip 'not privileged for the rest'
    osbox 0 spawn --nice=-1 -- nice
    got $((now - 1))
    osbox 0 spawn --nice=-2147483648 -- nice
    got -20
}

@test "--scheduler: including policies that posix_spawn refuses" {
    needs chrt
    osbox 0 spawn --scheduler=batch -- sh -c 'chrt -p $$'
    [[ $output == *': SCHED_BATCH'$'\n'*': 0' ]]
    osbox 0 spawn --scheduler=idle -- sh -c 'chrt -p $$'
    [[ $output == *': SCHED_IDLE'* ]]
    osbox 0 spawn --scheduler=batch+reset-on-fork -- python3 -c '
import os
print(os.sched_getscheduler(0) == os.SCHED_BATCH | os.SCHED_RESET_ON_FORK)'
    got True
    osbox 0 spawn --scheduler=other:0 -- true
    refused 125 'scheduler 0 other:1 EINVAL' --scheduler=other:1 -- true
    refused 125 'scheduler 0 deadline EINVAL' --scheduler=deadline -- true
    chrt -f 1 true 2>/dev/null || skip 'no real-time policy here'
    osbox 0 spawn --scheduler=fifo:10 -- sh -c 'chrt -p $$'
    [[ $output == *': SCHED_FIFO'$'\n'*': 10' ]]
    osbox 0 spawn --scheduler=rr:3 -- "$OSBOX" spawn --scheduler=:4 -- sh -c 'chrt -p $$'
    [[ $output == *': SCHED_RR'$'\n'*': 4' ]]
    refused 125 'scheduler 0 fifo:100 EINVAL' --scheduler=fifo:100 -- true
}

@test "--scheduler: invalid values are usage errors" {
    local bad
    for bad in '' : nope fifo+ fifo+x fifo: fifo:x fifo:-1 FIFO:1 +reset-on-fork fifo:1:2; do
        osbox 125 spawn --scheduler="$bad" -- touch ran
        got ''
    done
    [ ! -e ran ]
}

@test "--affinity: the CPUs, and those that do not exist" {
    local cpu
    cpu=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
    osbox 0 spawn --affinity="$cpu" -- python3 -c 'import os; print(*os.sched_getaffinity(0))'
    got "$cpu"
    refused 125 'affinity 0 8000 EINVAL' --affinity=8000 -- true
    refused 125 "affinity 0 $cpu,8000 EPROTO" --affinity="$cpu,8000" -- true
    osbox 125 spawn --affinity=x -- true
    osbox 125 spawn --affinity= -- true
}

@test "--umask" {
    osbox 0 spawn --umask=027 -- sh -c umask
    got 0027
    osbox 0 spawn --umask=0 -- sh -c umask
    got 0000
    local bad
    for bad in '' 8 1000 -1 x u=rwx; do
        osbox 125 spawn --umask="$bad" -- true
    done
    for bad in 33188 33261 10000; do
        osbox 125 spawn --umask="$bad" -- true
        complained "spawn: '--umask=$bad': not an octal mode from 0 to 7777; decimal is not accepted"
        osbox 125 spawn --open=1,creat,"$bad":x -- true
        [[ $stderr == *'not an octal mode from 0 to 7777; decimal is not accepted' ]]
    done
    osbox 125 spawn --umask=1000 -- true
    complained "spawn: '--umask=1000': above the octal umask 777"
}

@test "--pdeathsig: a program whose parent dies gets the signal" {
    mkfifo alive
    "$OSBOX" spawn --pdeathsig=KILL --open=9,wronly:alive -- sh -c 'echo $$ >&9; exec sleep 1000' 3>&- &
    local spawn=$!
    exec 8<alive
    read -r left_pid <&8
    kill -KILL $spawn
    # End of file: the program is gone.
    run -0 timeout 20 cat <&8
    exec 8<&-
    osbox 0 spawn --pdeathsig=USR1 -- python3 -c '
import ctypes
signo = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(signo))
print(signo.value)'
    got 10
    osbox 125 spawn --pdeathsig=0 -- true
    osbox 125 spawn --pdeathsig=NOPE -- true
}

# ---- users, namespaces ----

@test "--user, --groups: an unknown user or group is 125" {
    osbox 125 spawn --user=no-such-user -- touch ran
    complained "spawn: 'no-such-user': no such user"
    osbox 125 spawn --user=0:no-such-group -- touch ran
    complained "spawn: 'no-such-group': no such group"
    osbox 125 spawn --groups=no-such-group -- touch ran
    complained "spawn: 'no-such-group': no such group"
    local bad
    for bad in '' : 0: -1 4294967295 4294967296 99999999999999999999 1x ' 0' '0 '; do
        osbox 125 spawn --user="$bad" -- touch ran
        got ''
    done
    for bad in '' ',' '0,' ',0' -1 4294967295 init; do
        osbox 125 spawn --groups="$bad" -- touch ran
        got ''
    done
    [ ! -e ran ]
}

@test "--user: a number without an entry needs its group and its groups" {
    getent passwd 123456 >/dev/null && skip 'there is a user 123456'
    osbox 125 spawn --user=123456 -- touch ran
    [ ${#stderr_lines[@]} -eq 1 ]
    osbox 125 spawn --user=123456:0 -- touch ran
    osbox 125 spawn --user=123456:0 --groups=init -- touch ran
    osbox 125 spawn --user=123456 --groups=none -- touch ran
    [ ! -e ran ]
    needs_privilege
    osbox 0 spawn --user=123456:654321 --groups=none -- sh -c 'id -u; id -g; id -G'
    got $'123456\n654321\n654321'
}

@test "--setresuid, --setresgid: each id by itself, and an empty one is kept" {
    not_sanitized
    local fields=ruid,euid,suid,rgid,egid,sgid now
    now=$("$OSBOX" spawn -g $fields)
    osbox 0 spawn --setresuid=:: --setresgid=:: -g $fields
    got "$now"
    osbox 0 spawn --setresuid="$(id -u)::$(id -un)" --setresgid=":$(id -g):$(id -gn)" -g $fields
    got "$now"
    needs_privilege
    osbox 0 spawn --setresuid=1:2:3 --setresgid=4:5:6 -g $fields
    got $'1\t2\t3\t4\t5\t6'
    osbox 0 spawn --setresuid=:nobody: --setresgid=::daemon -g $fields
    got "0"$'\t'"$(id -u nobody)"$'\t0\t0\t0\t'"$(getent group daemon | cut -d: -f3)"
    osbox 0 spawn --setresuid=1:1:1 --setresuid=::7 -g ruid,euid,suid
    got $'0\t0\t7'
}

@test "--setresuid: a program has the effective id as its saved one" {
    needs_privilege
    osbox 0 spawn --setresuid=1:2:3 --setresgid=4:5:6 --groups=7,8 -- \
        grep -E '^(Uid|Gid|Groups|CapPrm|CapEff):' /proc/self/status
    got $'Uid:\t1\t2\t2\t2\nGid:\t4\t5\t5\t5\nGroups:\t7 8 \nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000'
    osbox 0 spawn --overlay --setresuid=:2: -- grep ^Uid: /proc/self/status
    got $'Uid:\t0\t2\t2\t2'
}

@test "--setresuid: capabilities" {
    not_sanitized
    needs_privilege
    local fields=cap_permitted,cap_effective,cap_ambient all
    all=$("$OSBOX" spawn -g cap_permitted)
    osbox 0 spawn --setresuid=1:1:1 -g $fields
    got $'\t\t'
    osbox 0 spawn --setresuid=:1: -g $fields # the way back, as the kernel leaves it
    got "$all"$'\t\t'
    setpriv --inh-caps=+chown --ambient-caps=+chown true 2>/dev/null || skip 'no ambient cap_chown here'
    osbox 0 spawn --setresuid=1:2:3 --cap-ambient=chown -g $fields
    got $'cap_chown\tcap_chown\tcap_chown'
    osbox 0 spawn --setresuid=1:1: --cap-ambient=chown -- grep -E '^Cap(Prm|Eff|Amb):' /proc/self/status
    got $'CapPrm:\t0000000000000001\nCapEff:\t0000000000000001\nCapAmb:\t0000000000000001'
}

@test "--setresuid: the step, the order, and why it fails" {
    osbox 0 spawn --dry-run --setresuid=1:1:1 --setresgid=:2: --groups=none --cap-bounding=all -g step -- true
    got $'bounding\nsetgroups\nsetresgid\nsetresuid\ndrop\nverify\nexec'
    osbox 0 spawn --dry-run --setresuid=1:1: -g step,object -- true
    got $'setresuid\t1:1:\nverify\t\nexec\ttrue'
    as_user_refused 'setresuid 0 ::0 EPERM' --setresuid=::0 -- touch ran
    as_user_refused 'setresgid 0 0:: EPERM' --setresgid=0:: -- touch ran
    [[ $stderr == *'"capability":"CAP_SETGID"'* ]]
    local text
    for text in 1 1:2 1:2:3:4 '' : a:b nosuchuser::; do
        osbox 125 spawn --setresuid="$text" -- touch ran
        [ ${#stderr_lines[@]} -eq 1 ]
    done
    osbox 125 spawn --setresgid=::nosuchgroup -- touch ran
    [ "$stderr" = "spawn: 'nosuchgroup': no such group" ]
    osbox 125 spawn --setresuid=4294967295:: -g ruid
    [ ! -e ran ]
}

@test "--setresuid: a call that sets something else is EPROTO" {
    needs_privilege
    can_trace || skip 'strace cannot trace here'
    local call
    for call in setresuid setresgid; do
        run --separate-stderr -125 traced -f -o /dev/null -e "trace=/^$call(32)?\$" \
            -e "inject=/^$call(32)?\$:retval=0" "$OSBOX" spawn "--$call=:5:" touch ran 3>&-
        [[ $stderr == "spawn: verify: "*'[EPROTO]' ]]
    done
    [ ! -e ran ]
}

@test "--user: file actions are done as that user, HOME and USER stay" {
    needs_privilege
    mkdir -m 700 private
    : >private/file
    export HOME=/some/where USER=someone
    osbox 0 spawn --user=65534:65534 --groups=none -- sh -c 'echo "$HOME $USER"'
    got '/some/where someone'
    refused 125 'open 5 private/file EACCES' --user=65534:65534 --groups=none --open=0:private/file -- true
    refused 125 'chdir 5 private EACCES' --user=65534:65534 --groups=none --chdir=private -- true
    mkdir -m 777 public
    osbox 0 spawn --user=65534:65534 --groups=none --open=1,wronly,creat:public/file -- true
    [ "$(stat -c %u:%g public/file)" = 65534:65534 ]
}

@test "--chroot: the root, and the working directory" {
    needs_privilege
    chroot / true 2>/dev/null || skip 'chroot is refused here'
    local program
    for program in /bin/busybox /usr/bin/busybox ''; do
        [ ! -x "$program" ] || break
    done
    [ -n "$program" ] && [[ $(file -bL "$program" 2>/dev/null) == *statically* ]] ||
        { [ -n "$program" ] && ! ldd "$program" >/dev/null 2>&1; } || skip 'there is no static busybox'
    mkdir -p root/bin root/inner
    cp "$program" root/bin/busybox
    osbox 0 spawn --chroot=root -- /bin/busybox sh -c '/bin/busybox pwd; /bin/busybox ls /'
    got $'/\nbin\ninner'
    osbox 0 spawn --chroot=root --chdir=inner -- /bin/busybox pwd
    got /inner
    refused 125 'chroot 0 /nope ENOENT' --chroot=/nope -- true
    refused 127 'exec 1 /bin/nope ENOENT' --chroot=root -- /bin/nope
    osbox 0 spawn --chroot=root --user=65534:65534 --groups=none -- /bin/busybox id -u
    got 65534
}

@test "--unshare=pid,user --map-root-user: the program is 1, and root" {
    can_unshare -Urpf
    osbox 0 spawn --unshare=pid,user --map-root-user -- sh -c 'echo $$; id -u; id -g'
    got $'1\n0\n0'
    ends 7 --unshare=pid,user --map-root-user -- sh -c 'exit 7'
    output=$(members si_code exitcode)
    got '"CLD_EXITED" 7'
    ends 137 --unshare=pid,user --map-root-user --timeout=10ms --signal=KILL -- sleep 1000
    refused 127 'exec 3 /nope ENOENT' --unshare=pid,user --map-root-user -- /nope
    as_user "$OSBOX" spawn --unshare=pid,user --map-root-user -- sh -c 'echo $$; id -u' >out 3>&-
    [ "$(cat out)" = $'1\n0' ]
}

@test "--map-root-user: root in it has all capabilities, and can lose them" {
    can_unshare -Ur
    local all
    all=$(unshare -Ur sed -n 's/^CapEff:\t//p' /proc/self/status)
    run -0 as_user "$OSBOX" spawn --map-root-user -- sed -n 's/^CapEff:\t//p' /proc/self/status 3>&-
    got "$all"
    run -0 as_user "$OSBOX" spawn --map-root-user --cap-bounding=none --no-new-privs \
        -- sed -n 's/^Cap.*:\t//p; s/^NoNew.*:\t//p' /proc/self/status 3>&-
    got $'0000000000000000\n0000000000000000\n0000000000000000\n0000000000000000\n0000000000000000\n1'
}

@test "--propagation: how mounts spread in the new namespace" {
    local how
    for how in private slave shared; do
        osbox 0 spawn --dry-run --unshare=mnt --propagation=$how -g step,object
        got $'unshare\tmnt\npropagation\t'$how
    done
    osbox 0 spawn --dry-run --unshare=mnt -g step,object
    got $'unshare\tmnt\npropagation\tprivate'
    osbox 0 spawn --dry-run --unshare=mnt --propagation=unchanged -g step,object
    got $'unshare\tmnt'
    osbox 125 spawn --propagation=slave -- true
    complained "spawn: '--propagation': goes with --unshare"
    osbox 125 spawn --unshare=user --propagation=slave -- true
    osbox 125 spawn --unshare=mnt --propagation=none -- true
    can_unshare -m
    local spread='sed -E "s/^([^ ]+ ){6}//; s/ - .*//" /proc/self/mountinfo'
    osbox 0 spawn --unshare=mnt -- sh -c "$spread | grep -Ec 'shared:|master:' || true"
    got 0
    osbox 0 spawn --unshare=mnt --propagation=shared -- sh -c "$spread | grep -vc shared: || true"
    got 0
    run -0 unshare -m --propagation=shared "$OSBOX" spawn --unshare=mnt --propagation=slave -- \
        sh -c "$spread | grep -vc master: || true" 3>&-
    got 0
    run -0 unshare -m --propagation=shared "$OSBOX" spawn --unshare=mnt --propagation=unchanged -- \
        sh -c "$spread | grep -vc shared: || true" 3>&-
    got 0
}

@test "--unshare=mnt where the root is not a mount point: the step that fails is named" {
    not_sanitized
    can_unshare -m
    chroot /usr /bin/true 2>/dev/null || skip '/usr is no root directory here'
    [ "$(stat -c %m /usr)" != /usr ] || skip '/usr is a mount point'
    "$OSBOX" spawn --chroot=/usr --exec-fd=9 -- osbox --version 9<"$OSBOX" 3>&- ||
        skip '/usr does not have the dynamic linker of osbox'
    run --separate-stderr -125 "$OSBOX" spawn --chroot=/usr --exec-fd=9 -- \
        osbox spawn --unshare=mnt -- /bin/true 9<"$OSBOX" 3>&-
    explained "spawn: propagation: 'private': " EINVAL 'the root directory is not a mount point'
    run --separate-stderr -0 "$OSBOX" spawn --chroot=/usr --exec-fd=9 -- \
        osbox spawn --unshare=mnt --propagation=unchanged -- /bin/true 9<"$OSBOX" 3>&-
}

@test "--unshare with --setsid: the session is the program's" {
    can_unshare -Urpf
    osbox 0 spawn --unshare=pid,user --map-root-user --setsid -- python3 -c '
import os
print(os.getpid(), os.getsid(0), os.getpgid(0))'
    got '1 1 1'
}

@test "--unshare: each namespace is a new one" {
    local kind option
    for kind in cgroup ipc mnt net pid time user uts; do
        option=$kind
        unshare -Ur true 2>/dev/null || skip 'unshare -Ur is refused here'
        case $kind in
        time) unshare -UrT true 2>/dev/null || continue ;;
        esac
        osbox 0 spawn --unshare="$option" --map-root-user -- readlink "/proc/self/ns/$kind"
        [[ $output == "$kind:["*']' ]]
        [ "$output" != "$(readlink "/proc/self/ns/$kind")" ]
    done
    osbox 125 spawn --unshare=nope -- true
    osbox 125 spawn --unshare= -- true
    osbox 125 spawn --unshare=user, -- true
}

@test "--setns joins the namespaces of a process, and one that is a file" {
    can_unshare -Ur
    unshare -Uru sh -c 'hostname of-a-test && echo ready && exec sleep 1000' >ready 3>&- &
    left_pid=$!
    run -0 timeout 20 sh -c 'until [ -s ready ]; do :; done'
    osbox 0 spawn --setns=$left_pid -- sh -c 'hostname; readlink /proc/self/ns/user /proc/self/ns/uts'
    got "of-a-test
$(readlink /proc/$left_pid/ns/user)
$(readlink /proc/$left_pid/ns/uts)"
    osbox 0 spawn --setns=user,uts@$left_pid -- hostname
    got of-a-test
    osbox 0 spawn --setns=/proc/$left_pid/ns/user --setns=/proc/$left_pid/ns/uts -- hostname
    got of-a-test
    osbox 125 spawn --setns=999999999 -- touch ran
    osbox 125 spawn --setns=/dev/null -- touch ran
    osbox 125 spawn --setns=/nope -- touch ran
    osbox 125 spawn --setns=nope@$left_pid -- touch ran
    osbox 125 spawn --setns=net@/proc/$left_pid/ns/uts -- touch ran
    osbox 125 spawn --setns= -- touch ran
    [ ! -e ran ]
}

@test "--setns=fd:N joins through a pidfd or a namespace that was inherited" {
    can_unshare -Ur
    unshare -Uru sh -c 'hostname of-a-test && echo ready && exec sleep 1000' >ready 3>&- &
    left_pid=$!
    run -0 timeout 20 sh -c 'until [ -s ready ]; do :; done'
    local target
    for target in fd:5 user,uts@fd:5; do
        run -0 python3 -c 'import os, sys
os.dup2(os.pidfd_open(int(sys.argv[1])), 5)
os.set_inheritable(5, True)
os.execv(sys.argv[2], sys.argv[2:])' $left_pid "$OSBOX" spawn --setns=$target -- \
            sh -c 'hostname; [ -e /dev/fd/5 ] && echo open'
        got $'of-a-test\nopen'
    done
    osbox 0 spawn --setns=fd:5 --setns=uts@fd:6 -- hostname 5</proc/$left_pid/ns/user \
        6</proc/$left_pid/ns/uts
    got of-a-test
}

@test "--setns=fd:N: another file, another kind, and a number that is not open" {
    local line
    osbox 125 spawn --setns=fd:5 -- touch ran 5</dev/null
    explained 'spawn: descriptor 5: ' EINVAL 'neither a pidfd nor a namespace'
    osbox 125 spawn --setns=net@fd:5 -- touch ran 5</proc/self/ns/uts
    complained_of 'spawn: descriptor 5: ' EINVAL
    for line in fd: fd:x fd:-1 fd:99999999999 uts@fd:x; do
        osbox 125 spawn --setns=$line -- touch ran
        complained "spawn: '--setns=$line': not of the form [LIST@]fd:N"
    done
    # Whatever osbox opens itself, it is the number that the user named.
    for line in 0 1 2 3 4 5; do
        run --separate-stderr -125 python3 -c 'import os, sys
os.closerange(3, 10)
os.closerange(int(sys.argv[1]), int(sys.argv[1]) + 1)
os.execv(sys.argv[2], sys.argv[2:])' $line "$OSBOX" spawn --status=record -J \
            --setns=/proc/self/ns/uts --setns=fd:$line -- touch ran
        output=$(members step object error errno)
        got '"fcntl" "fd:'$line'" "EBADF" 9'
    done
    [ ! -e ran ]
}

@test "--setns of a PID namespace: the program is in it" {
    can_unshare -Urpf
    mkfifo ready
    unshare -Urpf --kill-child sh -c 'echo ready >ready; exec sleep 1000' 3>&- &
    left_pid=$!
    read -r <ready
    local inner
    inner=$(pgrep -P $left_pid)
    osbox 0 spawn --setns=user,pid@"$inner" -- sh -c 'echo $$'
    [ "$output" -gt 1 ] && [ "$output" -lt 20 ]
    ends 9 --setns="$inner" -- sh -c 'exit 9'
}

@test "a PID namespace whose first process has ended: the error says so" {
    not_sanitized
    can_unshare -Urpf
    mkfifo ready
    unshare -Urpf --kill-child sh -c 'echo ready >ready; exec sleep 1000' 3>&- &
    left_pid=$!
    read -r <ready
    local inner
    inner=$(pgrep -P $left_pid)
    exec 8<"/proc/$inner/ns/user" 9<"/proc/$inner/ns/pid"
    kill -KILL "$inner"
    run -0 timeout 20 sh -c 'while kill -0 $1 2>/dev/null; do :; done' sh "$inner"
    osbox 125 spawn --setns=/proc/self/fd/8 --setns=/proc/self/fd/9 -- touch ran
    exec 8<&- 9<&-
    [[ $stderr == 'spawn: fork: '*' [ENOMEM] (the first process of the PID namespace has ended)' ]]
    [ ! -e ran ]
    # The namespace that is for our own children.
    run --separate-stderr -125 python3 -c '
import ctypes, os, sys
ctypes.CDLL(None).unshare(0x30000000) # CLONE_NEWUSER, CLONE_NEWPID
if os.fork() == 0:
    os._exit(0)
os.wait()
os.execv(sys.argv[1], sys.argv[1:])' "$OSBOX" spawn touch ran 3>&-
    [[ $stderr == 'spawn: '*' [ENOMEM] (the first process of the PID namespace for children has ended)' ]]
    [ ! -e ran ]
}

@test "groups and ids in a user namespace that does not have them: the error says why" {
    can_unshare -Ur
    run --separate-stderr -125 unshare -Ur "$OSBOX" spawn --user=root touch ran 3>&-
    [[ $stderr == *' [EPERM] (this user namespace denies setgroups)' ]]
    osbox 125 spawn --unshare=user --groups=none touch ran
    [[ $stderr == *' [EPERM] (no groups are mapped in this user namespace)' ]]
    [ ! -e ran ]
}

@test "--groups=keep: the groups stay as they are" {
    osbox 0 spawn --dry-run --user=0:0 --groups=keep -g step
    got $'setgid\nsetuid\nverify'
    osbox 0 spawn --dry-run --user=123456:654321 --groups=keep -g step
    got $'setgid\nsetuid\ndrop\nverify'
    osbox 0 spawn -g groups
    local groups=$output
    osbox 0 spawn --groups=keep -g groups
    got "$groups"
    can_unshare -Ur
    run --separate-stderr -0 unshare -Ur "$OSBOX" spawn --user=root --groups=keep id -u 3>&-
    got 0
    complained ''
    needs_privilege
    run -0 setpriv --groups=1,2 "$OSBOX" spawn --user=65534:65534 --groups=keep -g groups,euid 3>&-
    got $'1,2\t65534'
}

# ---- without a program ----

@test "without a program: the state that a process would have" {
    mkdir directory
    osbox 0 spawn --chdir=directory --umask=0123 --nice=0 -g cwd,umask
    got "$PWD/directory	0123"
    osbox 0 spawn --umask=027 -o text -F umask
    got 'umask=0027'
    local format
    for format in value table sh; do
        osbox 0 spawn --umask=027 -o $format -F umask
        [[ ${lines[-1]} =~ (^|[ =])0027( |$) ]]
    done
    osbox 0 spawn --umask=027 -o csv -F umask
    got $'umask\n23'
    run -0 sh -c 'umask 0135; "$0" spawn --umask="$("$0" spawn -g umask)" -- sh -c umask' "$OSBOX" 3>&-
    got 0135
    osbox 0 spawn --umask=027 -J -F umask
    got '{"umask":23}'
    osbox 0 spawn --rlimit=nofile=64:128 -J -F limits
    [[ $output == *'"nofile=64:128"'* ]]
    osbox 0 spawn -i -E A=1 -E B=2 -J -F environ,exec_path
    got '{"environ":["A=1","B=2"],"exec_path":["/bin","/usr/bin"]}'
    osbox 0 spawn -i -E PATH=:/x: -J -F exec_path
    got '{"exec_path":["","/x",""]}'
    osbox 0 spawn --setsigmask=TERM,32,RTMIN,RTMIN+1 --setsigdef=INT,QUIT --setsigign=HUP,33 -J -F sigmask,sigign
    got '{"sigmask":["SIGTERM","SIG32","SIGRTMIN","SIGRTMIN+1"],"sigign":["SIGHUP","SIG33"]}'
    osbox 0 spawn --no-new-privs -g no_new_privs
    got true
}

@test "without a program: a step that fails is 125" {
    osbox 125 spawn --chdir=/nope
    got ''
    complained_of "spawn: chdir: '/nope': " ENOENT
    osbox 125 spawn --open=5:/nope -J
    got ''
}

@test "a working directory with a path that is too long for the kernel: all of it, as os.getcwd" {
    python3 - "$OSBOX" <<'END'
import os, subprocess, sys

def cwd():
    done = subprocess.run([sys.argv[1], "spawn", "-g", "cwd"], stdout=subprocess.PIPE, check=True)
    return done.stdout

for name in [b"d" * 200] * 19 + [b"line\nbreak \377"] * 30:
    os.mkdir(name)
    os.mkdir(b"other")
    os.chdir(name)
    assert cwd() == os.getcwdb() + b"\n", len(os.getcwdb())
assert len(os.getcwdb()) > 4096
os.rmdir(b"../" + b"line\nbreak \377")
assert cwd() == b"\n"
END
}

@test "the working directory was removed: cwd is null" {
    mkdir gone
    cd gone
    rmdir ../gone
    osbox 0 spawn -J -F cwd
    got '{"cwd":null}'
    osbox 0 spawn -- echo ran
    got ran
}

# ---- libcap ----

@test "libcap makes no system call in a command that needs no capabilities" {
    can_trace || skip 'strace cannot trace here'
    ! ldd "$OSBOX" 2>/dev/null | grep -q libcap || skip 'libcap is a shared object here'
    traced -o trace -e trace=prctl,capget "$OSBOX" --version >/dev/null
    run ! grep -E "CAPBSET|capget" trace
    traced -o trace -e trace=prctl,capget "$OSBOX" spawn -- true
    run ! grep -E "CAPBSET|capget" trace
}

@test "cap_bounding has as many capabilities as the kernel says" {
    run -0 python3 -c '
import json, subprocess, sys
record = json.loads(subprocess.run([sys.argv[1], "spawn", "-J", "-F", "cap_bounding"],
                                   stdout=subprocess.PIPE, check=True).stdout)
with open("/proc/self/status") as status:
    want = next(int(line.split()[1], 16) for line in status if line.startswith("CapBnd:"))
print(len(record["cap_bounding"]) == bin(want).count("1"))' "$OSBOX" 3>&-
    [ "$output" = True ]
}

# ---- names ----

@test "a file named spawn or osbox-spawn is spawn" {
    ln -s "$OSBOX" spawn
    ln -s "$OSBOX" osbox-spawn
    run -0 ./spawn -- echo ran 3>&-
    got ran
    run -0 ./osbox-spawn -- ./spawn -- "$OSBOX" spawn -- echo nested 3>&-
    got nested
}

# with_accounts ARG...: runs osbox where /etc/passwd and /etc/group are the files passwd and group.
with_accounts() {
    unshare -m sh -c 'mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec "$@"' \
        sh "$OSBOX" "$@"
}

# refused_account NAME FILE LINE: what is reported of an entry with the id 4294967295. NSS does not say
# where it is.
refused_account() {
    if [ "$OSBOX_FLAVOUR" = musl ]; then
        complained "spawn: '/etc/$2': line $3: not a valid entry"
    else
        complained "spawn: '$1': its entry has the id 4294967295, which is not valid"
    fi
}

@test "the id 4294967295 is not valid, whether a number, an entry or a membership says so" {
    printf '%s:x:0:0::/:/bin/sh\n' root >passwd
    printf '%s:x:%s:%s::/:/bin/sh\n' wrong 4294967295 5 group 5 4294967295 right 1000 1000 >>passwd
    printf '%s\n' root:x:0: wrong:x:4294967295:right right:x:77:right >group
    can_unshare -m
    run with_accounts spawn -- true
    [ "$status" = 0 ] || skip 'files of /etc cannot be replaced here'
    local account
    for account in 'wrong passwd 2' 'group passwd 3' '5 passwd 3'; do
        run --separate-stderr -125 with_accounts spawn --user="${account%% *}" -- true
        # shellcheck disable=SC2086
        refused_account $account
    done
    run --separate-stderr -125 with_accounts spawn --user=right:wrong -- true
    refused_account wrong group 2
    run --separate-stderr -125 with_accounts spawn --groups=right,wrong -- true
    refused_account wrong group 2
    for account in 4294967295 4294967296 99999999999; do
        run --separate-stderr -125 with_accounts spawn --user=$account:0 --groups=none -- true
        complained "spawn: '$account': no such user"
        run --separate-stderr -125 with_accounts spawn --user=0:$account --groups=none -- true
        complained "spawn: '$account': no such group"
    done
    run --separate-stderr -0 with_accounts spawn --user=right -- sh -c 'id -u; id -G'
    got $'1000\n1000 77'
}

@test "--scheduler: fifo and rr without a priority are a usage error, as in sched set" {
    local value
    for value in fifo rr fifo+reset-on-fork; do
        osbox 125 spawn --scheduler=$value touch ran
        complained "spawn: '--scheduler=$value': fifo and rr require a priority from 1 to 99"
        [ ! -e ran ]
    done
}
