#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox waitid: what it waits for, what it tells, with which status it ends. The
# comparison with os.waitid, the cases of foreign processes one by one, and PIDs
# that are used again are in tests/oracle/waitid.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2016 # quoted for an inner shell
# shellcheck disable=SC2094 # nothing is written to what is read

load ../helpers/common

setup_file() { common_setup_file; }

setup() {
    common_setup
    # What is written into it lets one target end; nobody waits when it is opened.
    mkfifo hold
    exec 8<>hold
    PIDS=()
    # What a child of the shell that becomes osbox begins with, in sh: from then on it is kept.
    export KEPT='until exe=$(readlink /proc/$PPID/exe) || exit; [ "$exe" = "$OSBOX" ]; do :; done;'
}

teardown() {
    [ ${#PIDS[@]} -eq 0 ] || kill -KILL "${PIDS[@]}" 2>/dev/null || :
    common_teardown
}

# target SCRIPT: a child that runs it once it is let go; its PID is in $pid.
target() {
    sh -c 'read -r _ <&8
'"$1" 3>&- 9>&- &
    pid=$!
    PIDS+=("$pid")
}

# let_go [N]: so many of them.
let_go() {
    printf '\n%.0s' $(seq "${1:-1}") >&8
}

# start ARG...: starts osbox waitid with these, its output in `out` and `err`; its PID is in $waiter.
start() {
    "$OSBOX" waitid "$@" >out 2>err 3>&- 8>&- &
    waiter=$!
    PIDS+=("$waiter")
}

# observe N ARG...: the same, and comes back when it holds N processes.
observe() {
    local wanted=$1
    shift
    start "$@"
    until [ "$(held)" -ge "$wanted" ]; do
        kill -0 "$waiter"
    done
}

held() {
    local found
    found=$(find "/proc/$waiter/fd" -lname '*pidfd*' -printf x 2>/dev/null)
    echo ${#found}
}

# ended STATUS: osbox ended so.
ended() {
    rc=0
    wait "$waiter" || rc=$?
    [ "$rc" -eq "$1" ] && return 0
    cat err >&2
    printf 'status %s instead of %s\n' "$rc" "$1" >&2
    return 1
}

# Whether this kernel keeps how a process ended that is not ours (Linux 6.15).
keeps_status() {
    target 'exit 3'
    observe 1 -g exitcode "$pid"
    let_go
    wait "$pid" || :
    rc=0
    wait "$waiter" || rc=$?
    [ "$rc $(cat out)" = '0 3' ]
}

foreign() {
    keeps_status || skip 'this kernel does not tell how a process of another ended'
}

# ---- processes that are not ours ----

@test "the exit status of a process that another one waited for" {
    foreign
    for status in 0 1 7 255; do
        target "exit $status"
        observe 1 -g pid,si_pid,si_code,si_status,exitcode,wait_status,shell_status,signal,core,via "$pid"
        let_go
        wait "$pid" || [ $? -eq "$status" ]
        ended 0
        printf '%s\t' "$pid" "$pid" CLD_EXITED "$status" "$status" $((status << 8)) "$status" '' false >wanted
        echo pidfd_info >>wanted
        same wanted out
    done
}

@test "the signal of a process that another one waited for, told from an exit status" {
    foreign
    for signal in TERM KILL HUP; do
        target "kill -$signal \$\$"
        observe 1 -g si_code,si_status,exitcode,wait_status,shell_status,signal,core "$pid"
        let_go
        number=$(kill -l "$signal")
        wait "$pid" || [ $? -eq $((128 + number)) ]
        ended 0
        printf 'CLD_KILLED\t%d\t-%d\t%d\t%d\tSIG%s\tfalse\n' \
            "$number" "$number" "$number" $((128 + number)) "$signal" >wanted
        same wanted out
    done
    target 'exit 137'
    observe 1 -g si_code,exitcode,shell_status "$pid"
    let_go
    wait "$pid" || :
    ended 0
    printf 'CLD_EXITED\t137\t137\n' | same - out
}

@test "what another process told is no resource usage, and its own time is not known" {
    foreign
    target 'exit 0'
    observe 1 -J "$pid"
    let_go
    wait "$pid"
    ended 0
    [ "$(json ru_utime ru_maxrss elapsed timed_out reason <out)" = $'null\nnull\nnull\nfalse\nnull' ]
}

@test "the parent of the process, its user, its cgroup and its inode" {
    foreign
    target 'exit 0'
    observe 1 -g si_uid,ppid,pidfd_ino "$pid"
    let_go
    wait "$pid"
    ended 0
    read -r uid ppid ino <out
    [ "$uid" = "$(id -ru)" ]
    [ "$ppid" = "$$" ] || [ "$ppid" = "$BASHPID" ]
    [ "$ino" -gt 0 ]
}

@test "every record comes when its process ends, in every format" {
    foreign
    for format in text json csv tsv value table; do
        mkfifo "$format"
        target 'exit 1'
        first=$pid
        target 'exit 1'
        "$OSBOX" waitid -o "$format" -F exitcode "$first" "$pid" >"$format" 2>err 3>&- 8>&- &
        waiter=$!
        PIDS+=("$waiter")
        exec 7<"$format"
        until [ "$(held)" -ge 2 ]; do
            kill -0 "$waiter"
        done
        let_go
        # Which of the two it was only they know; that the other goes on is seen by osbox waiting.
        record=
        until [[ $record == *1* ]]; do
            read -r -t 20 record <&7
        done
        kill -0 "$waiter"
        let_go
        wait "$first" "$pid" || :
        ended 0
        exec 7<&-
    done
}

@test "several processes: a record each; --any and --count end it earlier" {
    foreign
    for form in '' --any --count=2; do
        pids=()
        for _ in 1 2 3; do
            target 'exit 4'
            pids+=("$pid")
        done
        # shellcheck disable=SC2086 # no word when empty
        observe 3 -g exitcode $form "${pids[@]}"
        case $form in
        '') count=3 ;;
        --any) count=1 ;;
        *) count=2 ;;
        esac
        let_go $count
        ended 0
        [ "$(cat out)" = "$(printf '4\n%.0s' $(seq $count))" ]
        let_go 3
        wait "${pids[@]}" || :
        exec 8<>hold
        while read -r -t 0 _ <&8; do
            read -r _ <&8
        done
    done
}

@test "a process that is given twice is one, and one with its inode the same" {
    foreign
    target 'exit 4'
    observe 1 -g exitcode "$pid" "$pid"
    let_go
    wait "$pid" || :
    ended 0
    echo 4 | same - out
}

@test "x=\$(osbox waitid \$!) ends, in every shell" {
    for shell in dash bash 'busybox ash' 'zsh -f'; do
        command -v "${shell% *}" >/dev/null || continue
        # The signal is sent when osbox holds the process: no shell can be faster.
        # shellcheck disable=SC2086 # words
        run --separate-stderr -0 timeout 20 $shell -c '
            sleep 100 8>&- >/dev/null 2>&1 &
            x=$("$OSBOX" waitid --signal=TERM -g exitcode,timed_out $!) || echo "status $?"
            echo "$x"' 3>&-
        got $'-15\tfalse'
    done
}

@test "a zombie that is ours to see, but not ours" {
    needs python3
    python3 -c '
import os, signal
pid = os.fork() or os._exit(6)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
signal.pause()' >zombie 3>&- 8>&- &
    PIDS+=("$!")
    until [ -s zombie ]; do :; done
    read -r pid <zombie
    osbox 0 waitid -J "$pid"
    [ "$(json via exitcode si_uid reason <<<"$output")" = $'"procstat"\n6\nnull\nnull' ]
    osbox 0 waitid -g via,exitcode --timeout=0 "$pid"
    got $'procstat\t6'
    osbox 0 waitid -g via,exitcode --nohang "$pid"
    got $'procstat\t6'
    can_trace || return 0
    # Neither gives the parent time to reap it: each poll returns at once.
    local option
    for option in --timeout=0 --nohang; do
        run -0 traced -qq -o trace -e trace=poll "$OSBOX" waitid -g exitcode "$option" "$pid" 3>&- 8>&-
        got 6
        ! grep -v ', 0) *= ' trace
    done
}

@test "si_pid is null where the PID is unknown: the pidfd of a process that was reaped" {
    needs python3
    run -0 python3 -c '
import os, sys
pid = os.fork() or os._exit(7)
os.dup2(os.pidfd_open(pid), 9)
os.waitpid(pid, 0)
os.execv(sys.argv[1], [sys.argv[1], "waitid", "--pidfd=9", "-J", "-F", "pid,si_pid,exitcode,via"])' "$OSBOX" 3>&- 8>&- ||
        skip 'this kernel does not keep how a process ended'
    [[ $output == *'"si_pid":null,"exitcode":7,"via":"pidfd_info"}' ]]
}

# ---- children of ours ----

@test "cmd & exec osbox waitid --all: children stay ours" {
    run --separate-stderr -0 bash -c '
        sh -c "$KEPT exit 3" &
        sh -c "$KEPT kill -KILL \$\$" &
        exec "$OSBOX" waitid --all -g via,si_code,exitcode,shell_status,timed_out' 3>&-
    [ "$(sort <<<"$output")" = $'waitid\tCLD_EXITED\t3\t3\tfalse\nwaitid\tCLD_KILLED\t-9\t137\tfalse' ]
    complained ''
}

@test "--all tells the resources that a child took" {
    run --separate-stderr -0 bash -c '
        sh -c "$KEPT" &
        exec "$OSBOX" waitid --all -g ru_utime_ns,ru_maxrss,si_uid' 3>&-
    read -r utime rss uid <<<"$output"
    [ "$utime" -ge 0 ]
    [ "$rss" -gt 0 ]
    [ "$uid" = "$(id -ru)" ]
}

@test "--all --any ends after the first, --count after more" {
    for form in '--any 1' '--count=2 2' '--count=9 3'; do
        run --separate-stderr -0 bash -c '
            for _ in 1 2 3; do sh -c "$KEPT exit 3" & done
            exec "$OSBOX" waitid --all -g exitcode $1' - "${form% *}" 3>&-
        [ "$(wc -l <<<"$output")" -eq "${form#* }" ]
    done
}

@test "without a child --all, --pgid and --nohang are ECHILD" {
    for form in --all --pgid=0 --pgid=1 '--all --nohang' '--all --timeout=0'; do
        # shellcheck disable=SC2086 # words
        osbox 66 waitid $form
        complained_of 'waitid: ' ECHILD
        got ''
    done
}

@test "--pgid: the children of that group" {
    run --separate-stderr -0 bash -c '
        set -m
        sh -c "$KEPT exit 3" &
        group=$!
        set +m
        sleep 100 8>&- >&- 2>&- &
        echo $! >other
        exec "$OSBOX" waitid --pgid=$group -g exitcode' 3>&-
    PIDS+=("$(cat other)")
    got 3
}

@test "--pgid=0: our own group; --signal goes to all in it but osbox" {
    # 32 to 34 are signals that a C library uses itself.
    for signal in TERM:-15 32:-32 33:-33 34:-34; do
        run --separate-stderr -0 bash -c '
            set -m
            (exec bash -c "
                sleep 100 >/dev/null 2>&1 &
                exec \"\$OSBOX\" waitid --pgid=0 --signal=$1 -g exitcode" 8>&-) &
            wait $!' bash "${signal%:*}" 3>&-
        got "${signal#*:}"
    done
}

@test "--signal --pgid: os.killpg" {
    run --separate-stderr -0 bash -c '
        set -m
        sleep 100 8>&- >/dev/null 2>&1 &
        group=$!
        exec "$OSBOX" waitid --pgid=$group --signal=INT -g signal' 3>&-
    got SIGINT
    for form in --signal=TERM --signal=0 '--signal=0 --nohang'; do
        # shellcheck disable=SC2086 # words
        osbox 66 waitid --pgid=2147483647 $form
        complained_of 'waitid: ' ESRCH
    done
}

# group: a process group without children of osbox's; its number is in $pid.
group() {
    set -m
    sleep 100 3>&- 8>&- >/dev/null 2>&1 &
    set +m
    pid=$!
    PIDS+=("$pid")
}

@test "--signal --pgid of a group without children of ours: sending it is all" {
    group
    for form in '' --nohang --timeout=0 --any -J; do
        # shellcheck disable=SC2086 # no word when empty
        osbox 0 waitid --signal=0 --pgid="$pid" $form
        got ''
        complained ''
    done
    kill -0 "$pid"
    osbox 0 waitid --signal=TERM --pgid="$pid"
    got ''
    complained ''
    rc=0
    wait "$pid" || rc=$?
    [ "$rc" -eq 143 ]
}

@test "--kill-after needs children in the group: without, nothing is sent" {
    group
    osbox 66 waitid --signal=KILL --kill-after=0 --pgid="$pid"
    complained_of 'waitid: ' ECHILD
    got ''
    kill -0 "$pid"
}

@test "--kill-after --pgid: SIGKILL goes to the group in which a child ignores the signal" {
    run --separate-stderr -0 bash -c '
        set -m
        env --ignore-signal=TERM sleep 100 8>&- >/dev/null 2>&1 &
        group=$!
        set +m
        until [ "$(readlink /proc/$group/exe)" -ef "$(command -v sleep)" ]; do :; done
        exec "$OSBOX" waitid --pgid=$group --signal=TERM --kill-after=50ms -g signal' 3>&-
    got SIGKILL
}

@test "--stopped of a process that is no child is an error" {
    for form in --stopped --continued; do
        target :
        osbox 66 waitid $form "$pid" 8>&-
        complained_of "waitid: '$pid': " ECHILD
    done
}

@test "SIGCHLD may be ignored or blocked when it starts" {
    needs python3
    for how in 'signal.signal(signal.SIGCHLD, signal.SIG_IGN)' \
        'signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])'; do
        for form in --all '--all --stopped' PID '--stopped PID'; do
            run --separate-stderr -0 timeout 20 python3 -c "
import os, signal
$how
read, write = os.pipe()
os.set_inheritable(read, True)
pid = os.fork()
if pid == 0:
    os.close(write)
    # osbox has begun when the pipe is closed, as its end is closed at exec().
    os.read(read, 1)
    while os.readlink(f'/proc/{os.getppid()}/exe') != os.environ['OSBOX']:
        pass
    while open(f'/proc/{os.getppid()}/stat').read().rpartition(') ')[2][0] != 'S':
        pass
    os._exit(5)
words = '$form'.replace('PID', str(pid)).split()
os.execv(os.environ['OSBOX'], ['osbox', 'waitid', '-g', 'via,exitcode', *words])" 3>&-
            got $'waitid\t5'
        done
    done
}

# ---- how long ----

@test "--timeout=0 polls" {
    target :
    osbox 124 waitid --timeout=0 -J "$pid" 8>&-
    [ "$(json pid timed_out reason si_code exitcode via <<<"$output")" = \
        "$pid"$'\ntrue\n"timeout"\nnull\nnull\nnull' ]
    complained ''
}

@test "--timeout: 124, and a record for each process that goes on" {
    target :
    first=$pid
    target :
    osbox 124 waitid --timeout=10ms -g pid,timed_out "$first" "$pid" 8>&-
    got "$first"$'\ttrue\n'"$pid"$'\ttrue'
}

@test "--timeout -o sh: the record says it" {
    target :
    osbox 124 waitid --timeout=0 -o sh -F pid,exitcode,timed_out "$pid" 8>&-
    eval "$output"
    [ "$os_timed_out $os_pid ${os_exitcode-unset}" = "true $pid unset" ]
}

@test "--timeout of a set of children" {
    run --separate-stderr -124 bash -c 'sleep 100 8>&- >/dev/null 2>&1 & echo $!
        exec "$OSBOX" waitid --all --timeout=0 -g timed_out' 3>&-
    PIDS+=("${lines[0]}")
    [ "${lines[1]}" = true ]
}

@test "--nohang: nothing to tell is no record, status 0" {
    target :
    osbox 0 waitid --nohang -J "$pid" 8>&-
    got ''
    complained ''
    run --separate-stderr -0 bash -c 'sleep 100 8>&- >/dev/null 2>&1 & echo $!
        exec "$OSBOX" waitid --all --nohang -g pid' 3>&-
    PIDS+=("${lines[0]}")
    [ ${#lines[@]} -eq 1 ]
}

@test "durations: what is none is a usage error" {
    for t in -1 nan inf 1e400 1e3 '' ' 1' 1x 0.0000000001 9223372037 99999999999999999999; do
        osbox 64 waitid "--timeout=$t" 1
        got ''
        osbox 64 waitid --signal=0 "--kill-after=$t" 1
    done
}

@test "a very long time is no overflow" {
    foreign
    target 'exit 2'
    observe 1 --timeout=9223372036 --signal=0 --kill-after=106751d -g timed_out "$pid"
    let_go
    wait "$pid" || :
    ended 0
    echo false | same - out
}

@test "--nohang and --timeout, --any and --count, --kill-after without --signal contradict" {
    osbox 64 waitid --nohang --timeout=1 1
    osbox 64 waitid --any --count=1 1
    osbox 64 waitid --kill-after=1 1
    complained 'waitid: --kill-after: goes with --signal' || [[ $stderr == *'goes with --signal' ]]
    osbox 64 waitid --all --signal=TERM
    osbox 64 waitid --all --pgid=1
    osbox 64 waitid --pgid=1 --signal=0 # kill(2) would take -1 for every process
    osbox 64 waitid --all --pidfd=1
    osbox 64 waitid --all 1
    osbox 64 waitid --pgid=1 1
    osbox 64 waitid --pidfd=1 1
    osbox 64 waitid --subreaper 1
    osbox 64 waitid --all --peek
    osbox 64 waitid
}

@test "--count: more than there are processes is a usage error, and so is 0" {
    osbox 64 waitid --count=2 1
    osbox 64 waitid --count=2 1 1
    osbox 64 waitid --count=0 1
    osbox 64 waitid --count=-1 1
}

@test "--count with --all and --pgid: without children left the end is earlier, with status 0" {
    run --separate-stderr -0 sh -c 'sh -c "exit 3" & sh -c "exit 4" & exec "$OSBOX" waitid --all --count=5 -g exitcode'
    [ "$(sort <<<"$output")" = $'3\n4' ]
    [ -z "$stderr" ]
    run --separate-stderr -0 sh -c 'sh -c "exit 3" & sh -c "exit 4" & exec "$OSBOX" waitid --pgid=0 --count=5 -g exitcode'
    [ "$(sort <<<"$output")" = $'3\n4' ]
}

# ---- what is no process ----

@test "operands that are no PID are usage errors, before anything is done" {
    target :
    for word in 0 12abc +5 ' 5' '5 ' 0x10 5.0 2147483648 99999999999999999999 '' : 5: :5 5:0 5:x 5:1:2 \
        5:18446744073709551616 0:5 $'5\n'; do
        run --separate-stderr -64 "$OSBOX" waitid --signal=KILL "$pid" "$word"
        got ''
        kill -0 "$pid"
    done
    osbox 64 waitid -1
    osbox 64 waitid --signal=KILL "$pid" -5
    kill -0 "$pid"
}

@test "a PID that nobody has is ESRCH, and the others are still waited for" {
    osbox 66 waitid 2147483647
    complained "waitid: '2147483647': No such process [ESRCH]"
    got ''
    foreign
    target 'exit 4'
    observe 1 -g exitcode 2147483647 "$pid"
    let_go
    wait "$pid" || :
    ended 66
    echo 4 | same - out
    echo "waitid: '2147483647': No such process [ESRCH]" | same - err
}

@test "-o sh of a process that is gone: eval fails, and no variable is left" {
    osbox 66 waitid -o sh -F pid,exitcode 2147483647
    os_pid=stale os_exitcode=stale rc=0
    eval "$output" || rc=$?
    [ "$rc $os_error ${os_pid-unset} ${os_exitcode-unset}" = '66 ESRCH unset unset' ]
}

@test "PID:INODE is that process, and no other one" {
    target :
    osbox 124 waitid --timeout=0 -g pidfd_ino "$pid" 8>&-
    [ "$output" ] || skip 'processes have no inode here (Linux 6.9)'
    ino=$output
    osbox 124 waitid --timeout=0 -g pid "$pid:$ino" 8>&-
    got "$pid"
    osbox 66 waitid --signal=KILL "$pid:$((ino + 1))" 8>&-
    complained "waitid: '$pid': No such process [ESRCH]"
    kill -0 "$pid"
}

@test "osbox itself is a deadlock" {
    run --separate-stderr -71 timeout 20 sh -c 'exec "$OSBOX" waitid $$' 3>&-
    [[ $stderr == *'[EDEADLK]' ]]
}

@test "an ancestor is waited for" {
    osbox 124 waitid --timeout=0 -g pid $$ 8>&-
    got $$
}

@test "--pidfd: what is none is EBADF" {
    osbox 71 waitid --pidfd=9 9<&-
    complained_of 'waitid: descriptor 9: ' EBADF
    osbox 71 waitid --pidfd=9 9</dev/null
    complained_of 'waitid: descriptor 9: ' EBADF
    osbox 64 waitid --pidfd=-1
    osbox 64 waitid --pidfd=x
}

# ---- signals ----

@test "--signal is sent, and then it is waited" {
    foreign
    target :
    start --signal=TERM -g signal "$pid"
    wait "$pid" || :
    ended 0
    echo SIGTERM | same - out
}

@test "--kill-after ends what ignores the signal" {
    foreign
    sh -c 'trap "" TERM; echo; exec sleep 100' >ready 3>&- 8>&- &
    pid=$!
    PIDS+=("$pid")
    until [ -s ready ]; do :; done
    start --signal=TERM --kill-after=50ms -g signal,exitcode "$pid"
    wait "$pid" || :
    ended 0
    printf 'SIGKILL\t-9\n' | same - out
}

@test "--signal: RTMIN is 34" {
    for signal in RTMIN:162 SIGRTMIN+3:165 RTMAX-30:162; do
        sleep 1000 >/dev/null 2>&1 3>&- 8>&- &
        pid=$!
        PIDS+=("$pid")
        osbox 0 waitid --signal="${signal%:*}" --nohang "$pid" 8>&-
        rc=0
        wait "$pid" || rc=$?
        [ "$rc" -eq "${signal#*:}" ]
    done
    osbox 0 waitid decode -g signal 34 37 33
    got $'SIGRTMIN\nSIGRTMIN+3\nSIG33'
}

@test "--signal=0 only asks" {
    target :
    osbox 0 waitid --signal=0 --nohang "$pid" 8>&-
    kill -0 "$pid"
    osbox 66 waitid --signal=0 --nohang 2147483647
}

@test "a signal that is not allowed is EPERM, and nothing is waited for" {
    needs setpriv
    [ "$(id -u)" != 65534 ] || skip 'that user is who we are'
    setpriv --reuid=65534 --clear-groups true 2>/dev/null || skip 'no other user can be taken on here'
    target :
    run --separate-stderr -77 timeout 20 setpriv --reuid=65534 --clear-groups --inh-caps=-all \
        "$OSBOX" waitid --signal=TERM "$pid" 3>&- 8>&-
    complained "waitid: '$pid': Operation not permitted [EPERM] (needs CAP_KILL)"
    got ''
    kill -0 "$pid"
}

@test "signals that are none are usage errors" {
    for signal in 65 -1 NOSUCH '' SIGTERMS; do
        osbox 64 waitid "--signal=$signal" 1
    done
}

@test "SIGTERM ends osbox by that signal" {
    target :
    observe 1 "$pid"
    kill -TERM "$waiter"
    rc=0
    wait "$waiter" || rc=$?
    [ "$rc" -eq 143 ]
}

# ---- a program ----

@test "-- CMD: its own status, 128 and more for a signal, and a record that tells them apart" {
    osbox 0 waitid -g via,exitcode,shell_status -- true
    got $'waitid\t0\t0'
    osbox 7 waitid -g exitcode,shell_status -- sh -c 'exit 7'
    got $'7\t7'
    osbox 137 waitid -g si_code,exitcode,shell_status -- sh -c 'exit 137'
    got $'CLD_EXITED\t137\t137'
    osbox 137 waitid -g si_code,exitcode,shell_status -- sh -c 'kill -KILL $$'
    got $'CLD_KILLED\t-9\t137'
    osbox 124 waitid -g timed_out -- sh -c 'exit 124'
    got false
    osbox 0 waitid --exit-with=none -g exitcode -- sh -c 'exit 7'
    got 7
    osbox 7 waitid --exit-with=first-failure -g exitcode -- sh -c 'exit 7'
    got 7
}

@test "-- CMD: what it took" {
    osbox 0 waitid -J -F pid,si_pid,elapsed_ns,ru_utime_ns,ru_maxrss,timed_out -- true
    read -r pid si_pid elapsed utime rss timed_out < <(json pid si_pid elapsed_ns ru_utime_ns ru_maxrss \
        timed_out <<<"$output" | paste -sd ' ')
    [ "$pid" = "$si_pid" ]
    [ "$elapsed" -gt 0 ]
    [ "$utime" -ge 0 ]
    [ "$rss" -gt 0 ]
    [ "$timed_out" = false ]
}

@test "-- CMD: 125, 126, 127 are osbox's own" {
    osbox 127 waitid -- ./nosuch
    [[ ${#stderr_lines[@]} -eq 1 && $stderr == *'[ENOENT]'* ]]
    got ''
    osbox 127 waitid -- nosuch-zzqq
    echo 'no script' >noexec
    osbox 126 waitid -- ./noexec
    [[ $stderr == *'[EACCES]'* ]]
    osbox 125 waitid --
    complained 'waitid: a command is missing behind --'
    osbox 125 waitid --nonsense -- true
    osbox 125 waitid --timeout=x -- true
    osbox 125 waitid 1 -- true
    osbox 125 waitid --all -- true
    osbox 125 waitid --signal=TERM -- true
    osbox 125 waitid -J --nonsense -- true
    [ "$(json error <<<"$stderr")" = '"EX_USAGE"' ]
}

@test "-- CMD: arguments, standard streams and environment are its own" {
    run --separate-stderr -0 env A=b "$OSBOX" waitid -g exitcode -- sh -c 'cat; echo "$A $*"' - -J --help -- <<<in
    got $'in\nb -J --help --\n0'
}

@test "-- CMD: descriptors that were closed are closed for it, and it has none of osbox's" {
    ls /proc/self/fd 3>&- 8>&- >wanted
    "$OSBOX" waitid -o value -F exitcode -- ls /proc/self/fd 3>&- 8>&- >out
    sed -i '$d' out
    same wanted out
    rc=0
    "$OSBOX" waitid -- sh -c '! (exec 9<&0)' <&- >/dev/null 2>&1 3>&- || rc=$?
    [ "$rc" -eq 0 ]
}

@test "-- CMD has the signals that osbox was started with" {
    show='grep -E "^Sig(Ign|Blk)|^ShdPnd" /proc/self/status'
    for prelude in : "trap '' CHLD" "trap '' HUP INT USR1"; do
        (
            trap - CHLD
            eval "$prelude"
            sh -c "$show" >wanted
            "$OSBOX" waitid -g exitcode -- sh -c "$show" >out
        )
        sed -i '$d' out
        same wanted out
    done
}

@test "-- CMD with SIGCHLD ignored is waited for" {
    run --separate-stderr -7 env --ignore-signal=CHLD "$OSBOX" waitid -g via,exitcode -- sh -c 'exit 7'
    got $'waitid\t7'
}

@test "-- CMD --timeout: 124, and the command goes on" {
    osbox 124 waitid --timeout=10ms -g pid,timed_out -- sh -c 'exec sleep 100 >/dev/null 2>&1'
    read -r pid timed_out <<<"$output"
    PIDS+=("$pid")
    [ "$timed_out" = true ]
    kill -0 "$pid"
}

@test "osbox itself can be ended while it waits for -- CMD" {
    "$OSBOX" waitid -- sh -c 'echo $$; exec sleep 100' >out 2>err 3>&- 8>&- &
    waiter=$!
    PIDS+=("$waiter")
    until [ -s out ]; do kill -0 "$waiter"; done
    PIDS+=("$(cat out)")
    kill -TERM "$waiter"
    ended 143
}

@test "--subreaper: a record for each descendant that is left to us, and CMD's status" {
    run --separate-stderr -3 "$OSBOX" waitid --subreaper -g exitcode -- sh -c '
        (sh -c "until kill -0 $$ && [ \$(cut -d\" \" -f4 /proc/\$\$/stat) != $$ ]; do kill -0 $$ || break; done; exit 5" &)
        exit 3' 3>&- 8>&-
    [ "$(sort <<<"$output")" = $'3\n5' ]
    osbox 5 waitid --subreaper --exit-with=first-failure -g exitcode -- sh -c '
        (sh -c "while [ -e /proc/$$/exe ] && kill -0 $$; do :; done; exit 5" & ) ; exit 0'
    [ "$(sort <<<"$output")" = $'0\n5' ]
}

# ---- exit statuses ----

@test "--exit-with: none, target, first-failure" {
    foreign
    for form in '0 --exit-with=none' '0 ' '7 --exit-with=target' '7 --exit-with=first-failure'; do
        target 'exit 7'
        # shellcheck disable=SC2086 # no word when empty
        observe 1 ${form#* } "$pid"
        let_go
        wait "$pid" || :
        ended "${form%% *}"
    done
    target 'kill -KILL $$'
    observe 1 --exit-with=target "$pid"
    let_go
    wait "$pid" || :
    ended 137
    osbox 64 waitid --exit-with=target 1 2
    osbox 64 waitid --exit-with=target --all
}

@test "--exit-with=first-failure: the first of all that is not 0" {
    run --separate-stderr -3 bash -c '
        sh -c "$KEPT exit 0" &
        sh -c "$KEPT exit 3" &
        exec "$OSBOX" waitid --all --exit-with=first-failure' 3>&-
}

# ---- decode ----

@test "decode: exits, signals, stops" {
    osbox 0 waitid decode -J 1792
    got '{"wait_status":1792,"WIFEXITED":true,"WEXITSTATUS":7,"WIFSIGNALED":false,"WTERMSIG":null,"WCOREDUMP":null,"WIFSTOPPED":false,"WSTOPSIG":null,"WIFCONTINUED":false,"exitcode":7,"signal":null}'
    osbox 0 waitid decode -g WIFSIGNALED,WTERMSIG,WCOREDUMP,exitcode,signal 9 139
    got $'true\t9\tfalse\t-9\tSIGKILL\ntrue\t11\ttrue\t-11\tSIGSEGV'
    osbox 0 waitid decode -g WIFSTOPPED,WSTOPSIG,WIFCONTINUED,exitcode,signal 0x137f 0xffff
    got $'true\t19\tfalse\t\tSIGSTOP\nfalse\t\ttrue\t\t'
    osbox 0 waitid decode -o sh -F exitcode 0
    eval "$output"
    [ "$os_exitcode" = 0 ]
}

@test "decode: what is no number is a usage error, what is no status bad data" {
    for word in x '' 1x -- 99999999999; do
        osbox 64 waitid decode "$word"
        got ''
    done
    osbox 64 waitid decode -- -1
    osbox 64 waitid decode
    for word in 255 0x1ff 65536 0x10009 2147483647 0x41 65 0x80 0xc1 0xff7f 0x417f 0x7f 0x109; do
        osbox 65 waitid decode "$word"
        complained "waitid decode: '$word': not a status of wait(2)"
        got ''
    done
    osbox 65 waitid decode -g exitcode 255 0
    got 0
}

@test "decode --shell: \$? of exits, signals and stops" {
    osbox 0 waitid decode --shell -J 7
    got '{"shell_status":7,"WIFEXITED":true,"WEXITSTATUS":7,"WIFSIGNALED":false,"WTERMSIG":null,"WCOREDUMP":null,"WIFSTOPPED":false,"WSTOPSIG":null,"WIFCONTINUED":false,"exitcode":7,"signal":null,"meaning":null}'
    osbox 0 waitid decode --shell -J 137
    got '{"shell_status":137,"WIFEXITED":false,"WEXITSTATUS":null,"WIFSIGNALED":true,"WTERMSIG":9,"WCOREDUMP":null,"WIFSTOPPED":false,"WSTOPSIG":null,"WIFCONTINUED":false,"exitcode":-9,"signal":"SIGKILL","meaning":null}'
    osbox 0 waitid decode --shell -g WIFSIGNALED,WIFSTOPPED,WSTOPSIG,exitcode,signal 148
    got $'false\ttrue\t20\t\tSIGTSTP'
    osbox 0 waitid decode --shell -g WEXITSTATUS,signal 128 193 255
    got $'128\t\n193\t\n255\t'
    osbox 0 waitid decode --shell -g WEXITSTATUS,meaning 123 124 125 126 127
    got $'123\t\n124\ttimed out\n125\t'"the tool that runs the command failed"$'\n126\t'"the command was found but cannot be executed"$'\n127\t'"the command was not found"
    rc=0
    sh -c 'kill -TERM $$' || rc=$?
    osbox 0 waitid decode --shell -g signal "$rc"
    got SIGTERM
}

@test "decode --shell: a number above 255 is bad data; meaning needs --shell" {
    for word in 256 1792 2147483647; do
        osbox 65 waitid decode --shell "$word"
        complained "waitid decode: '$word': not a \$? of a shell (0-255)"
        got ''
    done
    osbox 65 waitid decode --shell -g exitcode 256 3
    got 3
    osbox 64 waitid decode --shell x
    osbox 64 waitid decode --shell -- -1
    osbox 64 waitid decode --shell
    osbox 0 waitid decode --help
    [[ $output == *'not $?'* ]]
}

# ---- older kernels ----

@test "without PIDFD_GET_INFO it says that the kernel does not tell" {
    can_trace || skip 'nothing can be traced here'
    for error in ENOTTY EINVAL; do
        target 'exit 3'
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -o trace -e trace=ioctl \
            -e "inject=ioctl:error=$error" "$OSBOX" waitid -J "$pid" >out 2>err 3>&- 8>&- &
        tracer=$! waiter=
        until [ "$waiter" ] && [ "$(held)" -ge 1 ]; do
            kill -0 "$tracer"
            read -r waiter <"/proc/$tracer/task/$tracer/children" || : # strace has had others
        done
        let_go
        wait "$pid" || :
        rc=0
        wait "$tracer" || rc=$?
        case $rc in
        0) [ "$(json via exitcode <out)" = $'"procstat"\n3' ] ;; # seen before its parent saw it
        69) [ "$(json via exitcode reason <out)" = $'null\nnull\n"kernel"' ] ;;
        *) false ;;
        esac
    done
}

@test "without pidfd_open it is ENOSYS" {
    can_trace || skip 'nothing can be traced here'
    run --separate-stderr -69 traced -qq -o trace -e trace=pidfd_open -e inject=pidfd_open:error=ENOSYS \
        "$OSBOX" waitid $$ 3>&- 8>&-
    [[ $stderr == *'[ENOSYS]' ]]
}

# without_pidfds HOW ARG...: osbox waitid where pidfd_open fails: of an older kernel (kernel), for want of
# descriptors (full), and where signalfd, too, lacks one (none).
without_pidfds() {
    local how=$1 inject=(-e inject=pidfd_open:error=EMFILE)
    shift
    if [ "$how" = kernel ]; then
        run --separate-stderr python3 "$HELPERS/without_call.py" ENOSYS 434 "$OSBOX" waitid "$@" 3>&- 8>&-
        [ "$status" != 125 ] || skip 'seccomp filters cannot be used here'
        return
    fi
    can_trace || skip 'nothing can be traced here'
    [ "$how" = full ] || inject+=(-e inject=signalfd4:error=EMFILE)
    run --separate-stderr traced -qq -o trace -e trace=pidfd_open,signalfd4 "${inject[@]}" \
        "$OSBOX" waitid "$@" 3>&- 8>&-
}

@test "-- CMD is waited for without a pidfd, too" {
    for how in kernel full none; do
        without_pidfds "$how" -g via,exitcode,timed_out -- sh -c 'exit 7'
        [ "$status" -eq 7 ]
        got $'waitid\t7\tfalse'
        complained ''
        without_pidfds "$how" -J -F pid,si_pid,elapsed_ns,ru_maxrss,signal,pidfd_ino -- sh -c 'kill -KILL $$'
        [ "$status" -eq 137 ]
        read -r pid si_pid elapsed rss signal ino < <(json pid si_pid elapsed_ns ru_maxrss signal pidfd_ino \
            <<<"$output" | paste -sd ' ')
        [ "$pid $signal $ino" = "$si_pid \"SIGKILL\" null" ]
        [ "$elapsed" -gt 0 ]
        [ "$rss" -gt 0 ]
        complained ''
    done
}

@test "-- CMD without a pidfd: how long and how much is waited for is the same" {
    for how in kernel full none; do
        for form in --timeout=0 --timeout=10ms; do
            without_pidfds "$how" "$form" -g pid,timed_out,reason -- sh -c 'exec sleep 100 >/dev/null 2>&1'
            PIDS+=("${output%%[!0-9]*}")
            [ "$status" -eq 124 ]
            got "${PIDS[-1]}"$'\ttrue\ttimeout'
            kill -0 "${PIDS[-1]}"
        done
        without_pidfds "$how" --timeout=100 --peek -g exitcode -- sh -c 'exit 7'
        [ "$status" -eq 7 ]
        got 7
        without_pidfds "$how" --nohang -g pid -- sh -c 'echo $$; exec sleep 100 >/dev/null 2>&1'
        PIDS+=("$output")
        [ "$status" -eq 0 ]
    done
}

@test "-- CMD without a pidfd: --stopped and --continued" {
    python3 "$HELPERS/without_call.py" ENOSYS 434 true || skip 'seccomp filters cannot be used here'
    : >out
    python3 "$HELPERS/without_call.py" ENOSYS 434 "$OSBOX" waitid --stopped --continued \
        -g pid,si_code,exitcode -- sh -c 'kill -STOP $$; read -r _ <&8; exit 3' >out 2>err 3>&- &
    waiter=$!
    PIDS+=("$waiter")
    exec 7<out
    until read -r pid code <&7; do kill -0 "$waiter"; done
    PIDS+=("$pid")
    [ "$code" = CLD_STOPPED ]
    kill -CONT "$pid"
    until read -r pid code <&7; do kill -0 "$waiter"; done
    [ "$code" = CLD_CONTINUED ]
    let_go
    ended 3
    [ "$(cat <&7)" = "$pid"$'\tCLD_EXITED\t3' ]
    exec 7<&-
}

@test "a set of children is waited for without a descriptor, too" {
    can_trace || skip 'nothing can be traced here'
    run --separate-stderr -0 traced -qq -o trace -e trace=signalfd4 -e inject=signalfd4:error=EMFILE \
        bash -c 'sh -c "$KEPT exit 3" 8>&- & sh -c "$KEPT exit 4" 8>&- &
        exec "$OSBOX" waitid --all -g exitcode' 3>&-
    [ "$(sort <<<"$output")" = $'3\n4' ]
    complained ''
}

@test "without pidfds, children of ours are waited for by their PIDs" {
    export HELPERS
    python3 "$HELPERS/without_call.py" ENOSYS 434 true || skip 'seccomp filters cannot be used here'
    local error
    for error in ENOSYS EPERM; do
        export error
        run --separate-stderr -0 bash -c 'sh -c "$KEPT exit 3" 8>&- & sh -c "$KEPT kill -KILL \$\$" 8>&- &
            exec python3 "$HELPERS/without_call.py" "$error" 434 "$OSBOX" waitid -g exitcode,via,pidfd_ino $(jobs -p)' 3>&-
        [ "$(sort <<<"$output")" = $'-9\twaitid\t\n3\twaitid\t' ]
        complained ''
        run --separate-stderr -0 bash -c 'sleep 1000 8>&- &
            exec python3 "$HELPERS/without_call.py" "$error" 434 "$OSBOX" waitid --signal=TERM -g signal $!' 3>&-
        got SIGTERM
        complained ''
        run --separate-stderr -124 bash -c 'sleep 1000 >/dev/null 2>&1 8>&- & echo $! >pid
            exec python3 "$HELPERS/without_call.py" "$error" 434 "$OSBOX" waitid --timeout=10ms -g timed_out $!' 3>&-
        PIDS+=("$(cat pid)")
        got true
    done
}

@test "a system call filter that forbids pidfds is named" {
    python3 "$HELPERS/without_call.py" EPERM 434 true || skip 'seccomp filters cannot be used here'
    run --separate-stderr -77 python3 "$HELPERS/without_call.py" EPERM 434 "$OSBOX" waitid $$ 3>&- 8>&-
    complained "waitid: '$$': Operation not permitted [EPERM] (a system call filter forbids it)"
}

# ---- many processes ----

@test "what ends is found without a look at the others" {
    can_trace || skip 'nothing can be traced here'
    local -a pids=()
    for _ in {1..200}; do
        target 'exit 0'
        pids+=("$pid")
    done
    traced -qq -o trace "$OSBOX" waitid -g exitcode "${pids[@]}" >out 2>err 3>&- 8>&- &
    local tracer=$!
    PIDS+=("$tracer")
    until [ "$(grep -cs '^pidfd_open' trace)" = 200 ]; do
        kill -0 "$tracer"
    done
    let_go 200
    wait "$tracer"
    [ "$(wc -l <out)" -eq 200 ]
    [ "$(sort -u out)" = 0 ]
    [ "$(grep -cE '^p?poll\(.*, [0-9]{2,}, ' trace)" -eq 0 ]
    [ "$(wc -l <trace)" -lt 4000 ]
}

# instructions N: how many there are in user space for N processes that do not exist.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$OSBOX" waitid --nohang \
        $(seq 4100000 $((4100000 + $1 - 1))) 2>&1 8>&- | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

@test "operands are compared in linear time" {
    needs valgrind
    not_sanitized
    local few many
    few=$(instructions 2000)
    [ -n "$few" ] || skip 'valgrind cannot run it'
    many=$(instructions 8000)
    [ "$many" -le $((5 * few)) ]
}

@test "a process without an inode: PID:INODE is ENOSYS" {
    can_trace || skip 'nothing can be traced here'
    run --separate-stderr -69 traced -qq -o trace -e 'trace=/^fstatfs' -e 'inject=/^fstatfs:error=ENOSYS' \
        "$OSBOX" waitid $$:5 3>&- 8>&-
    [[ $stderr == *'[ENOSYS]' ]]
}

# ---- output that is lost ----

@test "/dev/full is 74 and one message" {
    foreign
    for format in text json csv tsv value table sh; do
        target 'exit 0'
        "$OSBOX" waitid -o "$format" "$pid" >/dev/full 2>err 3>&- 8>&- &
        waiter=$!
        until [ "$(held)" -ge 1 ]; do kill -0 "$waiter"; done
        let_go
        wait "$pid" || :
        ended 74
        grep -q ENOSPC err
        [ "$(wc -l <err)" -eq 1 ]
    done
}

@test "output that is lost ends the waiting" {
    foreign
    target 'exit 0'
    first=$pid
    target :
    "$OSBOX" waitid "$first" "$pid" >/dev/full 2>err 3>&- 8>&- &
    waiter=$!
    until [ "$(held)" -ge 2 ]; do kill -0 "$waiter"; done
    let_go
    ended 74
}
