#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox sched: what it shows, what it sets, what it refuses, what a program that
# it runs has. The comparison with Python's os, over processes, threads, groups
# and users, is in tests/oracle/sched.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2016 # quoted for an inner shell

load ../helpers/common

setup_file() {
    common_setup_file
    # The CPUs that we may use, the first and the last of them, and the first that no process can have.
    local possible
    ALLOWED=$(python3 -c '
import os
cpus, text = sorted(os.sched_getaffinity(0)), []
for cpu in cpus:
    if cpu - 1 not in cpus:
        text.append(str(cpu))
    elif cpu + 1 not in cpus:
        text[-1] += f"-{cpu}"
print(",".join(text))')
    FIRST=${ALLOWED%%[-,]*} LAST=${ALLOWED##*[-,]}
    possible=$(cat /sys/devices/system/cpu/possible 2>/dev/null) || possible=$(($(getconf _NPROCESSORS_CONF) - 1))
    ABSENT=$((${possible##*[-,]} + 1))
    export ALLOWED FIRST LAST ABSENT
    # N0 is the nice value that the tests are run with, N1 is 1 more, and so on.
    local more
    for more in {0..9}; do
        export "N$more=$(($(nice) + more))"
    done
}

setup() {
    common_setup
    [ "$N9" -lt 20 ] || skip 'the nice value is too high'
    PIDS=()
    # Runs a command as an ordinary user, if we are not one.
    AS_USER=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
    "${AS_USER[@]}" true 2>/dev/null || AS_USER=(env)
}

teardown() {
    [ ${#PIDS[@]} -eq 0 ] || kill -KILL "${PIDS[@]}" 2>/dev/null || :
    if [ -n "${CGROUP:-}" ]; then
        until rmdir "$CGROUP" 2>/dev/null || [ ! -d "$CGROUP" ]; do
            xargs -r kill -KILL <"$CGROUP/cgroup.procs" 2>/dev/null || :
        done
    fi
    common_teardown
}

# target [CMD...]: a process that does nothing; CMD runs it. Its PID is in $pid.
target() {
    "$@" sleep 1000 3>&- &
    pid=$!
    PIDS+=("$pid")
    until [ "$(cat "/proc/$pid/comm")" = sleep ]; do
        kill -0 "$pid"
    done
}

# user STATUS ARG...: sched as an ordinary user.
user() {
    run --separate-stderr "-$1" "${AS_USER[@]}" "$OSBOX" sched "${@:2}" 3>&-
}

# Skips the test if even an ordinary user may do everything here.
needs_limits() {
    ! "${AS_USER[@]}" chrt -f 1 true 2>/dev/null || skip 'every user may use real time here'
    ! "${AS_USER[@]}" python3 -c 'import os; os.setpriority(0, 0, -1)' 2>/dev/null ||
        skip 'every user may lower the nice value here'
}

# Skips the test unless that can be had here. chrt(1) is bounded: it runs `true`.
needs_real_time() {
    chrt -f 1 true 2>/dev/null || skip 'real time is not permitted here'
}

needs_deadline() {
    chrt -d --sched-runtime 1000000 --sched-deadline 10000000 --sched-period 10000000 0 true 2>/dev/null ||
        skip 'the policy deadline is not permitted here'
}

needs_nice() {
    python3 -c 'import os; os.setpriority(0, 0, -20)' 2>/dev/null || skip 'the nice value cannot be lowered here'
}

needs_trace() {
    can_trace || skip 'strace cannot trace here'
}

# Skips the test unless we can become other users.
needs_privilege() {
    [ "${AS_USER[0]}" = setpriv ] || skip 'this user cannot become another one'
}

# is WANT PID [FIELDS]: what `show` says of it.
is() {
    osbox 0 sched show -g "${3:-policy,sched_priority,nice}" "$2"
    complained ''
    got "$1"
}

# injected WHAT STATUS ARG...: sched below strace, which makes a system call fail.
injected() {
    run --separate-stderr "-$2" traced -f -qq -o trace -e "inject=$1" -- "$OSBOX" sched "${@:3}" 3>&-
    grep -q INJECTED trace
}

# ---- show ----

@test "show: a record with its fields in their order" {
    target
    osbox 0 sched show -J "$pid"
    complained ''
    output=$(python3 -c 'import json, sys; print(*json.load(sys.stdin))' <<<"$output")
    got 'pid policy reset_on_fork sched_priority nice runtime deadline period rr_interval affinity cpu'
}

@test "show: policy, priority, nice value and CPUs of a process" {
    target chrt -b 0 nice -n 3 taskset -c "$LAST"
    osbox 0 sched show -F pid,policy,reset_on_fork,sched_priority,nice,deadline,period,affinity "$pid"
    got "pid=$pid
policy=SCHED_BATCH
reset_on_fork=false
sched_priority=0
nice=$N3
deadline
period
affinity=$LAST"
}

@test "show: without PID, what a program that is run would have" {
    run -0 chrt -b 0 nice -n 3 taskset -c "$FIRST" "$OSBOX" sched show -g policy,nice,affinity 3>&-
    got "SCHED_BATCH	$N3	$FIRST"
    run -0 sh -c 'echo $$; exec "$OSBOX" sched show -g pid' 3>&-
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "show: several processes in the order given, each once" {
    target nice -n 2
    local first=$pid
    target nice -n 1
    osbox 0 sched show -g pid,nice "$pid" "$first" "$pid"
    got "$pid	$N1
$first	$N2"
    local group
    group=$(ps -o pgid= -p "$pid")
    osbox 0 sched show -g pid --pgrp="${group// /}" "$pid" "$first" "$pid"
    [ "$(sort <<<"$output" | uniq -d)" = '' ]
    [ "${lines[0]} ${lines[1]}" = "$pid $first" ]
    osbox 0 sched show -g pid --threads "$pid" "$first" "$pid"
    got "$pid
$first"
}

@test "set: a process that is given twice is set once, with one record" {
    target
    osbox 0 sched set --nice="$N3" -g pid,old_nice,nice "$pid" "$pid"
    got "$pid	$N0	$N3"
    osbox 0 sched set --nice="$N3" -o sh -F pid "$pid" "$pid"
    eval "$output"
    [ "$os_pid" = "$pid" ]
}

@test "set -- CMD: fields require --status, and the program is not run" {
    for option in -gpid -Fpid -F+signal; do
        osbox 125 sched set --nice=19 "$option" -- touch ran
        complained "sched set: '--fields': requires --status, because a program is run"
        [ ! -e ran ]
    done
}

@test "show: a process that does not exist is 66, and the others are shown" {
    target
    osbox 66 sched show -g pid "$pid" 2147483647 "$pid"
    got "$pid"
    complained_of "sched show: '2147483647': " ESRCH
    osbox 66 sched show -J 2147483647
    got ''
    output=$(json error errno applet operation path <<<"$stderr" | tr '\n' ' ')
    got '"ESRCH" 3 "sched show" "sched_getattr" "2147483647" '
}

@test "what is no PID is a usage error, and nothing is done" {
    local bad
    target
    for bad in 0 -1 +1 '' ' ' x 1x ' 1' '1 ' 0x1 1.0 2147483648 4294967297 18446744073709551617 \
        1: 1:0 1:x 1:-1 1:1:1 :1 1:18446744073709551616; do
        osbox 64 sched show -g pid "$pid" -- "$bad"
        got ''
        [ "${#stderr_lines[@]}" -eq 1 ]
        # Behind `--` there is a program.
        [[ $bad == -* ]] || osbox 64 sched set --nice=7 "$pid" "$bad"
        got ''
    done
    is "$N0" "$pid" nice
}

@test "show: a name with a parenthesis and a newline does not hide the CPU" {
    local name=$') R 1 2 3\nx'
    cp "$(command -v sleep)" "./$name"
    taskset -c "$LAST" "./$name" 1000 3>&- &
    pid=$!
    PIDS+=("$pid")
    until grep -q '^) R 1' "/proc/$pid/comm"; do
        kill -0 "$pid"
    done
    is "$LAST	$LAST" "$pid" affinity,cpu
}

@test "show --threads: a thread that ends meanwhile is no error" {
    needs_trace
    injected sched_getattr:error=ESRCH:when=1 0 show --threads -g pid
    got ''
    complained ''
    # A process that was named is one.
    target
    injected sched_getattr:error=ESRCH:when=1 66 show -g pid "$pid"
}

@test "show --pgrp, --user: a process that ends meanwhile is no error" {
    needs_trace
    target setsid
    injected sched_getattr:error=ESRCH:when=1 0 show -g pid --pgrp="$pid"
    got ''
    complained ''
}

@test "show --threads of a process that does not exist: 66" {
    osbox 66 sched show --threads 2147483647
    complained_of "sched show: '2147483647': " ESRCH
}

@test "show --pgrp: a group without a process is 66, and is named" {
    osbox 66 sched show --pgrp=2147483647
    got ''
    complained_of "sched show: '2147483647': " ESRCH
}

@test "show --pgrp: 0 is the own group" {
    not_emulated 'it makes a /proc/self/stat'
    # sh leads it, and osbox is in it.
    run -0 setsid -w sh -c 'echo $$; "$OSBOX" sched show -g pid --pgrp=0; exit $?' 3>&-
    [ "${lines[0]}" = "${lines[1]}" ]
    [ ${#lines[@]} -eq 3 ]
}

@test "show --user: by name and by number; no such user is 67, one without processes 66" {
    osbox 67 sched show --user=no-such-user
    got ''
    complained "sched show: 'no-such-user': no such user"
    osbox 66 sched show --user=4123456789
    complained_of "sched show: '4123456789': " ESRCH
    target
    osbox 0 sched show -g pid --user="$(id -u)"
    grep -qx "$pid" <<<"$output"
    local name
    if name=$(id -un 2>/dev/null); then
        osbox 0 sched show -g pid --user="$name"
        grep -qx "$pid" <<<"$output"
    fi
}

@test "show: without /proc all but the CPU is known" {
    not_emulated 'it makes a /proc/self/stat'
    not_sanitized
    unshare -m true 2>/dev/null || skip 'unshare -m is refused here'
    run --separate-stderr -0 unshare -m sh -c \
        'mount -t tmpfs none /proc && exec "$OSBOX" sched show -J -F policy,cpu' 3>&-
    got '{"policy":"SCHED_OTHER","cpu":null}'
    run --separate-stderr -0 unshare -m sh -c \
        'mount -t tmpfs none /proc && exec "$OSBOX" sched cpus -J -F load_1,load_15,quota,quota_limited' 3>&-
    [[ $output =~ ^'{"load_1":'[0-9]+\.[0-9]{9}',"load_15":'[0-9]+\.[0-9]{9}',"quota":null,"quota_limited":null}'$ ]]
}

# in_new_namespace OPTION...: runs the rest of the command in new namespaces, as any user.
in_new_namespace() {
    apart=(unshare "$1")
    "${apart[@]}" true 2>/dev/null || apart=(unshare -Ur "$1")
    "${apart[@]}" true 2>/dev/null || skip "unshare $1 is refused here"
}

# proc_refused WHY ARG...: each way to list processes is refused in WHY's words, with status 69.
proc_refused() {
    local why=$1 which
    shift
    for which in '--threads 1' --pgrp=0 --user=0; do
        # shellcheck disable=SC2086 # an option and its operand
        run --separate-stderr -69 "$@" "$OSBOX" sched set --nice=19 $which 3>&-
        got ''
        complained "sched set: '/proc': $why; --threads, --pgrp and --user need it"
        # shellcheck disable=SC2086 # an option and its operand
        run --separate-stderr -69 "$@" "$OSBOX" sched show $which 3>&-
        got ''
        complained "sched show: '/proc': $why; --threads, --pgrp and --user need it"
    done
}

@test "the /proc of another PID namespace is not used" {
    not_emulated 'it reads /proc itself'
    local -a apart
    in_new_namespace -pf
    proc_refused 'belongs to another PID namespace' "${apart[@]}"
    # Our own entry has the CPU; what system calls report is reported for all.
    run --separate-stderr -0 "${apart[@]}" sh -c '"$OSBOX" sched show -J -F pid,policy,cpu 1; exit $?' 3>&-
    got '{"pid":1,"policy":"SCHED_OTHER","cpu":null}'
    run --separate-stderr -0 "${apart[@]}" "$OSBOX" sched show -J -F pid,policy,cpu 1 3>&-
    [[ $output =~ ^'{"pid":1,"policy":"SCHED_OTHER","cpu":'[0-9]+'}'$ ]]
    run --separate-stderr -0 "${apart[@]}" "$OSBOX" sched set --nice=19 -g pid,nice 1 3>&-
    got "1	19"
    # One of its own is.
    run --separate-stderr -0 "${apart[@]}" --mount-proc \
        "$OSBOX" sched set --threads --user=0 --pgrp=0 --nice=19 -g pid,nice 3>&-
    [[ $output == *"1	19"* ]]
}

@test "processes cannot be listed without /proc" {
    not_emulated 'it makes a /proc/self/stat'
    not_sanitized
    local -a apart
    in_new_namespace -m
    proc_refused 'not mounted' "${apart[@]}" sh -c 'mount -t tmpfs none /proc && exec "$@"' sh
}

# show_calls THREADS ARG...: the number of system calls, and their list in the file trace, for a process
# with that number of threads.
show_calls() {
    rm -f ready
    python3 - "$1" >ready 3>&- <<'PYTHON' &
import sys, threading, time
threading.stack_size(65536)
for _ in range(int(sys.argv[1]) - 1):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print("ready", flush=True)
time.sleep(1000)
PYTHON
    pid=$!
    PIDS+=("$pid")
    until grep -q ready ready 2>/dev/null; do
        kill -0 "$pid"
    done
    traced -o trace "$OSBOX" sched "${@:2}" --threads "$pid" >/dev/null
    calls=$(wc -l <trace)
}

@test "--threads: as many calls as threads, and none that costs the kernel more the more there are" {
    needs_trace
    local calls few
    show_calls 100 show
    few=$calls
    [ "$(grep -cE 'open.*"/proc/([0-9]+)/task/\1/stat"' trace)" -eq 100 ]
    [ "$(grep -cE '"/proc/[0-9]+/stat"' trace)" -eq 0 ]
    show_calls 400 show
    [ "$calls" -le $((4 * few)) ]
    # Only the CPU is from there.
    show_calls 100 show -F pid,nice
    [ "$(grep -c '/stat"' trace)" -eq 0 ]
    show_calls 100 set --nice="$N2"
    [ "$(grep -c '/stat"' trace)" -eq 0 ]
    few=$calls
    show_calls 400 set --nice="$N2"
    [ "$calls" -le $((4 * few)) ]
}

@test "show: every format" {
    target taskset -c "$FIRST"
    local -a show=(0 sched show -F 'policy,nice,reset_on_fork,deadline,affinity' "$pid")
    osbox "${show[@]}" -o text
    got "policy=SCHED_OTHER
nice=$N0
reset_on_fork=false
deadline
affinity=$FIRST"
    osbox "${show[@]}" -J
    got "{\"policy\":\"SCHED_OTHER\",\"nice\":$N0,\"reset_on_fork\":false,\"deadline\":null,\"affinity\":[$FIRST]}"
    osbox "${show[@]}" -o csv
    got "policy,nice,reset_on_fork,deadline,affinity
SCHED_OTHER,$N0,false,,$FIRST"
    osbox "${show[@]}" -o tsv
    got "policy	nice	reset_on_fork	deadline	affinity
SCHED_OTHER	$N0	false	\\N	$FIRST"
    osbox "${show[@]}" -o value
    got "SCHED_OTHER	$N0	false		$FIRST"
    osbox 0 sched show -o table -F policy,nice,deadline,reset_on_fork "$pid"
    got "policy       nice  deadline  reset_on_fork
SCHED_OTHER  $(printf %4d "$N0")         -  false"
    for shell in dash bash zsh ash; do
        command -v "${shell/ash/busybox}" >/dev/null || continue
        # shellcheck disable=SC2046 # words
        output=$(os_deadline=stale $(shell_command $shell) -c \
            'eval "$("$OSBOX" sched show -o sh "$1")" && echo "$os_policy $os_nice $os_affinity ${os_deadline-unset}"' \
            sh "$pid")
        got "SCHED_OTHER $N0 $FIRST unset"
    done
}

@test "-o sh: one process only, and an error leaves no variable" {
    target
    osbox 64 sched show -o sh "$pid" "$$"
    osbox 66 sched show -o sh -F policy 2147483647
    got "unset os_error os_policy; os_error='ESRCH'; (exit 66)"
}

# ---- set: policies ----

@test "set: prints what is and what was" {
    target nice -n 1 taskset -c "$LAST"
    osbox 0 sched set --nice="$N4" --policy=batch --reset-on-fork=yes --affinity="$ALLOWED" -o csv -F \
        pid,policy,reset_on_fork,sched_priority,nice,old_policy,old_reset_on_fork,old_sched_priority,old_nice,old_affinity \
        "$pid"
    complained ''
    got "pid,policy,reset_on_fork,sched_priority,nice,old_policy,old_reset_on_fork,old_sched_priority,old_nice,old_affinity
$pid,SCHED_BATCH,true,0,$N4,SCHED_OTHER,false,0,$N1,$LAST"
    is "$ALLOWED" "$pid" affinity
    osbox 0 sched set --nice="$N4" -J "$pid"
    output=$(python3 -c 'import json, sys; print(*json.load(sys.stdin))' <<<"$output")
    got 'pid policy reset_on_fork sched_priority nice runtime deadline period rr_interval affinity old_policy old_reset_on_fork old_sched_priority old_nice old_affinity'
}

@test "set: what is not given stays" {
    target nice -n 2 taskset -c "$LAST"
    local fields=policy,reset_on_fork,nice,affinity
    osbox 0 sched set --policy=batch -g $fields "$pid"
    got "SCHED_BATCH	false	$N2	$LAST"
    osbox 0 sched set --reset-on-fork=yes -g $fields "$pid"
    got "SCHED_BATCH	true	$N2	$LAST"
    osbox 0 sched set --nice="$N3" -g $fields "$pid"
    got "SCHED_BATCH	true	$N3	$LAST"
    osbox 0 sched set --affinity="$LAST" -g $fields "$pid"
    got "SCHED_BATCH	true	$N3	$LAST"
    osbox 0 sched set --policy=other -g $fields "$pid"
    got "SCHED_OTHER	true	$N3	$LAST"
    osbox 0 sched set --priority=0 -g $fields "$pid"
    got "SCHED_OTHER	true	$N3	$LAST"
}

@test "set: the normal policies, for anybody; chrt agrees" {
    target "${AS_USER[@]}"
    local policy
    for policy in batch other batch idle; do
        user 0 set --policy=$policy -g policy "$pid"
        got "SCHED_${policy^^}"
        chrt -p "$pid" | grep -q "SCHED_${policy^^}\$"
    done
}

@test "set: fifo and rr, their priorities, and back" {
    needs_real_time
    target nice -n 3
    osbox 0 sched set --policy=fifo --priority=1 -g policy,sched_priority,nice "$pid"
    got "SCHED_FIFO	1	$N3"
    chrt -p "$pid" | grep -q SCHED_FIFO
    osbox 0 sched set --priority=2 -g policy,sched_priority,old_policy,old_sched_priority "$pid"
    got 'SCHED_FIFO	2	SCHED_FIFO	1'
    osbox 0 sched set --policy=rr --priority=99 -g policy,sched_priority,nice "$pid"
    got "SCHED_RR	99	$N3"
    osbox 0 sched set --policy=other -g policy,sched_priority,nice,old_policy,old_sched_priority "$pid"
    got "SCHED_OTHER	0	$N3	SCHED_RR	99"
}

@test "set --nice alone on a thread of real time is kept for when it leaves it" {
    needs_real_time
    target chrt -f 5
    osbox 0 sched set --nice="$N7" -g policy,sched_priority,nice,old_nice "$pid"
    got "SCHED_FIFO	5	$N7	$N0"
    osbox 0 sched set --policy=other -g policy,nice "$pid"
    got "SCHED_OTHER	$N7"
}

@test "set: priority and nice value at once" {
    needs_real_time
    target
    osbox 0 sched set --policy=rr --priority=4 --nice="$N6" -g policy,sched_priority,nice "$pid"
    got "SCHED_RR	4	$N6"
    osbox 0 sched set --policy=batch --nice="$N5" -g policy,sched_priority,nice "$pid"
    got "SCHED_BATCH	0	$N5"
}

@test "set: deadline with its three durations; the period is the deadline if not given" {
    needs_deadline
    target
    local fields=policy,runtime,deadline,period
    osbox 0 sched set --policy=deadline --runtime=1ms --deadline=10ms -g $fields "$pid"
    got 'SCHED_DEADLINE	0.001000000	0.010000000	0.010000000'
    osbox 0 sched set --policy=deadline --runtime=2ms --deadline=10ms --period=20ms -g $fields "$pid"
    got 'SCHED_DEADLINE	0.002000000	0.010000000	0.020000000'
    osbox 0 sched set --policy=other -g policy,deadline,period "$pid"
    got 'SCHED_OTHER		'
}

@test "set: a deadline thread keeps its durations when another thing is set" {
    needs_deadline
    target
    local fields=policy,runtime,deadline,period,reset_on_fork,nice
    osbox 0 sched set --policy=deadline --runtime=1ms --deadline=10ms --period=20ms "$pid"
    osbox 0 sched set --reset-on-fork=yes -g $fields "$pid"
    got "SCHED_DEADLINE	0.001000000	0.010000000	0.020000000	true	$N0"
    osbox 0 sched set --nice="$N2" -g $fields "$pid"
    got "SCHED_DEADLINE	0.001000000	0.010000000	0.020000000	true	$N2"
}

@test "set: a deadline that cannot be is EINVAL" {
    needs_deadline
    target
    local durations
    # Less than 1024 ns; more than the deadline; a deadline beyond the period.
    for durations in '1023ns 10ms 10ms' '11ms 10ms 10ms' '1ms 10ms 9ms'; do
        # shellcheck disable=SC2086 # words
        set -- $durations
        osbox 71 sched set --policy=deadline --runtime="$1" --deadline="$2" --period="$3" "$pid"
        got ''
        complained_of "sched set: '$pid': " EINVAL
    done
    is SCHED_OTHER "$pid" policy
}

# needs_slice: skips the test unless the kernel has slices for a normal policy.
needs_slice() {
    [ "$("$OSBOX" sched set --runtime=5ms --no-strict -- "$OSBOX" sched show -g runtime)" = 0.005000000 ] ||
        skip 'this kernel has no slices for a normal policy (before Linux 6.12)'
}

@test "set --runtime alone is the slice of the policies other and batch; 0 is the default" {
    needs_slice
    target
    local default
    default=$("$OSBOX" sched show -g runtime "$pid")
    osbox 0 sched set --runtime=100us -g policy,runtime "$pid"
    got 'SCHED_OTHER	0.000100000'
    osbox 0 sched set --runtime=100ms -g policy,runtime "$pid"
    got 'SCHED_OTHER	0.100000000'
    osbox 0 sched set --policy=batch --nice="$N5" --runtime=7ms -g policy,nice,runtime "$pid"
    got "SCHED_BATCH	$N5	0.007000000"
    is 'SCHED_BATCH	0.007000000' "$pid" policy,runtime
    osbox 0 sched set --runtime=0 -g policy,runtime "$pid"
    got "SCHED_BATCH	$default"
    osbox 0 sched set --runtime=3ms -- "$OSBOX" sched show -g policy,runtime
    got 'SCHED_OTHER	0.003000000'
    osbox 0 sched set --runtime=3ms --status=record -- "$OSBOX" sched show -g policy,runtime
    got 'SCHED_OTHER	0.003000000'
}

@test "set --runtime: a slice that the kernel limits is EPROTO, 76, unless there is --no-strict" {
    needs_slice
    target
    "$OSBOX" sched set --runtime=5ms "$pid"
    local given
    for given in '99999ns 0.000100000 0.000099999' '1ns 0.000100000 0.000000001' \
        '100000001ns 0.100000000 0.100000001' '1h 0.100000000 3600.000000000'; do
        # shellcheck disable=SC2086 # words
        set -- $given
        osbox 76 sched set --policy=batch --nice="$N5" --runtime="$1" "$pid"
        got ''
        [[ $stderr == "sched set: '$pid': "*"[EPROTO] (the slice is $2 s, not $3 s; --no-strict accepts that)" ]]
        is 'SCHED_OTHER	0.005000000' "$pid" policy,runtime
        osbox 125 sched set --runtime="$1" -- touch ran
        [[ $stderr == *"[EPROTO] (the slice is $2 s, not $3 s; --no-strict accepts that)" ]]
        osbox 0 sched set --no-strict --runtime="$1" -- "$OSBOX" sched show -g runtime
        got "$2"
    done
    [ ! -e ran ]
    osbox 0 sched set --no-strict --runtime=1s -g runtime "$pid"
    got 0.100000000
}

@test "set --runtime alone, with another policy: a usage error" {
    target
    osbox 64 sched set --policy=idle --runtime=1ms "$pid"
    osbox 64 sched set --policy=fifo --priority=1 --runtime=1ms "$pid"
    osbox 64 sched set --policy=deadline --runtime=1ms "$pid"
    osbox 125 sched set --policy=idle --runtime=1ms -- touch ran
    is SCHED_OTHER "$pid" policy
    osbox 0 sched set --policy=idle -g policy "$pid"
    osbox 64 sched set --runtime=1ms "$pid"
    got ''
    [ "$stderr" = "sched set: '--runtime': requires the policy other or batch, or --deadline" ]
}

@test "set: --deadline and --period are of the policy deadline" {
    target
    local before
    before=$("$OSBOX" sched show -g policy,runtime,deadline,period "$pid")
    osbox 64 sched set --deadline=1ms "$pid"
    osbox 64 sched set --policy=deadline --period=1ms "$pid"
    osbox 64 sched set --runtime=1ms --deadline=10ms "$pid"
    osbox 64 sched set --policy=batch --runtime=1ms --deadline=10ms "$pid"
    osbox 64 sched set --policy=fifo --priority=1 --runtime=1ms --deadline=10ms "$pid"
    osbox 64 sched set --policy=deadline "$pid"
    got ''
    is "$before" "$pid" policy,runtime,deadline,period
}

@test "set: priorities that the policy does not have are EINVAL, and change nothing" {
    target
    local given
    for given in 'fifo 0' 'fifo 100' 'rr 0' 'rr 100' 'other 5' 'batch 1' 'idle 1' 'fifo 2147483647' 'other 2147483647'; do
        osbox 71 sched set --policy="${given% *}" --priority="${given#* }" "$pid"
        got ''
        complained_of "sched set: '$pid': " EINVAL
    done
    osbox 71 sched set --priority=5 "$pid"
    is "SCHED_OTHER	0	$N0" "$pid"
}

@test "set: numbers that are none are usage errors, and say what they are not" {
    target
    local bad
    for bad in -1 x '' 1x 4294967297 18446744073709551617 1.5; do
        osbox 64 sched set --policy=fifo --priority="$bad" "$pid"
        [[ $stderr != *descriptor* ]]
    done
    for bad in 20 -21 x '' 1.5 4294967296; do
        osbox 64 sched set --nice="$bad" "$pid"
        [[ $stderr == "sched set: '--nice"* ]]
    done
    for bad in sporadic 4 OTHER SCHED_OTHER ''; do
        osbox 64 sched set --policy="$bad" "$pid"
    done
    for bad in 1 true ja ''; do
        osbox 64 sched set --reset-on-fork="$bad" "$pid"
    done
    for bad in -1 x ''; do
        osbox 64 sched show --pgrp="$bad"
        [[ $stderr != *descriptor* ]]
    done
    is "SCHED_OTHER	0	$N0" "$pid"
}

@test "set: fifo and rr need a priority" {
    target
    osbox 64 sched set --policy=fifo "$pid"
    complained "sched set: '--policy': fifo and rr require a priority from 1 to 99"
    osbox 64 sched set --policy=rr "$pid"
}

@test "set: what, and of what, has to be said" {
    target
    osbox 64 sched set "$pid"
    osbox 64 sched set --no-strict --explain "$pid"
    osbox 64 sched set --nice="$N1"
    osbox 64 sched set --threads --nice="$N1"
    got ''
    osbox 64 sched set --nice="$N1" --status=record "$pid"
    [ ! -e record ]
    is "$N0" "$pid" nice
}

@test "set --policy=ext without a kernel that has it is EINVAL" {
    [ ! -e /sys/kernel/sched_ext ] || skip 'this kernel has it'
    target
    osbox 71 sched set --policy=ext "$pid"
    complained_of "sched set: '$pid': " EINVAL
}

# ---- set: nice ----

@test "set --nice: from -20 to 19, -1 too" {
    needs_nice
    target
    local nice old=$N0
    for nice in 19 -20 -1 0 1 -19; do
        osbox 0 sched set --nice=$nice -g nice,old_nice "$pid"
        complained ''
        got "$nice	$old"
        [ "$(ps -o ni= -p "$pid" | tr -d ' ')" = $nice ]
        old=$nice
    done
}

@test "set --nice is the value, not an increment" {
    run -0 nice -n 3 "$OSBOX" sched set --nice="$N5" -- nice 3>&-
    got "$N5"
    target nice -n 3
    osbox 0 sched set --nice="$N5" -g nice "$pid"
    got "$N5"
}

# ---- set: reset on fork ----

@test "set --reset-on-fork: kept until it is taken away, and children begin anew" {
    needs_nice
    target
    osbox 0 sched set --reset-on-fork=yes -g reset_on_fork,old_reset_on_fork "$pid"
    got 'true	false'
    osbox 0 sched set --policy=batch -g policy,reset_on_fork "$pid"
    got 'SCHED_BATCH	true'
    osbox 0 sched set --policy=other --nice=-3 -g policy,reset_on_fork,nice "$pid"
    got 'SCHED_OTHER	true	-3'
    osbox 0 sched set --reset-on-fork=no -g reset_on_fork,old_reset_on_fork "$pid"
    got 'false	true'
    run -0 "$OSBOX" sched set --nice=-3 --reset-on-fork=yes -- sh -c 'nice; (nice); : ' 3>&-
    # `nice` is a child of sh.
    got '0
0'
}

@test "set --reset-on-fork with real time: the children have the usual policy" {
    needs_real_time
    run -0 "$OSBOX" sched set --policy=fifo --priority=2 --reset-on-fork=yes -- \
        sh -c '"$OSBOX" sched show -g policy,reset_on_fork,sched_priority,nice "$$"; "$OSBOX" sched show -g policy,reset_on_fork,sched_priority,nice; :' 3>&-
    got "SCHED_FIFO	true	2	$N0
SCHED_OTHER	false	0	0"
}

# ---- set: affinity ----

@test "set --affinity: a CPU that is not there is named, and nothing is changed" {
    target taskset -c "$LAST"
    osbox 69 sched set --affinity="$FIRST,$ABSENT" "$pid"
    got ''
    complained "sched set: '$FIRST,$ABSENT': CPU $ABSENT cannot be had: nothing is changed (--no-strict takes the others)"
    is "$LAST" "$pid" affinity
    osbox 69 sched set --affinity="$FIRST-$ABSENT" "$pid"
    [[ $stderr == *"CPU "*"$ABSENT cannot be had"* ]]
    is "$LAST" "$pid" affinity
    osbox 69 sched set -J --affinity="$FIRST,$ABSENT" "$pid"
    output=$(json error errno applet path <<<"$stderr" | tr '\n' ' ')
    got "\"EX_UNAVAILABLE\" null \"sched set\" \"$FIRST,$ABSENT\" "
}

@test "set --affinity: where none is there it names them too" {
    target
    osbox 69 sched set --affinity="$ABSENT" "$pid"
    [[ $stderr == *"CPU $ABSENT"* ]]
    is "$ALLOWED" "$pid" affinity
}

@test "set --affinity: what lacks is told in few words" {
    target
    osbox 69 sched set --affinity="$FIRST,$ABSENT-1048575" "$pid"
    [ ${#stderr} -lt 300 ]
    [[ $stderr == *"CPU $ABSENT-1048575 cannot be had"* ]]
    osbox 69 sched set --affinity="$FIRST,$((ABSENT + 1)),$((ABSENT + 3))" "$pid"
    [[ $stderr == *"$((ABSENT + 1)), "*"$((ABSENT + 3)) cannot be had"* ||
        $stderr == *"$((ABSENT + 1)),$((ABSENT + 3)) cannot be had"* ]]
}

@test "set --affinity --no-strict takes what is there" {
    target taskset -c "$LAST"
    osbox 0 sched set --no-strict --affinity="$FIRST,$ABSENT" -g affinity,old_affinity "$pid"
    complained ''
    got "$FIRST	$LAST"
    osbox 69 sched set --no-strict --affinity="$ABSENT" "$pid"
    complained "sched set: '$ABSENT': CPU $ABSENT cannot be had: nothing is changed"
    is "$FIRST" "$pid" affinity
}

@test "set --affinity: masks and lists of 8192 CPUs and more" {
    target taskset -c "$LAST"
    local mask
    printf -v mask '%4096s' ''
    osbox 0 sched set --no-strict --affinity="0x${mask// /f}" -g affinity "$pid"
    got "$ALLOWED"
    osbox 0 sched set --no-strict --affinity=0-8191 -g affinity "$pid"
    got "$ALLOWED"
    osbox 0 sched set --no-strict --affinity=0-1048575 -g affinity "$pid"
    got "$ALLOWED"
    osbox 0 sched set --no-strict --affinity="$FIRST,8191" -g affinity "$pid"
    got "$FIRST"
}

@test "set --affinity: lists, strides and masks" {
    target
    local given
    [ "$FIRST" -eq 0 ] || skip 'CPU 0 is not ours'
    for given in 0 00 0,0 0-0 0-0:1 0-0:7 0x1 0X1 0x0001 0x00000000,00000001 0,0-0,0; do
        osbox 0 sched set --affinity=$given -g affinity "$pid"
        got 0
    done
    [[ $ALLOWED == 0-* ]] || skip 'CPU 1 is not ours'
    for given in 0-1 0,1 1,0 0-1:1 0x3 0x000000003 1,0-1; do
        osbox 0 sched set --affinity=$given -g affinity "$pid"
        got 0-1
    done
    for given in 1 1-1 0x2 0X0002; do
        osbox 0 sched set --affinity=$given -g affinity "$pid"
        got 1
    done
    osbox 0 sched set --affinity=0-1:2 -g affinity "$pid"
    got 0
}

@test "set --affinity: what is no list is refused at once, and nothing is done" {
    target taskset -c "$LAST"
    local -a bad=(
        '' 'empty' '0--1' 'not a CPU list' '5-2' 'reversed range' '0-1:0' 'stride of 0'
        '0 ,1' 'not a CPU list' '0, 1' 'not a CPU list' ' 0' 'not a CPU list' '0 ' 'not a CPU list'
        '-1' 'not a CPU list' '0,' 'not a CPU list' ',0' 'not a CPU list' '0,,1' 'not a CPU list'
        '0-' 'not a CPU list' '0-1:' 'not a CPU list' '0:2' 'not a CPU list' '0-1-2' 'not a CPU list'
        'f' 'not a CPU list' '+0' 'not a CPU list' '0-0x3' 'not a CPU list' 'all' 'not a CPU list'
        '0-18446744073709551615' 'CPU number too large' '4294967296' 'CPU number too large'
        '18446744073709551616' 'CPU number too large' '0,4294967297' 'CPU number too large'
        '1048576' 'CPU number too large' '0x' 'not a CPU mask' '0xg' 'not a CPU mask'
        '0x0' 'no CPU in the mask' '0x00000000,00000000' 'no CPU in the mask' '0x1,1' 'not a CPU mask'
        '0x1,' 'not a CPU mask' '0x-1' 'not a CPU mask' '0x000000001,00000000' 'not a CPU mask'
    )
    local row at
    for ((row = 0; row < ${#bad[@]}; row += 2)); do
        run --separate-stderr -64 timeout 10 "$OSBOX" sched set --no-strict --affinity="${bad[row]}" "$pid" 3>&-
        got ''
        at=--affinity${bad[row]:+=${bad[row]}}
        complained "sched set: '$at': ${bad[row + 1]}"
    done
    is "$LAST" "$pid" affinity
}

@test "set --affinity of a kernel thread that is bound to its CPU is EINVAL" {
    local thread
    thread=$(python3 -c '
import os
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    except OSError:
        continue
    if int(fields[6]) & 0x04200000 == 0x04200000:  # PF_NO_SETAFFINITY, PF_KTHREAD
        print(pid)
        break')
    [ -n "$thread" ] || skip 'there is no such thread here'
    osbox 71 sched set --affinity="$FIRST" "$thread"
    got ''
    complained_of "sched set: '$thread': " EINVAL
    osbox 0 sched show -g pid "$thread"
    got "$thread"
}

# ---- set: which ----

@test "set: a process that does not exist is 66, and the others are set" {
    target
    osbox 66 sched set --nice="$N3" -g pid,nice 2147483647 "$pid"
    got "$pid	$N3"
    complained_of "sched set: '2147483647': " ESRCH
}

@test "set: PID:INODE of another process is 66, and it is not touched" {
    local first ino
    target
    read -r first ino < <("$OSBOX" spawn --nowait -g pid,pidfd_ino sleep 1000 3>&-)
    PIDS+=("$first")
    [ -n "$ino" ] || skip 'this kernel does not number pidfds'
    osbox 66 sched set --nice="$N9" "$pid:$ino"
    got ''
    complained_of "sched set: '$pid:$ino': " ESRCH
    is "$N0" "$pid" nice
    osbox 66 sched set --nice="$N2" -g pid,nice "$pid:$ino" "$first:$ino"
    got "$first	$N2"
    is "$N0" "$pid" nice
    osbox 66 sched show -g pid "$first:$ino" "$pid:$ino"
    got "$first"
    osbox 66 sched set --nice="$N9" "$first:$((ino + 1))"
    osbox 66 sched set --nice="$N9" "2147483647:$ino"
    osbox 0 sched show -g nice "$first:$ino"
    got "$N2"
}

@test "set and show of a zombie: what the kernel does" {
    # A shell might wait for it.
    python3 -c 'import os, time
pid = os.fork() or os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
time.sleep(1000)' >zombie 3>&- &
    PIDS+=("$!")
    until [ -s zombie ]; do
        kill -0 "$!"
    done
    pid=$(cat zombie)
    grep -q '^State:.Z' "/proc/$pid/status"
    is "SCHED_OTHER	0	$N0" "$pid"
    osbox 0 sched show --threads -g pid "$pid"
    got "$pid"
    osbox 0 sched set --nice="$N4" --policy=batch -g policy,nice "$pid"
    got "SCHED_BATCH	$N4"
}

@test "set --threads: every thread, and nothing else" {
    cat >threads.py <<'PYTHON'
import sys, threading, time
for _ in range(5):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
open("ready", "w").close()
time.sleep(1000)
PYTHON
    python3 threads.py 3>&- &
    pid=$!
    PIDS+=("$pid")
    until [ -e ready ]; do
        kill -0 "$pid"
    done
    local threads want
    threads=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n)
    [ "$(wc -l <<<"$threads")" -eq 6 ]
    # Without it: the main thread alone.
    osbox 0 sched set --nice="$N2" -g pid,nice "$pid"
    got "$pid	$N2"
    osbox 0 sched show --threads -g nice "$pid"
    got "$N2$(printf "\n$N0%.0s" 1 2 3 4 5)"
    # shellcheck disable=SC2086 # words
    want=$(printf "%s\t$N3\t$LAST\n" $threads)
    osbox 0 sched set --threads --nice="$N3" --affinity="$LAST" -g pid,nice,affinity "$pid"
    [ "$(sort -n <<<"$output")" = "$want" ]
    osbox 0 sched show --threads -g pid,nice,affinity "$pid"
    [ "$(sort -n <<<"$output")" = "$want" ]
    # One thread by its own number.
    local last=${threads##*$'\n'}
    osbox 0 sched set --nice="$N5" -g pid,nice "$last"
    got "$last	$N5"
    is "$N3" "$pid" nice
}

@test "set --pgrp: every process of the group, and no other" {
    target setsid
    local leader=$pid
    target
    osbox 0 sched set --nice="$N6" --pgrp="$leader" -g pid,nice,old_nice
    got "$leader	$N6	$N0"
    is "$N0" "$pid" nice
    osbox 66 sched set --nice="$N6" --pgrp=2147483647
    got ''
}

@test "set --user: every process of the real user, and no other" {
    needs_privilege
    [ "$("$OSBOX" sched show --user=3987654321 2>&1 >/dev/null | wc -l)" -eq 1 ]
    target setpriv --ruid=3987654321
    local of_user=$pid
    target setpriv --euid=3987654321
    osbox 0 sched set --nice="$N6" --user=3987654321 -g pid,nice
    got "$of_user	$N6"
    is "$N0" "$pid" nice
}

@test "set: operands, groups and users go together" {
    target setsid
    local leader=$pid
    target
    osbox 0 sched set --nice="$N1" --pgrp="$leader" -g pid,nice "$pid"
    [ "$(sort <<<"$output")" = "$(printf "%s\t$N1\n" "$leader" "$pid" | sort)" ]
}

# ---- not permitted ----

@test "an ordinary user has no real time: 77, EPERM, and the capability is named" {
    needs_limits
    target "${AS_USER[@]}"
    user 77 set --policy=fifo --priority=10 "$pid"
    got ''
    [[ $stderr == "sched set: '$pid': "*' [EPERM] (needs CAP_SYS_NICE)' ]]
    user 77 set --policy=rr --priority=1 -J "$pid"
    output=$(json error errno capability operation <<<"$stderr" | tr '\n' ' ')
    got '"EPERM" 1 "CAP_SYS_NICE" "sched_setattr" '
    is "SCHED_OTHER	0	$N0" "$pid"
}

@test "--explain names RLIMIT_RTPRIO and RLIMIT_NICE and their values" {
    needs_limits
    target "${AS_USER[@]}"
    local rtprio nice
    rtprio=$(awk '/^Max realtime priority/ { print $4 }' "/proc/$pid/limits")
    nice=$(awk '/^Max nice priority/ { print $4 }' "/proc/$pid/limits")
    user 77 set --policy=fifo --priority=10 --explain "$pid"
    got ''
    [[ ${stderr_lines[0]} == "sched set: '$pid': "*'[EPERM] (needs CAP_SYS_NICE)' ]]
    grep -qx 'sched set: note: this process does not have CAP_SYS_NICE.*' <<<"$stderr"
    grep -qx "sched set: note: RLIMIT_RTPRIO is $rtprio: .*" <<<"$stderr"
    grep -qx "sched set: note: RLIMIT_NICE is $nice: .*" <<<"$stderr"
    grep -qx "sched set: note: sched_rt_runtime_us is $(cat /proc/sys/kernel/sched_rt_runtime_us): .*" <<<"$stderr"
    user 77 set --nice=-1 --explain "$pid"
    [[ ${stderr_lines[0]} == "sched set: '$pid': "*'[EACCES] (needs CAP_SYS_NICE)' ]]
    grep -q 'RLIMIT_NICE is ' <<<"$stderr"
    user 77 set --policy=fifo --priority=10 --explain -J "$pid"
    [ "$(json applet <<<"$stderr" | sort -u)" = '"sched set"' ]
    # Nothing to explain where nothing is refused.
    user 0 set --nice="$N1" --explain -g nice "$pid"
    complained ''
    user 71 set --priority=4 --explain "$pid"
    [ ${#stderr_lines[@]} -eq 1 ]
}

@test "--explain: the limits are those of the process that is set" {
    needs_limits
    needs_privilege
    prlimit --rtprio=5:5 --nice=25:25 true 2>/dev/null || skip 'limits cannot be raised here'
    needs_real_time
    target prlimit --rtprio=5:5 --nice=25:25 setpriv --reuid=65534 --regid=65534 --clear-groups
    user 0 set --policy=fifo --priority=5 -g policy,sched_priority "$pid"
    got 'SCHED_FIFO	5'
    user 77 set --policy=fifo --priority=6 --explain "$pid"
    grep -q 'RLIMIT_RTPRIO is 5:' <<<"$stderr"
    user 0 set --policy=other --nice=-5 -g policy,nice "$pid"
    got 'SCHED_OTHER	-5'
    user 77 set --nice=-6 --explain "$pid"
    grep -q 'RLIMIT_NICE is 25:' <<<"$stderr"
    is 'SCHED_OTHER	0	-5' "$pid"
}

@test "--explain: that the process is another user's comes first, and alone" {
    needs_limits
    needs_privilege
    local note="sched set: note: it belongs to another user: only CAP_SYS_NICE helps" what users
    target
    for what in --nice="$N1" --policy=batch --affinity="$FIRST" '--policy=fifo --priority=1'; do
        # shellcheck disable=SC2086 # words
        user 77 set $what --explain "$pid"
        [[ ${stderr_lines[0]} == "sched set: '$pid': "*' [EPERM] (needs CAP_SYS_NICE)' ]]
        [ "${stderr_lines[1]}" = "$note" ]
        [ ${#stderr_lines[@]} -eq 2 ]
    done
    is "SCHED_OTHER	$N0	$ALLOWED" "$pid" policy,nice,affinity
    # The real or the effective user is enough: then it is the limits.
    for users in '--ruid=65534 --euid=1' '--ruid=1 --euid=65534'; do
        # shellcheck disable=SC2086 # words
        target setpriv $users --clear-groups
        user 0 set --nice="$N1" -g nice "$pid"
        user 77 set --nice=-1 --explain "$pid"
        [[ ${stderr_lines[1]} == 'sched set: note: this process does not have CAP_SYS_NICE'* ]]
    done
}

@test "--explain: a cgroup without real time" {
    needs_real_time
    [ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || skip 'there is no cpu controller of cgroup v1 that has it'
    CGROUP=/sys/fs/cgroup/cpu/osbox-test.$$
    mkdir "$CGROUP" 2>/dev/null || { CGROUP= && skip 'no cgroup can be made here'; }
    [ "$(cat "$CGROUP/cpu.rt_runtime_us")" = 0 ]
    target
    echo "$pid" >"$CGROUP/cgroup.procs"
    osbox 77 sched set --policy=fifo --priority=1 --explain "$pid"
    # We do have the capability: it is not named as missing.
    [[ ${stderr_lines[0]} == "sched set: '$pid': "*' [EPERM]' ]]
    grep -q 'note: cpu.rt_runtime_us of its cgroup is 0: ' <<<"$stderr"
}

@test "an ordinary user raises the nice value and cannot lower it" {
    needs_limits
    target "${AS_USER[@]}"
    user 0 set --nice="$N5" -g nice "$pid"
    got "$N5"
    user 77 set --nice="$N4" "$pid"
    [[ $stderr == "sched set: '$pid': "*' [EACCES] (needs CAP_SYS_NICE)' ]]
    user 0 set --nice="$N5" -g nice,old_nice "$pid"
    got "$N5	$N5"
}

@test "an ordinary user leaves idle only where RLIMIT_NICE allows the nice value" {
    needs_limits
    target "${AS_USER[@]}"
    user 0 set --policy=idle -g policy "$pid"
    user 77 set --policy=other "$pid"
    user 77 set --policy=batch "$pid"
    is SCHED_IDLE "$pid" policy
    needs_privilege
    prlimit --nice=20:20 true 2>/dev/null || skip 'limits cannot be raised here'
    target prlimit --nice=20:20 setpriv --reuid=65534 --regid=65534 --clear-groups
    user 0 set --policy=idle -g policy "$pid"
    user 0 set --policy=other -g policy "$pid"
    got SCHED_OTHER
}

@test "an ordinary user sets reset-on-fork and cannot take it away" {
    needs_limits
    target "${AS_USER[@]}"
    user 0 set --reset-on-fork=yes -g reset_on_fork "$pid"
    got true
    user 77 set --reset-on-fork=no "$pid"
    user 0 set --policy=batch -g policy,reset_on_fork "$pid"
    got 'SCHED_BATCH	true'
}

@test "processes of other users: shown, not set" {
    needs_limits
    needs_privilege
    target
    user 0 show -g pid,policy "$pid"
    got "$pid	SCHED_OTHER"
    user 77 set --nice="$N1" "$pid"
    user 77 set --policy=batch "$pid"
    user 77 set --affinity="$FIRST" "$pid"
    [[ $stderr == "sched set: '$pid': "*' [EPERM] (needs CAP_SYS_NICE)' ]]
    is "SCHED_OTHER	$N0	$ALLOWED" "$pid" policy,nice,affinity
}

@test "a set that is refused changes nothing, also of what would be allowed" {
    needs_limits
    target "${AS_USER[@]}" taskset -c "$LAST"
    user 77 set --affinity="$FIRST" --policy=fifo --priority=10 "$pid"
    is "SCHED_OTHER	$N0	$LAST" "$pid" policy,nice,affinity
    user 77 set --affinity="$FIRST" --nice=-5 "$pid"
    is "SCHED_OTHER	$N0	$LAST" "$pid" policy,nice,affinity
    user 77 set --policy=batch --nice=-5 "$pid"
    is "SCHED_OTHER	$N0	$LAST" "$pid" policy,nice,affinity
    osbox 71 sched set --affinity="$FIRST" --policy=other --priority=4 "$pid"
    is "SCHED_OTHER	$N0	$LAST" "$pid" policy,nice,affinity
    user 69 set --affinity="$FIRST,$ABSENT" --policy=batch --nice="$N5" "$pid"
    is "SCHED_OTHER	$N0	$LAST" "$pid" policy,nice,affinity
    user 69 set --affinity="$ABSENT" --policy=idle "$pid"
    is "SCHED_OTHER	$N0	$LAST" "$pid" policy,nice,affinity
    user 69 set --affinity="$FIRST,$ABSENT" --reset-on-fork=yes "$pid"
    is "false	$LAST" "$pid" reset_on_fork,affinity
}

@test "a set that is refused makes no change that an ordinary user could not take back" {
    needs_limits
    local fields=policy,reset_on_fork,nice,affinity more
    for more in '' --reset-on-fork=yes "--affinity=$FIRST" "--reset-on-fork=yes --affinity=$FIRST"; do
        target "${AS_USER[@]}" taskset -c "$LAST"
        # shellcheck disable=SC2086 # words
        user 77 set --policy=idle --nice=-5 $more "$pid"
        [[ $stderr == "sched set: '$pid': "*' [EACCES] (needs CAP_SYS_NICE)' ]]
        is "SCHED_OTHER	false	$N0	$LAST" "$pid" $fields
        # shellcheck disable=SC2086 # words
        user 77 set --policy=fifo --priority=1 --nice="$N5" $more "$pid"
        is "SCHED_OTHER	false	$N0	$LAST" "$pid" $fields
    done
    user 0 set --policy=idle "$pid"
    user 77 set --reset-on-fork=yes --nice=-1 "$pid"
    user 77 set --policy=batch --nice="$N5" --reset-on-fork=yes --affinity="$FIRST" "$pid"
    is "SCHED_IDLE	false	$N0	$LAST" "$pid" $fields
    # Of what it may do all is done.
    user 0 set --policy=idle --nice="$N5" --reset-on-fork=yes --affinity="$FIRST" -g $fields "$pid"
    got "SCHED_IDLE	true	$N5	$FIRST"
}

# An affinity that is set by the first call, a nice value by the second or the third.
@test "a set of which any system call fails changes nothing" {
    needs_trace
    needs_real_time
    needs_nice
    local fields=policy,sched_priority,reset_on_fork,nice,affinity,runtime,deadline,period
    local before failing from to nice
    local -a start=('--policy=other' '--policy=idle' '--policy=rr --priority=9')
    local -a target=('--policy=idle' '--policy=fifo --priority=3')
    if chrt -d --sched-runtime 1000000 --sched-deadline 10000000 --sched-period 10000000 0 true 2>/dev/null; then
        start+=('--policy=deadline --runtime=1ms --deadline=10ms --period=20ms')
        target+=('--policy=deadline --runtime=2ms --deadline=20ms')
    fi
    for from in "${start[@]}"; do
        target
        # shellcheck disable=SC2086 # words
        osbox 0 sched set $from --nice=2 "$pid"
        before=$("$OSBOX" sched show -g $fields "$pid")
        for to in "${target[@]}"; do
            for nice in 1 3; do
                for failing in sched_setattr setpriority sched_setaffinity; do
                    # shellcheck disable=SC2086 # words
                    injected $failing:error=EPERM:when=1 77 set $to --nice=$nice --reset-on-fork=yes \
                        --affinity="$ALLOWED" "$pid"
                    got ''
                    [ ${#stderr_lines[@]} -eq 1 ]
                    is "$before" "$pid" $fields
                done
            done
        done
    done
}

@test "a part that cannot be taken back is named" {
    needs_trace
    needs_nice
    target
    injected setpriority:error=EPERM 77 set --policy=idle --nice=-3 "$pid"
    [ ${#stderr_lines[@]} -eq 1 ]
    is "SCHED_OTHER	0	$N0" "$pid"
    injected sched_setaffinity:error=EPERM:when=2 71 set --affinity="$FIRST" --priority=5 "$pid"
    [ "${stderr_lines[1]}" = 'sched set: note: the CPUs could not be taken back' ]
    run --separate-stderr -77 traced -f -qq -o trace -e inject=setpriority:error=EPERM \
        -e inject=sched_setattr:error=EPERM:when=2 -- "$OSBOX" sched set --policy=idle --nice="$N3" -J "$pid" 3>&-
    [ "${stderr_lines[1]}" = '{"applet":"sched set","note":"the policy could not be taken back"}' ]
    is "SCHED_IDLE	0	$N0" "$pid"
    injected setpriority:error=EPERM:when=2 71 set --policy=idle --priority=5 --nice=-3 "$pid"
    [ "${stderr_lines[1]}" = 'sched set: note: the nice value could not be taken back' ]
    # A process that has gone has nothing of it.
    injected setpriority:error=ESRCH:when=2 71 set --policy=idle --priority=5 --nice=-4 "$pid"
    [ ${#stderr_lines[@]} -eq 1 ]
}

# ---- a program ----

@test "set -- CMD: the program has it, and prints what it prints" {
    osbox 0 sched set --policy=batch --nice="$N7" --affinity="$LAST" -- \
        "$OSBOX" sched show -g policy,sched_priority,nice,affinity
    complained ''
    got "SCHED_BATCH	0	$N7	$LAST"
    osbox 0 sched set --affinity="$LAST" -- sh -c 'taskset -pc $$ | sed "s/.*: //"; chrt -p $$ | sed -n "s/.*policy: //p"'
    got "$LAST
SCHED_OTHER"
    osbox 0 sched set --policy=idle -- sh -c 'chrt -p $$ | sed -n "s/.*policy: //p"'
    got SCHED_IDLE
    osbox 0 sched set --nice="$N9" -- nice
    got "$N9"
    osbox 0 sched set --nice="$N9" -- true
    got ''
}

@test "set -- CMD: real time and deadline" {
    needs_real_time
    osbox 0 sched set --policy=rr --priority=3 -- "$OSBOX" sched show -g policy,sched_priority,reset_on_fork
    got 'SCHED_RR	3	false'
    needs_deadline
    osbox 0 sched set --policy=deadline --runtime=1ms --deadline=10ms --period=20ms --reset-on-fork=yes -- \
        "$OSBOX" sched show -g policy,runtime,deadline,period,reset_on_fork
    got 'SCHED_DEADLINE	0.001000000	0.010000000	0.020000000	true'
}

@test "set -- CMD: it becomes the program, which has the same PID" {
    run -0 sh -c 'echo $$; exec "$OSBOX" sched set --nice="$N3" -- sh -c "echo \$\$"' 3>&-
    [ "${lines[0]}" = "${lines[1]}" ]
    # With --status it waits, and the program is its child.
    run -0 sh -c 'echo $$; exec "$OSBOX" sched set --nice="$N3" --status=record -- sh -c "echo \$PPID"' 3>&-
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "set -- CMD: its status is that of the program" {
    local status
    for status in 0 1 7 64 125 126 127 255; do
        osbox $status sched set --nice="$N3" -- sh -c "exit $status"
        got ''
        complained ''
        osbox $status sched set --nice="$N3" --status=record -J -- sh -c "exit $status"
        output=$(json si_code exitcode shell_status step error <record | tr '\n' ' ')
        got "\"CLD_EXITED\" $status $status null null "
    done
    osbox 143 sched set --nice="$N3" -- sh -c 'kill $$'
    osbox 143 sched set --nice="$N3" --status=record -J -- sh -c 'kill $$'
    output=$(json si_code signal exitcode shell_status <record | tr '\n' ' ')
    got '"CLD_KILLED" "SIGTERM" -15 143 '
}

@test "set -- CMD --status: the record of spawn, its fields by default, to a file or a descriptor" {
    osbox 0 sched set --nice="$N3" --status=record -J -- true
    got ''
    output=$(python3 -c 'import json, sys; print(*json.load(sys.stdin))' <record)
    got 'pid si_pid si_uid si_signo si_code si_status exitcode wait_status shell_status signal core ru_utime ru_stime ru_maxrss elapsed timed_out index step object error errno'
    osbox 3 sched set --nice="$N3" --status=fd:1 -g exitcode -- sh -c 'exit 3'
    got 3
    run -3 "$OSBOX" sched set --nice="$N3" --status=fd:4 -g exitcode -- sh -c 'echo out; exit 3' 4>record 3>&-
    got out
    [ "$(cat record)" = 3 ]
    # The program does not have the descriptor.
    run -0 "$OSBOX" sched set --nice="$N3" --status=fd:4 -- sh -c '! { true >&4; } 2>/dev/null' 4>record 3>&-
}

@test "set -- CMD: what keeps it from being run is 125, with its step in a record" {
    not_emulated 'its vfork shares no memory'
    osbox 125 sched set --policy=fifo --priority=100 --nice="$N3" --status=record -J -- touch ran
    got ''
    output=$(json step index object error pid exitcode <record | tr '\n' ' ')
    got '"scheduler" 1 "SCHED_FIFO:100" "EINVAL" null null '
    osbox 125 sched set --policy=other --priority=5 -- touch ran
    complained_of "sched set: scheduler: 'SCHED_OTHER:5': " EINVAL
    # The CPUs are tried first, and are no step.
    osbox 125 sched set --nice="$N3" --affinity="$FIRST,$ABSENT" --status=record -J -- touch ran
    got ''
    output=$(json path message <<<"$stderr")
    [[ $output == "\"$FIRST,$ABSENT\""*"CPU $ABSENT cannot be had"* ]]
    output=$(json step error pid exitcode <record | tr '\n' ' ')
    got 'null "EX_UNAVAILABLE" null null '
    osbox 125 sched set --affinity="$ABSENT" -- touch ran
    [[ $stderr == "sched set: '$ABSENT': CPU $ABSENT cannot be had"* ]]
    [ ! -e ran ]
}

@test "set -- CMD: a program that is not found is 127, one that cannot be executed 126" {
    not_emulated 'its vfork shares no memory'
    osbox 127 sched set --nice="$N3" -- /nope
    got ''
    complained_of "sched set: exec: '/nope': " ENOENT
    osbox 127 sched set --nice="$N3" -- no-such-program-anywhere
    osbox 126 sched set --nice="$N3" -- /
    explained "sched set: exec: '/': " EACCES 'it is a directory'
    osbox 127 sched set --nice="$N3" --status=record -J -- /nope
    got ''
    output=$(json step index object error errno pid <record | tr '\n' ' ')
    got '"exec" 1 "/nope" "ENOENT" 2 null '
}

@test "set -- CMD: usage errors are 125, and it is not run" {
    osbox 125 sched set --bogus -- touch ran
    osbox 125 sched set -- touch ran
    osbox 125 sched set --nice=99 -- touch ran
    osbox 125 sched set --policy=fifo -- touch ran
    osbox 125 sched set --nice=1 --
    osbox 125 sched set --nice=1 1 -- touch ran
    osbox 125 sched set --nice=1 --threads -- touch ran
    osbox 125 sched set --nice=1 --pgrp=0 -- touch ran
    osbox 125 sched set --nice=1 --user=root -- touch ran
    osbox 125 sched set --affinity=5-2 -- touch ran
    osbox 125 sched set --nice=1 --status= -- touch ran
    osbox 125 sched set --nice=1 --status=fd:77 -- touch ran
    osbox 125 sched set --runtime=1ms --deadline=10ms -- touch ran
    got ''
    [ ! -e ran ]
}

@test "set -- CMD --no-strict takes the CPUs that are there" {
    osbox 0 sched set --no-strict --affinity="$FIRST,$ABSENT" -- "$OSBOX" sched show -g affinity
    got "$FIRST"
    osbox 0 sched set --no-strict --affinity=0-8191 -- "$OSBOX" sched show -g affinity
    got "$ALLOWED"
}

@test "set -- CMD as an ordinary user: 125, EPERM, and --explain" {
    not_emulated 'its vfork shares no memory'
    needs_limits
    user 125 set --policy=fifo --priority=10 -- true
    got ''
    [[ $stderr == "sched set: scheduler: 'SCHED_FIFO:10': "*' [EPERM] (needs CAP_SYS_NICE)' ]]
    user 125 set --policy=fifo --priority=10 --explain --status=fd:1 -J -- true
    output=$(json step error <<<"$output" | tr '\n' ' ')
    got '"scheduler" "EPERM" '
    grep -q 'RLIMIT_RTPRIO is ' <<<"$stderr"
    user 125 set --nice=-1 --explain -- true
    [[ ${stderr_lines[0]} == "sched set: nice: '-1': "*' [EACCES] (needs CAP_SYS_NICE)' ]]
    user 0 set --policy=batch --nice="$N4" -- "$OSBOX" sched show -g policy,nice
    got "SCHED_BATCH	$N4"
}

@test "set -- CMD: a program of real time that never waits is stopped by RLIMIT_RTTIME" {
    needs_real_time
    # 24 is SIGXCPU, at a tenth of a second; it ends by SIGKILL at the hard limit if it were kept.
    run -152 timeout -s KILL 20 prlimit --rttime=100000:300000 "$OSBOX" sched set \
        --policy=fifo --priority=1 --affinity="$LAST" -- sh -c 'while :; do :; done' 3>&-
}

# ---- kernels that do it otherwise ----

@test "sched_getattr of an older kernel, whose structure is smaller" {
    needs_trace
    target nice -n 3
    injected sched_getattr:error=EINVAL:when=1 0 show -g policy,nice "$pid"
    got "SCHED_OTHER	$N3"
    complained ''
}

@test "sched_setattr of an older kernel, whose structure is smaller" {
    needs_trace
    target nice -n 3
    injected sched_setattr:error=E2BIG:when=1 0 set --policy=batch -g policy,nice "$pid"
    got "SCHED_BATCH	$N3"
    complained ''
    is "SCHED_BATCH	0	$N3" "$pid"
}

@test "sched_getaffinity of a kernel with more CPUs than there is room for" {
    needs_trace
    target
    injected sched_getaffinity:error=EINVAL:when=1..3 0 show -g affinity "$pid"
    got "$ALLOWED"
    complained ''
}

@test "system calls that are not there, or go on failing, are errors" {
    needs_trace
    target
    injected sched_getattr:error=ENOSYS 69 show "$pid"
    complained_of "sched show: '$pid': " ENOSYS
    injected sched_getattr:error=EINVAL 71 show "$pid"
    injected sched_getaffinity:error=EINVAL 71 show "$pid"
    injected sched_getaffinity:error=ENOSYS 69 show "$pid"
    injected sched_getaffinity:error=ENOSYS 69 cpus
    injected sched_setattr:error=ENOSYS 69 set --policy=batch "$pid"
    complained_of "sched set: '$pid': " ENOSYS
    injected sched_setattr:error=E2BIG 71 set --policy=batch "$pid"
    injected sched_setaffinity:error=ENOSYS 69 set --affinity="$FIRST" "$pid"
    injected setpriority:error=ESRCH 66 set --nice="$N3" "$pid"
    is "SCHED_OTHER	$N0	$ALLOWED" "$pid" policy,nice,affinity
    injected sched_setattr:error=ENOSYS 125 set --policy=batch --status=record -J -- touch ran
    output=$(json step index error errno <record | tr '\n' ' ')
    got '"scheduler" 0 "ENOSYS" 38 '
    injected sched_getattr:error=ENOSYS 125 set --policy=batch -- touch ran
    [ ! -e ran ]
}

@test "a list of processes or policies that breaks off is an error" {
    needs_trace
    target setsid
    injected getdents64:error=EIO:when=1 71 show --threads "$pid"
    got ''
    injected getdents64:error=EIO:when=1 71 show --pgrp="$pid"
    injected getdents64:error=EIO:when=1 71 show --user="$(id -u)"
    injected getdents64:error=EIO:when=1 71 set --nice="$N3" --pgrp="$pid"
    is "$N0" "$pid" nice
    injected sched_get_priority_max:error=EIO:when=1 71 limits
    # A policy that the kernel does not have is left out.
    injected sched_get_priority_min:error=EINVAL:when=1 0 limits -g policy
    [[ $output == SCHED_BATCH* ]]
}

@test "the interval of a turn is null where the kernel does not tell it" {
    needs_trace
    injected '/^sched_rr_get_interval:error=ENOSYS' 0 show -J -F policy,rr_interval
    got '{"policy":"SCHED_OTHER","rr_interval":null}'
}

# ---- limits, cpus, yield ----

@test "limits: the priorities of every policy" {
    osbox 0 sched limits -g policy,priority_min,priority_max
    complained ''
    output=$(grep -v SCHED_EXT <<<"$output")
    got 'SCHED_OTHER	0	0
SCHED_BATCH	0	0
SCHED_IDLE	0	0
SCHED_FIFO	1	99
SCHED_RR	1	99
SCHED_DEADLINE	0	0'
    osbox 0 sched limits -J
    [ "$(json policy <<<"$output" | sort -u | wc -l)" -eq "$(wc -l <<<"$output")" ]
}

@test "limits: a turn of rr, and of no other" {
    local turn
    turn=$(cat /proc/sys/kernel/sched_rr_timeslice_ms 2>/dev/null) || skip 'the kernel does not tell it'
    osbox 0 sched limits -g policy,rr_interval
    output=$(grep -v '	$' <<<"$output")
    got "SCHED_RR	$(printf '%d.%03d000000' $((turn / 1000)) $((turn % 1000)))"
}

@test "cpus: those that are online, those that this process may use" {
    osbox 0 sched cpus -g cpu_count,process_cpu_count,affinity,online
    got "$(getconf _NPROCESSORS_ONLN)	$(OMP_NUM_THREADS='' nproc)	$ALLOWED	$(cat /sys/devices/system/cpu/online)"
    run -0 taskset -c "$LAST" "$OSBOX" sched cpus -g cpu_count,process_cpu_count,affinity 3>&-
    got "$(getconf _NPROCESSORS_ONLN)	1	$LAST"
}

# The load of 5 minutes is 1 and 64/65536, which is a half of the last digit.
@test "cpus: the loads are those of sysinfo(2); null where the kernel does not tell them" {
    needs_trace
    injected sysinfo:error=ENOSYS 0 cpus -J -F load_1,load_5,load_15
    complained ''
    got '{"load_1":null,"load_5":null,"load_15":null}'
    local loads
    loads=$(python3 -c 'import struct, sys
print(struct.pack({"32": "=4i", "64": "=4q"}[sys.argv[1]], 0, 65535, 65600, 655361).hex())' "$(long_bits)")
    traced -o trace -e "inject=sysinfo:poke_exit=@arg1=$loads" true || skip 'this strace cannot write there'
    injected "sysinfo:poke_exit=@arg1=$loads" 0 cpus -J -F load_1,load_5,load_15
    got '{"load_1":0.999984741,"load_5":1.000976562,"load_15":10.000015259}'
}

@test "cpus: the quota of the cgroup" {
    [ -e /sys/fs/cgroup/cpu/cpu.shares ] || skip 'there is no cpu controller of cgroup v1'
    CGROUP=/sys/fs/cgroup/cpu/osbox-test.$$
    mkdir "$CGROUP" 2>/dev/null || { CGROUP= && skip 'no cgroup can be made here'; }
    [ -w "$CGROUP/cpu.cfs_quota_us" ] || skip 'it has no quota'
    echo 100000 >"$CGROUP/cpu.cfs_period_us"
    echo 150000 >"$CGROUP/cpu.cfs_quota_us"
    in_cgroup -J -F quota,quota_limited
    got '{"quota":1.500000000,"quota_limited":true}'
    echo -1 >"$CGROUP/cpu.cfs_quota_us"
    in_cgroup -J -F quota,quota_limited
    got '{"quota":null,"quota_limited":false}'
}

# in_cgroup ARG...: sched cpus in $CGROUP.
in_cgroup() {
    # shellcheck disable=SC2016
    run -0 sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$OSBOX" sched cpus "$@"' \
        sh "$CGROUP" "$@" 3>&-
}

@test "cpus: the quota in a new cgroup namespace, whose mounts are those outside" {
    unshare -C true 2>/dev/null || skip 'no cgroup namespace can be made here'
    [ -e /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] || skip 'there is no cpu controller of cgroup v1'
    CGROUP=/sys/fs/cgroup/cpu/osbox-test.$$
    mkdir "$CGROUP" 2>/dev/null || { CGROUP= && skip 'no cgroup can be made here'; }
    echo 150000 >"$CGROUP/cpu.cfs_quota_us"
    # shellcheck disable=SC2016
    run -0 sh -c 'echo $$ >"$1/cgroup.procs" &&
        exec unshare -C "$OSBOX" sched cpus -g quota,quota_limited' sh "$CGROUP" 3>&-
    got "1.500000000	true"
}

@test "yield: one system call, and nothing printed" {
    osbox 0 sched yield
    got ''
    complained ''
    needs_trace
    traced -o trace -e trace=sched_yield -- "$OSBOX" sched yield
    [ "$(grep -c '^sched_yield() *= 0' trace)" -eq 1 ]
}

@test "the verbs without operands take none" {
    local verb
    for verb in limits cpus yield; do
        osbox 64 sched $verb 1
        got ''
    done
    osbox 64 sched
    osbox 64 sched sho
    complained "sched: 'sho': no such command; did you mean 'show'?"
}

# ---- output ----

@test "a record of what was set that is lost is 74, and it was set" {
    target
    run --separate-stderr -74 sh -c '"$OSBOX" sched set --nice="$N3" "$1" >/dev/full' sh "$pid" 3>&-
    is "$N3" "$pid" nice
    run --separate-stderr -74 sh -c '"$OSBOX" sched set --nice="$N3" --status=/dev/full -- true' 3>&-
}
