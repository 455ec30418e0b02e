#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox timerfd: what it refuses, when it ends, what it runs and how it fails.
# That nothing drifts and nothing is lost, what it does about stops, steps of the
# clock, signals and slow programs, and what a timer is to the kernel, is in
# tests/oracle/timerfd.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2016 # quoted for an inner shell

load ../helpers/common

setup_file() { common_setup_file; }
setup() { common_setup; }
teardown() { common_teardown; }

# usage STATUS 'WORDS' ARG...: a usage error in these words.
usage() {
    local status=$1 words=$2
    shift 2
    run --separate-stderr "-$status" timeout 20 "$OSBOX" timerfd "$@" 3>&-
    got ''
    complained "$words"
}

# on_timer 'OPTION...' ARG...: runs a verb on a timer that `create` has made with these options.
on_timer() {
    local options=$1 status=$2
    shift 2
    # shellcheck disable=SC2086 # several options
    run --separate-stderr "-$status" timeout 20 "$OSBOX" timerfd create --fd=9 $options -- \
        "$OSBOX" timerfd "$@" 3>&-
}

# ---- when ----

@test "a timer without a time, or one that is disarmed, is not waited for" {
    usage 64 'timerfd: when? --interval, --initial or --at say it'
    usage 64 'timerfd: when? --interval, --initial or --at say it' --count=3
    usage 64 'timerfd: when? --interval, --initial or --at say it' --interval=0
    usage 64 "timerfd: '--initial=0': disarms the timer; use --now for a tick at the start" --initial=0
    usage 64 "timerfd: '--initial=0': disarms the timer; use --now for a tick at the start" --initial=0 --interval=1ms
    usage 64 "timerfd: '--initial=0': disarms the timer; use --now for a tick at the start" --initial=0ns --count=1
}

@test "durations are exact: decimals, units, all 63 bits" {
    local pair
    for pair in 0.1=100000000 .1=100000000 0.123456789=123456789 0.1234567899=123456789 1ns=1 \
        0.000000001=1 1.5us=1500 250ms=250000000 1.5s=1500000000 2m=120000000000 1h=3600000000000 \
        1d=86400000000000 0.1d=8640000000000 9223372035.999999999=9223372035999999999 \
        106751d=9223286400000000000 0.3=300000000 1.1=1100000000 4.35=4350000000; do
        on_timer "--initial=1h --interval=${pair%=*}" 0 gettime --fd=9 -g interval_ns
        got "${pair#*=}"
    done
}

@test "what is no duration is a usage error, and nothing is run" {
    local bad option
    for bad in '' nan inf -1 -0 1e-10 1e3 1e9d 0x1 '1 s' ' 1' '1 ' 1,5 1.5.5 . s 1x 0.0000000001 0.1ns \
        9223372036.854775807 9223372036.854775808 9223372037 106752d 99999999999999999999; do
        for option in --initial --interval; do
            run --separate-stderr -125 timeout 20 "$OSBOX" timerfd create --fd=9 "$option=$bad" -- touch ran 3>&-
            got ''
            [ ${#stderr_lines[@]} -eq 1 ]
            run --separate-stderr -64 timeout 20 "$OSBOX" timerfd --count=1 "$option=$bad" 3>&-
            got ''
            [ ${#stderr_lines[@]} -eq 1 ]
        done
    done
    [ ! -e ran ]
    usage 64 "timerfd: '--interval=0.0000000001': rounds to 0" --interval=0.0000000001
    usage 64 "timerfd: '--interval=-1': must not be negative" --interval=-1
    usage 64 "timerfd: '--interval=9223372036.854775808': too large" --interval=9223372036.854775808
}

@test "--initial is the interval when it is not given, and is not it otherwise" {
    on_timer --interval=1h 0 gettime --fd=9 -g next_expiration
    [[ $output == 3599.* || $output == 3600.000000000 ]]
    on_timer '--interval=1h --initial=2h' 0 gettime --fd=9 -g next_expiration
    [[ $output == 7199.* || $output == 7200.000000000 ]]
    on_timer --initial=1h 0 gettime --fd=9 -g interval_ns
    got 0
    on_timer '' 0 gettime --fd=9 -J
    got '{"next_expiration":0.000000000,"next_expiration_ns":0,"interval":0.000000000,"interval_ns":0}'
    on_timer '--initial=0 --interval=1h' 0 gettime --fd=9 -g next_expiration_ns
    got 0
}

@test "a time above 2^63 - 2 ns is a usage error" {
    run --separate-stderr -64 timeout 20 "$OSBOX" timerfd --initial=9223372036.854775807 3>&-
    got ''
    [ ${#stderr_lines[@]} -eq 1 ]
    [[ $stderr == *': too large' ]]
    run --separate-stderr -64 timeout 20 "$OSBOX" timerfd --interval=9223372036.854775807 3>&-
    got ''
    [[ $stderr == *'interval'*': too large' ]]
}

@test "a time beyond the end of the clock is waited for" {
    local when clock
    for when in --initial=9223372036.854775806 --interval=9223372036 '--initial=9223372036 --interval=1ms'; do
        for clock in monotonic realtime boottime; do
            # shellcheck disable=SC2086 # words
            run --separate-stderr -124 timeout 0.1 "$OSBOX" timerfd --clock=$clock $when 3>&-
            got ''
            complained ''
            # shellcheck disable=SC2086 # words
            osbox 0 timerfd --clock=$clock $when --until=@9223372036
            got ''
        done
    done
}

@test "--initial and --at conflict" {
    osbox 64 timerfd --initial=1 --at=@1
    got ''
    [ ${#stderr_lines[@]} -eq 1 ]
}

# ---- --at ----

@test "--at in the past, without an interval: one tick, at once" {
    osbox 0 timerfd --clock=realtime --at=@1.5 -g event,seq,expirations,missed,scheduled_ns,scheduled
    got $'tick\t1\t1\t0\t1500000000\t1.500000000'
    osbox 0 timerfd --at=2020-01-01T00:00:00Z -g expirations,scheduled_ns
    got $'1\t1577836800000000000'
    osbox 0 timerfd --at=2020-01-01T00:00:00.123456789+01:30 -g expirations,scheduled_ns
    got $'1\t1577831400123456789'
    osbox 0 timerfd --clock=monotonic --at=@0.000000001 -g expirations,scheduled_ns
    got $'1\t1'
    osbox 0 timerfd --clock=boottime --at=@0.5 -g expirations,scheduled_ns
    got $'1\t500000000'
}

@test "--at=@0, which would disarm the timer for the kernel, is the nanosecond after it" {
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --clock=monotonic --at=@0 -g expirations,scheduled_ns 3>&-
    got $'1\t1'
    on_timer '--clock=realtime --at=@0' 0 read --fd=9
    got expirations=1
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --at=1970-01-01T00:00:00Z --interval=1s --count=5 \
        -g expirations,scheduled_ns 3>&-
    got $'5\t4000000001'
}

@test "--at in the past, with an interval: one record has the whole backlog, which --count caps" {
    osbox 0 timerfd --clock=realtime --at=@1 --interval=1 --count=1000000 -g seq,expirations,missed,scheduled_ns
    got $'1\t1000000\t999999\t1000000000000000'
    osbox 0 timerfd --at=2020-01-01T00:00:00Z --interval=1ns --count=9007199254740993 \
        -g expirations,missed,scheduled_ns
    got $'9007199254740993\t9007199254740992\t1586843999254740992'
    osbox 0 timerfd --clock=monotonic --at=@0.000000001 --interval=1ns --count=1 -g expirations,scheduled_ns
    got $'1\t1'
}

@test "--until: what is due then is the last, in a backlog too" {
    osbox 0 timerfd --clock=realtime --at=@1 --interval=1 --until=@5 -g seq,expirations,missed,scheduled_ns
    got $'1\t5\t4\t5000000000'
    osbox 0 timerfd --clock=realtime --at=@1 --interval=1 --until=@5.999999999 -g expirations,scheduled_ns
    got $'5\t5000000000'
    osbox 0 timerfd --clock=monotonic --at=@0.5 --interval=0.1 --until=@0.75 -g expirations,scheduled_ns
    got $'3\t700000000'
    osbox 0 timerfd --at=2020-01-01T00:00:00Z --interval=1d --until=2020-12-31T00:00:00Z -g expirations
    got 366
    osbox 0 timerfd --at=2020-01-01T00:00:00Z --interval=1d --until=2020-12-31T00:00:00Z --count=5 -g expirations
    got 5
}

@test "--until before the first expiration: no record, nothing is run, and no error" {
    osbox 0 timerfd --interval=1h --until=@1
    got ''
    complained ''
    osbox 0 timerfd --interval=1h --until=2020-01-01T00:00:00Z
    got ''
    osbox 0 timerfd --clock=boottime --at=@5 --until=@4.999999999
    got ''
    osbox 0 timerfd --clock=realtime --at=@1 --until=@0 -- touch ran
    [ ! -e ran ]
}

@test "--until in the future, as a time of day on any clock" {
    local until clock sum
    for clock in monotonic realtime boottime; do
        until=$(python3 -c 'import time; print("@%.3f" % (time.time() + 0.2))')
        until=$(python3 -c 'import datetime, sys
print(datetime.datetime.fromtimestamp(float(sys.argv[1][1:]), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))' "$until")
        run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --clock=$clock --interval=1ms --until="$until" -g expirations 3>&-
        sum=$(awk '{ sum += $1 } END { print sum + 0 }' <<<"$output")
        # Python took some of the 200 ms.
        [ "$sum" -le 200 ]
    done
}

@test "a time of day is for the clocks that show it" {
    local clock
    for clock in monotonic boottime boottime_alarm; do
        usage 64 "timerfd: '2026-01-01': a time of day goes with --clock=realtime" --clock=$clock --at=2026-01-01
    done
    usage 125 "timerfd create: '2026-01-01': a time of day goes with --clock=realtime" \
        create --fd=9 --clock=monotonic --at=2026-01-01 -- touch ran
    [ ! -e ran ]
}

@test "a local time that does not exist, or exists twice, is refused in the words of the page" {
    [ -r /usr/share/zoneinfo/Europe/Berlin ] || skip 'no time zones are installed'
    export TZ=Europe/Berlin
    local skipped='no such local time (the clock skips it)'
    local twice='this local time exists twice: give an offset (+hh:mm)'
    local at
    for at in 2026-03-29T02:00 2026-03-29T02:30:00 2026-03-29T02:59:59.999999999; do
        usage 64 "timerfd: '--at=$at': $skipped" --at=$at
        usage 64 "timerfd: '--until=$at': $skipped" --interval=1 --until=$at
        usage 125 "timerfd: '--at=$at': $skipped" --at=$at -- touch ran
        usage 125 "timerfd create: '--at=$at': $skipped" create --fd=9 --at=$at -- touch ran
    done
    for at in 2026-10-25T02:00 2026-10-25T02:30:00 2026-10-25T02:59:59.999999999; do
        usage 64 "timerfd: '--at=$at': $twice" --at=$at
    done
    [ ! -e ran ]
    # Beside them, and with an offset.
    osbox 0 timerfd --at=2024-03-31T01:59:59 -g scheduled_ns
    got 1711846799000000000
    osbox 0 timerfd --at=2024-03-31T03:00:00 -g scheduled_ns
    got 1711846800000000000
    osbox 0 timerfd --at=2024-10-27T02:30:00+02:00 -g scheduled_ns
    got 1729989000000000000
    osbox 0 timerfd --at=2024-10-27T02:30:00+01:00 -g scheduled_ns
    got 1729992600000000000
    # A zone as a rule, without files.
    export TZ=CET-1CEST,M3.5.0,M10.5.0/3
    usage 64 "timerfd: '--at=2026-03-29T02:30': $skipped" --at=2026-03-29T02:30
    usage 64 "timerfd: '--at=2026-10-25T02:30': $twice" --at=2026-10-25T02:30
}

@test "times that are none, or that the kernel does not have, are usage errors" {
    local bad
    for bad in '' @ @x @1e3 @nan tomorrow 24:00 1:00 12:00Z 2026-02-29 2026-13-01 2026-01-01T24:00 2026-01-01T00:00:60Z \
        1785578400 @9223372036854775808 @9223372037 @-1 @-0.000000001 1969-12-31T23:59:59Z \
        2262-04-11T23:47:16.854775808Z 9999-12-31T23:59:59Z; do
        run --separate-stderr -64 timeout 20 "$OSBOX" timerfd --clock=realtime --at="$bad" 3>&-
        got ''
        [ ${#stderr_lines[@]} -eq 1 ]
    done
    usage 64 "timerfd: '@-1': the kernel has no such time" --at=@-1
    usage 64 "timerfd: '@9223372037': the kernel has no such time" --at=@9223372037
}

@test "times after 2038, up to the last one of the kernel" {
    local at left now
    for at in 2040-01-01T00:00:00Z 2106-02-07T06:28:17Z 2200-01-01T00:00:00Z; do
        osbox 0 timerfd create --fd=9 --at=$at -- "$OSBOX" timerfd gettime --fd=9 -g next_expiration_ns
        left=$output now=$(date +%s)
        ((left / 1000000000 + now - $(date -d "$at" +%s) <= 0))
        ((left / 1000000000 + now - $(date -d "$at" +%s) >= -20))
    done
}

# ---- --cancel-on-set ----

@test "--cancel-on-set without an absolute timer of the time of day is a usage error" {
    usage 64 "timerfd: '--cancel-on-set': goes with --at" --interval=1ms --cancel-on-set
    usage 64 "timerfd: '--cancel-on-set': goes with --at" --interval=1ms --clock=realtime --cancel-on-set
    local clock
    for clock in monotonic boottime boottime_alarm; do
        usage 64 "timerfd: '--cancel-on-set': goes with --clock=realtime: no other clock is ever set" \
            --at=@1 --clock=$clock --cancel-on-set
    done
    usage 64 "timerfd: '--cancel-on-set': goes with --clock=realtime: no other clock is ever set" \
        --at=@1 --cancel-on-set
    usage 125 "timerfd create: '--cancel-on-set': goes with --clock=realtime: no other clock is ever set" \
        create --fd=9 --at=@1 --cancel-on-set -- touch ran
    usage 64 "timerfd: '--rearm': goes with --cancel-on-set" --at=@1 --clock=realtime --rearm
    [ ! -e ran ]
    osbox 0 timerfd --at=2020-01-01T00:00:00Z --cancel-on-set -g expirations
    got 1
}

@test "settime --cancel-on-set, and a time of day, on a timer of another clock are refused" {
    [ -r /proc/self/fdinfo/0 ] || skip 'there is no /proc/self/fdinfo'
    on_timer --clock=monotonic 64 settime --fd=9 --at=@99999999 --cancel-on-set
    got ''
    [ ${#stderr_lines[@]} -eq 1 ]
    on_timer --clock=boottime 64 settime --fd=9 --at=2030-01-01
    got ''
    [ ${#stderr_lines[@]} -eq 1 ]
    on_timer --clock=realtime 0 settime --fd=9 --at=2030-01-01 --cancel-on-set -g next_expiration_ns
    got 0
}

# ---- how long ----

@test "--count counts expirations, and what is no count is a usage error" {
    local bad
    osbox 0 timerfd --interval=1ms --count=1 -g seq,expirations
    got $'1\t1'
    osbox 0 timerfd --interval=1ns --count=1 -g seq,expirations
    got $'1\t1'
    usage 64 "timerfd: '--count=0': too small" --interval=1ms --count=0
    for bad in '' -1 x 1.5 9223372036854775808 1e3; do
        run --separate-stderr -64 timeout 20 "$OSBOX" timerfd --interval=1ms --count="$bad" 3>&-
        got ''
    done
}

@test "--initial alone ticks once, whatever the count" {
    osbox 0 timerfd --initial=1ms -g seq,expirations,missed
    got $'1\t1\t0'
    osbox 0 timerfd --initial=1ms --count=5 -g seq,expirations,missed
    got $'1\t1\t0'
}

@test "an interval of 1 ns does not flood: few records, a count of 64 bits" {
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --interval=1ns --count=50000000 -g expirations 3>&-
    got "$output"
    [ "$(awk '{ sum += $1 } END { print sum }' <<<"$output")" = 50000000 ]
    # Each read takes some microseconds, in which there are thousands.
    [ "${#lines[@]}" -lt 1000000 ]
}

# ---- what is printed ----

@test "a tick's record" {
    osbox 0 timerfd --initial=1ms -J
    [[ $output =~ ^'{"event":"tick","seq":1,"expirations":1,"missed":0,"scheduled_ns":'([0-9]+)',"now_ns":'([0-9]+)',"late_ns":'([0-9]+)',"run":null}'$ ]]
    [ $((BASH_REMATCH[2] - BASH_REMATCH[1])) = "${BASH_REMATCH[3]}" ]
    complained ''
    osbox 0 timerfd --clock=realtime --at=@1.25 -J -F scheduled,scheduled_ns,missed
    got '{"scheduled":1.250000000,"scheduled_ns":1250000000,"missed":0}'
    osbox 0 timerfd --clock=realtime --at=@1.25
    [[ $output == $'event=tick\nseq=1\nexpirations=1\nmissed=0\nscheduled_ns=1250000000\nnow_ns='*$'\nlate_ns='*$'\nrun' ]]
}

@test "-o sh is for one record: no interval, or --count=1" {
    osbox 0 timerfd --clock=realtime --at=@1 -o sh -F seq,expirations
    got 'os_seq=1 os_expirations=1 ; unset os_error'
    osbox 0 timerfd --clock=realtime --at=@1 --interval=1s --count=1 -o sh -F seq,expirations
    got 'os_seq=1 os_expirations=1 ; unset os_error'
    local more
    for more in --interval=1h '--interval=1ms --count=2'; do
        # shellcheck disable=SC2086 # two options
        run --separate-stderr -64 timeout 20 "$OSBOX" timerfd $more -o sh -F seq 3>&-
        [ ${#stderr_lines[@]} -eq 1 ]
        got "unset os_error os_seq; os_error='EX_USAGE'; (exit 64)"
    done
}

@test "stdout: /dev/full is 74" {
    local format
    for format in text json csv tsv value table sh; do
        run --separate-stderr -74 timeout 20 sh -c '"$0" timerfd --initial=1ms -o "$1" >/dev/full' "$OSBOX" $format 3>&-
        [[ $stderr == *ENOSPC* ]]
        [ $format = sh ] && continue # which is for one record
        run --separate-stderr -74 timeout 20 sh -c '"$0" timerfd --interval=1ms -o "$1" >/dev/full' "$OSBOX" $format 3>&-
        [[ $stderr == *ENOSPC* ]]
    done
}

@test "its reader has gone: it ends at once, as everybody does, and says nothing" {
    run --separate-stderr -0 timeout 60 bash -c '
        "$1" timerfd --interval=1ms --initial=1ms -g seq | head -n 1
        echo "${PIPESTATUS[0]}"' bash "$OSBOX" 3>&-
    got $'1\n141'
    complained ''
    # And not at the next tick, which never comes.
    run --separate-stderr -0 timeout 60 bash -c '
        "$1" timerfd --initial=1h | true
        echo "${PIPESTATUS[0]}"' bash "$OSBOX" 3>&-
    got 141
    run --separate-stderr -0 timeout 60 bash -c '
        "$1" timerfd --clock=realtime --at=@1 --interval=36500d -g seq | head -n 1
        echo "${PIPESTATUS[0]}"' bash "$OSBOX" 3>&-
    got $'1\n141'
    run --separate-stderr -0 timeout 60 bash -c '
        trap "" PIPE
        "$1" timerfd --initial=1h -g seq | true
        echo "${PIPESTATUS[0]}"' bash "$OSBOX" 3>&-
    got 74
    [[ $stderr == *'[EPIPE]' ]]
}

@test "--summary stands on standard error and not on standard output" {
    osbox 0 timerfd --initial=1ms --summary -g seq
    got 1
    [ "${stderr_lines[0]}" = reads=1 ]
    [ "${stderr_lines[1]}" = expirations=1 ]
    [ "${stderr_lines[2]}" = missed=0 ]
    [ ${#stderr_lines[@]} -eq 8 ]
    local min=${stderr_lines[3]#late_ns_min=}
    [ "${stderr_lines[4]}" = "late_ns_median=$min" ]
    [ "${stderr_lines[5]}" = "late_ns_p99=$min" ]
    [ "${stderr_lines[6]}" = "late_ns_max=$min" ]
    # The histogram: one row, all of its bar.
    local pattern='^<= +([0-9]+) ns #{40} 1$'
    [[ ${stderr_lines[7]} =~ $pattern ]]
    [ "${BASH_REMATCH[1]}" -ge "$min" ] && [ "$((BASH_REMATCH[1] / 2))" -le "$min" ]
    osbox 0 timerfd --clock=realtime --at=@1 --interval=1 --count=100 --summary -- true
    [[ $stderr == $'reads=1\nexpirations=100\nmissed=99\nlate_ns_min='* ]]
}

@test "--summary that cannot be written is 74" {
    local lost
    for lost in '2>/dev/full' '2>&-'; do
        run -74 timeout 20 sh -c "\"\$0\" timerfd --initial=1ms --summary -g seq $lost" "$OSBOX" 3>&-
        got 1
        run -74 timeout 20 sh -c "\"\$0\" timerfd --initial=1ms --summary $lost -- echo ran" "$OSBOX" 3>&-
        got ran
        run -74 timeout 20 sh -c "\"\$0\" timerfd --initial=1ms --summary $lost -- false" "$OSBOX" 3>&-
        # Without it nothing is lost.
        run -1 timeout 20 sh -c "\"\$0\" timerfd --initial=1ms $lost -- false" "$OSBOX" 3>&-
    done
}

@test "--summary: an error before the first tick is one line" {
    usage 64 "timerfd: '2026-01-01': a time of day goes with --clock=realtime" \
        --summary --clock=monotonic --at=2026-01-01
    usage 64 'timerfd: when? --interval, --initial or --at say it' --summary
    osbox 125 timerfd --summary --initial=1ms --status=/nope/status -- true
    [ ${#stderr_lines[@]} -eq 1 ]
}

# ---- the program ----

@test "what stands in front of -- is no program" {
    usage 64 "timerfd: 'date': unexpected operand; to run a program, put -- before it: osbox timerfd --interval=1ms -- date" --interval=1ms date
    usage 64 "timerfd: '7': no such command; --help lists them" --interval=1ms 7
    usage 125 "timerfd: 'date': no such command; --help lists them" --interval=1ms date -- touch ran
    [ ! -e ran ]
    usage 125 "timerfd: '--': a program is missing" --interval=1ms --
    usage 64 "timerfd: '--status': goes with a program" --interval=1ms --status=status
    [ ! -e status ]
    local option
    for option in --overlap=kill --overlap=skip '--overlap=kill --signal=INT' '--overlap=kill --kill-after=1'; do
        # shellcheck disable=SC2086 # two options
        run --separate-stderr -64 timeout 20 "$OSBOX" timerfd --initial=1ms $option 3>&-
        got ''
        complained "timerfd: '--overlap': goes with a program"
    done
    usage 125 "timerfd: '--signal': goes with --overlap=kill" --initial=1ms --overlap=queue --signal=INT -- touch ran
    usage 125 "timerfd: '--kill-after': goes with --overlap=kill" --initial=1ms --overlap=skip --kill-after=1 -- touch ran
    [ ! -e ran ]
}

@test "usage errors with a program are 125, and it is not run" {
    local option
    for option in --interval=x --overlap=x --signal=NOPE --kill-after=x --count=0 --at=x --nope --clock=tai -Fnope -Fseq; do
        run --separate-stderr -125 timeout 20 "$OSBOX" timerfd --initial=1ms --overlap=kill $option -- touch ran 3>&-
        got ''
        [ ${#stderr_lines[@]} -eq 1 ]
    done
    [ ! -e ran ]
}

@test "a verb that is misspelled is named" {
    run --separate-stderr -64 "$OSBOX" timerfd crate 3>&-
    got ''
    [[ $stderr == *"did you mean 'create'?" ]]
}

@test "the program is run, and its output is the only one" {
    osbox 0 timerfd --initial=1ms -- echo 'one  two' '$HOME'
    got 'one  two $HOME'
    complained ''
    osbox 0 timerfd --interval=1ms --count=1 -J -- echo ran
    got ran
}

@test "the program inherits standard input, and what is closed is closed for it" {
    printf 'a\nb\nc\n' >input
    # Of three ticks each takes a line: sh reads no further than it needs.
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --interval=50ms --count=3 --overlap=queue -- \
        sh -c 'read -r line; echo "<$line>"' <input 3>&-
    [ "${lines[0]}" = '<a>' ]
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --initial=1ms -- cat <input 3>&-
    got $'a\nb\nc'
    local script='
import os
for fd in 0, 1, 2:
    try:
        os.fstat(fd)
    except OSError:
        open("closed", "a").write(f"{fd}\n")'
    run timeout 20 sh -c '"$0" timerfd --initial=1ms -- python3 -c "$1" <&- >&- 2>&-' "$OSBOX" "$script" 3>&-
    [ "$(cat closed)" = $'0\n1\n2' ]
    rm closed
    run timeout 20 sh -c '"$0" timerfd create --fd=9 -- python3 -c "$1" <&- >&- 2>&-' "$OSBOX" "$script" 3>&-
    [ "$(cat closed)" = $'0\n1\n2' ]
}

@test "the program gets no descriptor of osbox's, and all that were inherited" {
    local script='import os; print(*sorted(int(fd) for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")))'
    local want
    want=$(python3 -c "$script" 6</dev/null 3>&-)
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --initial=1ms --summary -- python3 -c "$script" 6</dev/null 3>&-
    got "$want"
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --initial=1ms --status=status -- python3 -c "$script" 6</dev/null 3>&-
    got "$want"
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd --initial=1ms --status=fd:7 -- python3 -c "$script" 6</dev/null 7>status 3>&-
    got "$want"
    want=$(python3 -c "$script" 6</dev/null 9</dev/null 3>&-)
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd create --fd=9 -- python3 -c "$script" 6</dev/null 3>&-
    got "$want"
}

@test "the exit status is that of the first run that failed" {
    osbox 3 timerfd --initial=1ms -- sh -c 'exit 3'
    complained ''
    osbox 143 timerfd --initial=1ms -- sh -c 'kill -TERM $$'
    # The second of three fails, then the third: queue runs them one after the other.
    printf '0\n4\n5\n' >statuses
    run --separate-stderr -4 timeout 60 "$OSBOX" timerfd --interval=1ms --count=3 --overlap=queue -- \
        sh -c 'read -r status; echo "$status" >>ran; exit "${status:-0}"' <statuses 3>&-
    [ "$(cat ran)" = $'0\n4\n5' ]
}

@test "--status: a record for each tick, and for each end" {
    osbox 3 timerfd --clock=realtime --at=@1 --status=status -J -- sh -c 'echo $$ >pid; exit 3'
    got ''
    run json event seq expirations missed scheduled_ns pid exitcode step <status
    [ "${lines[0]}" = '"tick"' ]
    sed -n 2p status >end
    output=$(json event exitcode signal step error pid <end | tr '\n' ' ')
    got "\"exit\" 3 null null null $(cat pid) "
    sed -n 1p status >tick
    output=$(json event seq expirations missed scheduled_ns exitcode <tick | tr '\n' ' ')
    got '"tick" 1 1 0 1000000000 null '
    [ "$(wc -l <status)" = 2 ]
    osbox 143 timerfd --initial=1ms --status=status -g event,exitcode,signal -- sh -c 'kill $$'
    [ "$(cat status)" = $'tick\t\t\nexit\t-15\tSIGTERM' ]
    osbox 0 timerfd --initial=1ms --status=fd:1 -g event,exitcode -- echo ran
    got $'tick\t\nran\nexit\t0'
}

@test "a program that is not found or not executable ends it: 127, 126, and the record says why" {
    osbox 127 timerfd --interval=1ms --status=status -J -- ./nope
    got ''
    output=$(sed -n 2p status | json event pid exitcode index step object error errno | tr '\n' ' ')
    got '"exit" null null 0 "exec" "./nope" "ENOENT" 2 '
    [ "$(wc -l <status)" = 2 ]
    osbox 127 timerfd --interval=1ms -- ./nope
    complained_of "timerfd: exec: './nope': " ENOENT
    : >file
    chmod 644 file
    osbox 126 timerfd --interval=1ms -- ./file
    explained "timerfd: exec: './file': " EACCES 'it has no execute permission'
    osbox 126 timerfd --interval=1ms -- /
    osbox 127 timerfd --interval=1ms -- ''
    osbox 127 timerfd create --fd=9 -- ./nope
    complained_of "timerfd create: exec: './nope': " ENOENT
    osbox 126 timerfd create --fd=9 -- ./file
    explained "timerfd create: exec: './file': " EACCES 'it has no execute permission'
}

@test "--status: the record of a failure is whole when nobody reads standard error" {
    without_reader 141 timerfd --interval=1ms --status=record -J -F event,error -- /nope
    [ "$(<record)" = '{"event":"tick","error":null}
{"event":"exit","error":"ENOENT"}' ]
}

@test "a program that vanishes between two ticks ends it, with the queue" {
    printf '#!/bin/sh\nrm program\nexit 9\n' >program
    chmod 755 program
    osbox 127 timerfd --interval=1ms --overlap=queue --status=status -g event,exitcode,step,error -- ./program
    [ "$(grep -v ^tick status)" = $'exit\t9\t\t\nexit\t\texec\tENOENT' ]
}

@test "--status: a file or descriptor that cannot be had is 125, and nothing is run" {
    osbox 125 timerfd --initial=1ms --status=/nope/status -- touch ran
    complained_of "timerfd: '/nope/status': " ENOENT
    osbox 125 timerfd --initial=1ms --status=fd:77 -- touch ran
    [ ${#stderr_lines[@]} -eq 1 ]
    osbox 125 timerfd --initial=1ms --status=fd:x -- touch ran
    complained "timerfd: 'fd:x': not of the form fd:N"
    osbox 125 timerfd --initial=1ms --status= -- touch ran
    [ ! -e ran ]
}

@test "--status: records that are lost are 74, and the program is not kept from running" {
    osbox 74 timerfd --initial=1ms --status=/dev/full -- touch ran
    [ ${#stderr_lines[@]} -eq 1 ]
    [[ $stderr == *'[ENOSPC]' ]]
}

# ---- timers that are descriptors ----

@test "create: --fd and a program are needed" {
    usage 64 "timerfd create: takes --fd=N and, behind '--', a program that gets the timer" create
    usage 64 "timerfd create: takes --fd=N and, behind '--', a program that gets the timer" create --fd=9
    usage 125 "timerfd create: takes --fd=N and, behind '--', a program that gets the timer" create -- touch ran
    usage 125 "timerfd create: takes --fd=N and, behind '--', a program that gets the timer" create --fd=9 --
    usage 125 "timerfd create: 'x': the command takes no operand" create --fd=9 x -- touch ran
    [ ! -e ran ]
    local bad
    for bad in '' -1 x 99999999999; do
        osbox 125 timerfd create --fd="$bad" -- touch ran
    done
    [ ! -e ran ]
}

@test "create: any number can be the timer's, and the status is the program's" {
    local fd
    for fd in 0 3 4 5 6 63; do
        run --separate-stderr -0 timeout 20 "$OSBOX" timerfd create --fd=$fd --interval=1h -- \
            "$OSBOX" timerfd gettime --fd=$fd -g interval 3>&-
        got 3600.000000000
    done
    osbox 7 timerfd create --fd=9 -- sh -c 'exit 7'
    run --separate-stderr -125 bash -c 'ulimit -n 32; exec "$1" timerfd create --fd=32 -- touch ran' bash "$OSBOX" 3>&-
    [ ${#stderr_lines[@]} -eq 1 ]
    [ ! -e ran ]
}

@test "settime prints what the timer was, and what is no time is a usage error" {
    on_timer '--initial=1h --interval=2h' 0 settime --fd=9 --initial=5 -g interval_ns
    got 7200000000000
    on_timer '' 64 settime --fd=9
    complained 'timerfd settime: when? --interval, --initial or --at say it'
    on_timer '' 64 settime --initial=1
    complained 'timerfd settime: which timer? --fd says it'
    on_timer '' 0 settime --fd=9 --initial=5 -J
    got '{"next_expiration":0.000000000,"next_expiration_ns":0,"interval":0.000000000,"interval_ns":0}'
}

@test "settime: an initial 0 disarms" {
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd create --fd=9 --interval=1h -- sh -c '
        "$0" timerfd settime --fd=9 --initial=0 -g interval
        "$0" timerfd gettime --fd=9 -g next_expiration_ns' "$OSBOX" 3>&-
    got $'3600.000000000\n0'
}

@test "read: how often it expired; not when it is disarmed" {
    on_timer '--clock=realtime --at=@1' 0 read --fd=9
    got expirations=1
    on_timer --initial=1ms 0 read --fd=9 -J
    got '{"expirations":1}'
    on_timer '' 64 read --fd=9
    got ''
    complained "timerfd read: '--fd': the timer is disarmed: the read would never end"
    # It has expired, once, and was read.
    run --separate-stderr -64 timeout 20 "$OSBOX" timerfd create --fd=9 --initial=1ms -- sh -c '
        "$0" timerfd read --fd=9 -g expirations; exec "$0" timerfd read --fd=9' "$OSBOX" 3>&-
    got 1
    complained "timerfd read: '--fd': the timer is disarmed: the read would never end"
    # One that has expired and was not read is not disarmed.
    run --separate-stderr -0 timeout 20 "$OSBOX" timerfd create --fd=9 --clock=realtime --at=@1 --interval=36500d -- sh -c '
        "$0" timerfd read --fd=9 -g expirations' "$OSBOX" 3>&-
    got 1
}

@test "read of a non-blocking timer: 75 and EAGAIN until it has expired, disarmed or not" {
    on_timer '--nonblock --initial=1h' 75 read --fd=9
    got ''
    complained_of 'timerfd read: descriptor 9: ' EAGAIN
    on_timer --nonblock 75 read --fd=9
    on_timer '--nonblock --clock=realtime --at=@1' 0 read --fd=9
    got expirations=1
    on_timer '--nonblock --initial=1h' 75 read --fd=9 -J
    [ "$(json error errno applet operation fd <<<"$stderr" | tr '\n' ' ')" = '"EAGAIN" 11 "timerfd read" "read" 9 ' ]
}

@test "a descriptor that is not open, or no timer" {
    local verb kind
    for verb in read gettime 'settime --initial=1'; do
        # shellcheck disable=SC2086 # a verb and an option
        osbox 71 timerfd $verb --fd=77
        got ''
        complained_of "timerfd ${verb%% *}: descriptor 77: " EBADF
        for kind in memfd socket epoll eventfd nonblock; do
            # shellcheck disable=SC2086
            run --separate-stderr -71 timeout 20 python3 "$HELPERS/with_fd.py" $kind x \
                "$OSBOX" timerfd $verb --fd=9 3>&-
            got ''
            complained_of "timerfd ${verb%% *}: descriptor 9: " EINVAL
        done
    done
    # One that was closed at start is not open, whatever stands there now.
    run --separate-stderr -71 timeout 20 sh -c 'exec "$0" timerfd read --fd=0 <&-' "$OSBOX" 3>&-
    complained_of 'timerfd read: descriptor 0: ' EBADF
    osbox 64 timerfd read
    complained 'timerfd read: which timer? --fd says it'
    osbox 64 timerfd gettime --fd=9 x
}

@test "read: output that is lost is 74" {
    run --separate-stderr -74 timeout 20 sh -c 'exec "$0" timerfd create --fd=9 --initial=1ms -- "$0" timerfd read --fd=9 >/dev/full' "$OSBOX" 3>&-
    [[ $stderr == *ENOSPC* ]]
}

# ---- clocks ----

@test "clocks: the names that --clock takes, their numbers and resolutions" {
    osbox 0 timerfd clocks -g clock,clockid
    got $'monotonic\t1\nrealtime\t0\nboottime\t7\nrealtime_alarm\t8\nboottime_alarm\t9'
    osbox 0 timerfd clocks -g clock,resolution_ns,usable
    local id name want
    for pair in 1:monotonic 0:realtime 7:boottime; do
        name=${pair#*:} id=${pair%%:*}
        want=$(python3 -c 'import sys, time; print(round(time.clock_getres(int(sys.argv[1])) * 1e9))' "$id")
        grep -qxF "$name"$'\t'"$want"$'\ttrue' <<<"$output"
    done
}

@test "an alarm clock: what clocks says of it is so, and where it is forbidden a capability is named" {
    local clock usable error
    for clock in realtime_alarm boottime_alarm; do
        usable=$("$OSBOX" timerfd clocks -g clock,usable | sed -n "s/^$clock\t//p")
        error=$(python3 -c '
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
print("none" if libc.timerfd_create(int(sys.argv[1]), 0) >= 0 else errno.errorcode[ctypes.get_errno()])' \
            "$([ $clock = realtime_alarm ] && echo 8 || echo 9)")
        run --separate-stderr timeout 20 "$OSBOX" timerfd --clock=$clock --initial=1ms -g expirations 3>&-
        case $error in
        none) [ "$usable" = true ] && [ "$status" = 0 ] && got 1 ;;
        EPERM)
            [ "$usable" = false ] && [ "$status" = 77 ]
            [[ $stderr == *'[EPERM] (needs CAP_WAKE_ALARM)' ]]
            ;;
        *)
            [ "$usable" = false ]
            [ "$status" = 69 ] || [ "$status" = 71 ]
            [[ $stderr == *"[$error]" ]]
            ;;
        esac
    done
}

@test "an alarm clock without privilege: 77, or there is none" {
    local clock
    for clock in realtime_alarm boottime_alarm; do
        run --separate-stderr timeout 20 setpriv --bounding-set=-all --inh-caps=-all -- \
            "$OSBOX" timerfd --clock=$clock --initial=1ms 3>&-
        [ "$status" != 0 ] || skip 'a program without capabilities has all of them here'
        got ''
        [ ${#stderr_lines[@]} -eq 1 ]
        if [ "$status" = 77 ]; then
            [[ $stderr == *'[EPERM] (needs CAP_WAKE_ALARM)' ]]
        else
            [[ $stderr == *'[EINVAL]'* || $stderr == *'[EOPNOTSUPP]'* || $stderr == *'[ENOTSUP]'* ]]
        fi
        # It stands in the diagnostic which clock it was.
        [[ $stderr == *"$clock"* ]]
    done
}

# ---- names ----

@test "a file named timerfd or osbox-timerfd is timerfd" {
    ln -s "$OSBOX" timerfd
    ln -s "$OSBOX" osbox-timerfd
    run -0 timeout 20 ./timerfd --initial=1ms -g seq 3>&-
    got 1
    run -0 timeout 20 ./osbox-timerfd create --fd=9 --interval=1h -- ./timerfd gettime --fd=9 -g interval 3>&-
    got 3600.000000000
}

@test "the fields of how a program ended can be selected, and are null in the record of a tick" {
    osbox 0 timerfd --initial=1ns --status=fd:1 -o csv -F event,si_code,shell_status,timed_out,argv -- true x
    got $'event,si_code,shell_status,timed_out,argv\ntick,,,,\nexit,CLD_EXITED,0,false,"true,x"'
    osbox 0 timerfd --initial=1ns --status=fd:1 -J -F elapsed_ns,ru_utime_ns,started -- true
    [[ ${lines[1]} == '{"elapsed_ns":'[0-9]*',"ru_utime_ns":'[0-9]*',"started":"20'* ]]
}

# ---- the first tick at the start ----

@test "--now: a tick at the start, and the expirations after it" {
    osbox 0 timerfd --now --interval=1ms --count=4 -g seq,expirations
    [ "${lines[0]}" = $'0\t0' ]
    [ "${lines[1]%%$'\t'*}" = 1 ]
    [ "$(cut -f2 <<<"$output" | awk '{ sum += $1 } END { print sum }')" = 3 ]
    osbox 0 timerfd --now --interval=1d --count=1 -J -F seq,expirations,missed,run
    got '{"seq":0,"expirations":0,"missed":0,"run":null}'
    osbox 0 timerfd --now --initial=1ms -g seq,expirations,missed
    got $'0\t0\t0\n1\t1\t0'
    osbox 0 timerfd --now --initial=1ms --count=1 -o sh -F seq
    eval "$output"
    [ "$os_seq" = 0 ]
    osbox 64 timerfd --now --initial=1ms -o sh -F seq
    # The first expiration is due one interval after that tick.
    osbox 0 timerfd --now --interval=1ms --count=2 -g scheduled_ns,expirations
    [ $((${lines[1]%$'\t'*} - ${lines[0]%$'\t'*})) = $((${lines[1]#*$'\t'} * 1000000)) ]
}

@test "--now with a program: the first run is at the start" {
    osbox 0 timerfd --now --interval=1d --count=1 --status=fd:1 -o csv -F event,seq,expirations,missed,run,exitcode -- true
    got $'event,seq,expirations,missed,run,exitcode\ntick,0,0,0,started,\nexit,0,,,,0'
    osbox 0 timerfd --now --initial=1d --until=@0 -- touch ran
    [ ! -e ran ]
    osbox 0 timerfd --now --at=2020-01-01T00:00:00Z --overlap=queue -- sh -c 'echo x >>ran'
    [ "$(cat ran)" = $'x\nx' ]
    osbox 3 timerfd --now --interval=1ms --count=2 -- sh -c 'test -e once || { touch once; exit 3; }'
    osbox 125 timerfd --now -- true
    osbox 125 timerfd --initial=0 --interval=1s -- touch no
    complained "timerfd: '--initial=0': disarms the timer; use --now for a tick at the start"
}

# ---- what a tick does to the program ----

# until_line PATTERN FILE: waits until the file has such a line.
until_line() {
    for _ in {1..600}; do
        grep -q -- "$1" "$2" 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

@test "run: started, skipped, queued, killed" {
    osbox 0 timerfd --initial=1ns --status=fd:1 -g event,run -- true
    got $'tick\tstarted\nexit\t'
    mkfifo hold
    local how
    for how in skip queue kill; do
        : >status
        "$OSBOX" timerfd --interval=10ms --count=3 --overlap=$how --status=status -g event,run -- \
            sh -c 'trap : TERM; test -e "$0" || { : >"$0"; until read -r _ <hold; do :; done; }' "begun-$how" 3>&- &
        until_line "$(printf 'tick\t[skq][kiu]')" status
        echo >hold
        wait $!
        case $how in
        skip) [ "$(grep -c . status)" = 3 ] && [ "$(sed -n 2p status)" = $'tick\tskipped' ] ;;
        queue) grep -q $'^tick\tqueued$' status && [ "$(tail -n 1 status)" = $'exit\t' ] ;;
        kill) grep -q $'^tick\tkilled$' status ;;
        esac
    done
}

@test "--overlap=skip: the skipped ticks are one record, when the program or the ticks end" {
    mkfifo hold
    "$OSBOX" timerfd --interval=10us --count=50000 --status=status -o csv -F event,seq,expirations,scheduled_ns,run -- \
        sh -c 'read -r _ <hold' 3>&- &
    until_line skipped status # while the program still runs
    echo >hold
    wait $!
    [ "$(grep -c . status)" = 4 ]
    local event seq expirations scheduled run first=0 first_due=0
    while IFS=, read -r event seq expirations scheduled run; do
        case $event$run in
        tickstarted) [ "$seq" = 1 ] && first=$expirations first_due=$scheduled ;;
        tickskipped)
            [ "$seq" = 2 ]
            [ $((first + expirations)) = 50000 ]
            [ $((scheduled - first_due)) = $((expirations * 10000)) ]
            ;;
        esac
    done <status
    # The program ends first.
    run -0 "$OSBOX" timerfd --interval=10ms --count=20 --status=fd:1 -g event,seq,run -- "$OSBOX" timerfd --initial=50ms -g seq 3>&-
    [ "${lines[0]}" = $'tick\t1\tstarted' ]
    [ "${lines[2]}" = $'tick\t2\tskipped' ]
    [ "${lines[3]}" = $'exit\t1\t' ]
}

@test "--overlap=skip: ticks that are skipped cost no system call" {
    can_trace || skip 'nothing can be traced here'
    local ticks
    for ticks in 100 50000; do
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 traced -qq -o "trace-$ticks" -e trace=poll,ppoll,ppoll_time64,read,write \
            "$OSBOX" timerfd --interval=10us --count=$ticks --status=status -g event,run -- sleep 1 3>&-
    done
    [ "$(grep -c . trace-50000)" -le $(($(grep -c . trace-100) + 10)) ]
}

# ---- local times of day ----

@test "--at=HH:MM[:SS]: the next such local time, also for --until, create and settime" {
    local zone want now
    for zone in UTC0 IST-5:30 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Berlin; do
        [ "$zone" != Europe/Berlin ] || [ -e /usr/share/zoneinfo/Europe/Berlin ] || continue
        now=$(date +%s)
        run -0 env TZ="$zone" python3 -c '
import sys, time
now = int(sys.argv[1])
day = time.localtime(now)
for days in range(3):
    when = int(time.mktime((day.tm_year, day.tm_mon, day.tm_mday + days, 12, 34, 56, 0, 0, -1)))
    if when > now + 30:
        print(when)
        break' "$now"
        want=$output
        run -0 env TZ="$zone" "$OSBOX" timerfd create --fd=9 --at=12:34:56 -- \
            "$OSBOX" timerfd gettime --fd=9 -g next_expiration_ns 3>&-
        ((want * 1000000000 - output >= now * 1000000000))
        ((want * 1000000000 - output <= ($(date +%s) + 1) * 1000000000))
    done
    # What has passed is the next day's.
    run -0 "$OSBOX" timerfd --interval=1d --until=00:00 --count=1 -g seq 3>&-
    got ''
    usage 64 "timerfd: '--at=8:00': not a time (10:00, 2026-08-01T10:00:00Z, or @SECONDS)" --at=8:00
    usage 64 "timerfd: '--at=08:60': no such time of day" --at=08:60
    usage 64 "timerfd: '08:00': a time of day goes with --clock=realtime" --at=08:00 --clock=monotonic
}

@test "--status -o sh: a usage error is 125, and nothing is run" {
    local option
    for option in --initial=1ms '--interval=1ms --count=1' '--interval=1ms --count=2'; do
        # shellcheck disable=SC2086 # words
        osbox 125 timerfd $option -o sh --status=status -- touch ran
        complained "timerfd: '-o sh': prints one record, not several"
        [ ! -e ran ]
    done
}
