#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox urandom: what it makes, in which form, what it refuses, how it fails.
# That the counts are exact when calls fail, and that nothing is more likely than
# it should be, is in tests/oracle/urandom.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2016 # quoted for an inner shell

load ../helpers/common

setup_file() { common_setup_file; }
setup() { common_setup; }
teardown() { common_teardown; }

# makes REGEX ARG...: all of what urandom prints, its lines joined by blanks, matches, and there is
# no diagnostic.
makes() {
    local regex=$1
    shift
    osbox 0 urandom "$@"
    complained ''
    [[ ${output//$'\n'/ } =~ ^$regex$ ]] && return 0
    printf '%q does not match %s\n' "$output" "$regex" >&2
    return 1
}

# refuses ARGUMENT WHY ARG...: a usage error.
refuses() {
    local object=$1 why=$2
    shift 2
    osbox 64 urandom "$@"
    got ''
    complained "urandom: ${object:+'$object': }$why"
}

# size_of ARG...: how many bytes urandom writes.
size_of() {
    "$OSBOX" urandom "$@" >out || return
    stat -c %s out
}

# ---- bytes ----

@test "without a SIZE there are 32 bytes" {
    [ "$(size_of)" = 32 ]
    makes '[0-9a-f]{64}' --hex
}

@test "a SIZE is exact, with every unit" {
    local row
    for row in 0:0 1:1 016:16 5K:5120 5KB:5000 5KiB:5120 1.5M:1572864 .5K:512 3MB:3000000; do
        [ "$(size_of "${row%:*}")" = "${row#*:}" ]
    done
}

@test "a SIZE that is none is a usage error" {
    refuses 1e3 'unknown unit' 1e3
    refuses ' 5' 'not a number' ' 5'
    osbox 64 urandom ''
    complained "urandom: '': empty"
    refuses 5x 'unknown unit' 5x
    refuses 16E 'too large' 16E
    refuses 18446744073709551616 'too large' 18446744073709551616
    refuses -1 'must not be negative' -- -1
    refuses 2 'there is one SIZE' 1 2
}

@test "--hex, --base64 and --base64url are the bytes in a line" {
    makes '' --hex 0
    makes '[0-9a-f]{2}' --hex 1
    makes '[0-9a-f]{514}' --hex 257
    makes '' --base64 0
    makes '[A-Za-z0-9+/]{2}==' --base64 1
    makes '[A-Za-z0-9+/]{3}=' --base64 2
    makes '[A-Za-z0-9+/]{4}' --base64 3
    makes '' --base64url 0
    makes '[A-Za-z0-9_-]{2}' --base64url 1
    makes '[A-Za-z0-9_-]{3}' --base64url 2
    makes '[A-Za-z0-9_-]{4}' --base64url 3
    makes '[0-9a-f]{6}' --base64 --hex 3
    [ "$(size_of --hex 0)" = 1 ]
}

@test "encoded bytes are as many as were asked for, whatever the pieces they come in" {
    local n
    for n in 4095 4096 4097 131071 131072 131073 3000000 9000001; do
        "$OSBOX" urandom --base64 "$n" >out
        [ "$(wc -l <out)" = 1 ]
        [ "$(base64 -d out | wc -c)" = "$n" ]
        [ "$(size_of --hex "$n")" = $((2 * n + 1)) ]
        "$OSBOX" urandom --base64url "$n" >out
        [ "$(wc -c <out)" = $(((4 * n + 2) / 3 + 1)) ]
        run -1 grep -q '[^A-Za-z0-9_-]' out
    done
}

@test "--count makes so many; raw bytes have nothing between them" {
    [ "$(size_of 7 --count=3)" = 21 ]
    [ "$(size_of 100K --count=100)" = 10240000 ]
    [ "$(size_of 7 --count=0)" = 0 ]
    [ "$(size_of --hex --count=0)" = 0 ]
    makes '([0-9a-f]{10} ){4}[0-9a-f]{10}' --hex 5 --count=5
    makes '([A-Za-z0-9+/]{3}= ){4}[A-Za-z0-9+/]{3}=' --base64 2 --count=5
    [ "$("$OSBOX" urandom --hex --count=1000 | sort -u | wc -l)" = 1000 ]
    refuses --count 'SIZE times K is too large' 8E --count=2
    refuses --count=-1 'must not be negative' --count=-1
    refuses --count=1e3 'not a number' --count=1e3
    refuses --count=18446744073709551616 'too large' --count=18446744073709551616
}

@test "two runs differ" {
    "$OSBOX" urandom >a
    "$OSBOX" urandom >b
    run -1 cmp -s a b
}

@test "-j changes nothing that can be told" {
    local jobs
    for jobs in 0 1 2 3 64 4294967295; do
        [ "$(size_of -j"$jobs" 20000001)" = 20000001 ]
    done
}

# ---- integers ----

@test "--int is from LO to HI, both included" {
    makes '7' --int=7:7
    makes '-7' --int=-7:-7
    makes '0' --int=0:0
    makes '0' --int=-0:+0
    makes '[0-9] [0-9]' --int=0:9 --count=2
    makes '-?[0-5]' --int -5:5
    makes '(18446744073709551615 ?){3}' --int=18446744073709551615:18446744073709551615 --count=3
    makes '-9223372036854775808' --int=-9223372036854775808:-9223372036854775808
    makes '25[45]' --int=0xfe:0xff
    makes '[0-9]+' --int=0:18446744073709551615
    makes '-?[0-9]+' --int=-9223372036854775808:9223372036854775807
}

@test "a range that is none is a usage error" {
    refuses --int=5 'not of the form LO:HI' --int=5
    refuses --int=5:4 'the first number is above the second' --int=5:4
    refuses --int=1:-1 'the first number is above the second' --int=1:-1
    refuses --int=-1:-2 'the first number is above the second' --int=-1:-2
    refuses --int=: empty --int=:
    refuses --int=1: empty --int=1:
    refuses --int=1:2:3 'not a number' --int=1:2:3
    refuses '--int=1: 2' 'not a number' '--int=1: 2'
    refuses --int=1:+-2 'must not be negative' --int=1:+-2
    refuses --int=0:18446744073709551616 'too large' --int=0:18446744073709551616
    refuses --int=-9223372036854775809:0 'too small' --int=-9223372036854775809:0
    refuses --int=-1:18446744073709551615 'has more than 2^64 integers' \
        --int=-1:18446744073709551615
    refuses 5 'a SIZE goes with bytes only' --int=1:2 5
}

# ---- symbols ----

@test "--alphabet makes words of its symbols" {
    makes 'xxxx' --alphabet=x --length=4
    makes '' --alphabet=x --length=0
    makes '[ab]{50}' --alphabet=ab --length=50
    makes '[éü漢😀]{30}' --alphabet=éü漢😀 --length=30
    makes '([0-9]{3} ){4}[0-9]{3}' --alphabet=0123456789 --length=3 --count=5
    [ "$(size_of --alphabet=😀 --length=20000)" = 80001 ]
}

@test "ranges of --alphabet are those of tr; - at an end is itself" {
    makes '[a-f]{100}' --alphabet=a-f --length=100
    makes '[a-f0-9_]{100}' --alphabet=a-f_0-9 --length=100
    makes '[a-]{60}' --alphabet=a- --length=60
    makes '[a-]{60}' --alphabet=-a --length=60
    makes '-{9}' --alphabet=- --length=9
    makes '[A-Za-z0-9_-]{99}' --alphabet=A-Za-z0-9-_ --length=99
    makes '[αβγδε]{60}' --alphabet=α-ε --length=60
    [ "$("$OSBOX" urandom --alphabet=a-c --length=1000 | fold -w1 | sort -u | tr -d '\n')" = abc ]
    [ "$("$OSBOX" urandom --alphabet=a- --length=1000 | fold -w1 | sort -u | wc -l)" = 2 ]
    # From U+D7FF to U+E000 there are two characters, as surrogates are none.
    osbox 0 urandom --alphabet=$'\ud7ff-\ue000' --length=100 -g bits
    got 100
}

@test "symbols that are there twice, or not UTF-8, are refused" {
    local twice='a symbol is there twice, so that it would come more often than others'
    refuses --alphabet "$twice" --alphabet=aa --length=4
    refuses --alphabet "$twice" --alphabet=a-zb --length=4
    refuses --alphabet "$twice" --alphabet=ABCDEF0123456789-_ --length=4
    refuses --alphabet "$twice" --alphabet=éaé --length=4
    refuses --alphabet empty --alphabet= --length=4
    refuses --alphabet 'not UTF-8' --alphabet=$'a\xff' --length=4
    refuses --alphabet 'not UTF-8' --alphabet=$'a-\xff' --length=4
    refuses --alphabet "a range's end comes before its beginning; put '-' first or last to mean itself" \
        --alphabet=z-a --length=4
    refuses --alphabet 'goes with --length' --alphabet=ab
    refuses --length 'goes with --alphabet' --length=3
}

# ---- UUIDs ----

@test "--uuid has version and variant" {
    local hex='[0-9a-f]'
    makes "$hex{8}-$hex{4}-4$hex{3}-[89ab]$hex{3}-$hex{12}" --uuid=4
    makes "$hex{8}-$hex{4}-7$hex{3}-[89ab]$hex{3}-$hex{12}" --uuid=7
    refuses --uuid=1 'not one of 4, 7' --uuid=1
}

@test "--uuid=7 begins with the time, and each is greater than the one before" {
    local before after ms
    before=$(date +%s%3N)
    "$OSBOX" urandom --uuid=7 --count=100000 >is
    after=$(date +%s%3N)
    LC_ALL=C sort -cu is
    [ "$(wc -l <is)" = 100000 ]
    ms=$((16#$(head -n1 is | tr -d - | cut -c1-12)))
    ((before <= ms && ms <= after))
}

@test "a million of --uuid=4 are all different" {
    [ "$("$OSBOX" urandom --uuid=4 --count=1000000 | LC_ALL=C sort -u | wc -l)" = 1000000 ]
}

# ---- records ----

@test "-J and its kin print records" {
    osbox 0 urandom 5 -J -F all
    [ "$(json value bits source <<<"$output" | wc -l)" -ge 1 ]
    [ "$(jq -r '.bits' <<<"$output")" = 40 ]
    osbox 0 urandom --hex 5 -o text
    [[ $output =~ ^value=[0-9a-f]{10}$ ]]
    osbox 0 urandom --hex 5 -g value,bits
    [[ $output =~ ^[0-9a-f]{10}[[:blank:]]40$ ]]
    osbox 0 urandom --int=3:3 --count=2 -o csv
    got $'int\n3\n3'
    osbox 0 urandom --int=3:3 -J -F all
    got '{"value":"3","int":3,"uint":3,"bits":0,"source":null}'
    osbox 0 urandom --int=-3:-3 -J -F all
    got '{"value":"-3","int":-3,"uint":null,"bits":0,"source":null}'
    osbox 0 urandom --int=18446744073709551615:18446744073709551615 -J
    got '{"uint":18446744073709551615}'
    osbox 0 urandom --alphabet=z --length=3 -o sh
    got "os_value='zzz' ; unset os_error os_value_b64"
    osbox 0 urandom --uuid=4 -g bits
    got 122
    osbox 0 urandom --count=0 -J
    got ''
}

@test "the bytes of a record are what is said: all of them" {
    "$OSBOX" urandom 300000 -J --json-bytes=base64 >out
    [ "$(jq -r '.value.b64' out | base64 -d | wc -c)" = 300000 ]
    "$OSBOX" urandom 300000 -g value -0 >out
    [ "$(stat -c %s out)" = 300001 ]
}

@test "bytes with a NUL reach a shell" {
    local shell
    for shell in bash dash; do
        run --separate-stderr "$shell" -c 'eval "$("$1" urandom 5000 -o sh)" &&
            printf %s "$os_value_b64" | base64 -d | wc -c' - "$OSBOX"
        got 5000
    done
}

@test "a range across all of it has its value only" {
    osbox 0 urandom --int=-1:18446744073709551614 -J
    [[ $output =~ ^\{\"value\":\"-?[0-9]+\"\}$ ]]
}

@test "-o sh is one record, and -0 goes with values" {
    local count
    for count in 2 4294967296 4294967297 18446744073709551615; do # size_t may have 32 bits
        osbox 64 urandom --hex --count=$count -o sh
    done
    osbox 64 urandom --hex -0
    complained "urandom: '--null': goes with -o value or -g only"
    [ "$("$OSBOX" urandom --alphabet=ab --length=3 --count=4 -g value -0 | tr -dc '\0' | wc -c)" = 4 ]
}

@test "what is too much for a record is refused before it is made" {
    refuses '' 'too much for a record, which has 64M at most; -o raw has no limit' 65M -o text
    refuses '' 'too much for a record, which has 64M at most; -o raw has no limit' \
        --alphabet=ab --length=67108865 -o text
}

# ---- terminals ----

on_terminal() {
    run python3 "$HELPERS/on_pty.py" out "$OSBOX" urandom "$@"
}

@test "raw bytes are refused by a terminal, text is not" {
    local why='not written to a terminal; --hex, --base64, -o text, or --force do that'
    on_terminal 16
    [ "$status" = 64 ]
    got ''
    run python3 "$HELPERS/on_pty.py" both "$OSBOX" urandom
    [ "$status" = 64 ]
    got "urandom: $why"
    on_terminal --hex 4
    [ "$status" = 0 ]
    [[ $output =~ ^[0-9a-f]{8}.?$ ]]
    on_terminal 4 --force
    [ "$status" = 0 ]
    on_terminal 4 -o text
    [ "$status" = 0 ]
    on_terminal --alphabet=$'\e' --length=3
    [ "$status" = 64 ]
    got ''
    on_terminal --alphabet=ab --length=3
    [ "$status" = 0 ]
    on_terminal --wait-seeded
    [ "$status" = 0 ]
}

@test "nothing at all is refused by no terminal" {
    local arguments
    for arguments in 0 '0 --count=3' --count=0 '16 --count=0' $'--alphabet=\e --length=3 --count=0'; do
        # shellcheck disable=SC2086 # they are words
        run python3 "$HELPERS/on_pty.py" both "$OSBOX" urandom $arguments
        [ "$status" = 0 ]
        got ''
    done
    on_terminal --alphabet=$'\e' --length=0
    [ "$status" = 0 ]
}

# ---- how the kernel is asked ----

@test "every flag that the kernel knows is passed on" {
    can_trace || skip 'nothing can be traced here'
    local row
    for row in :0 --nonblock:GRND_NONBLOCK --random:GRND_RANDOM --insecure:GRND_INSECURE; do
        run traced -qq -e trace=getrandom -o log "$OSBOX" urandom --hex 3 ${row%:*}
        [ "$status" = 0 ]
        grep -qE " 3, ${row#*:}\) += 3" log
    done
    run traced -qq -e trace=getrandom -o log "$OSBOX" urandom --hex 3 --nonblock --random
    grep -qE ' 3, GRND_NONBLOCK\|GRND_RANDOM\) += 3' log
    osbox 64 urandom --random --insecure
}

@test "small requests cost one call, none that is not needed" {
    can_trace || skip 'nothing can be traced here'
    not_sanitized
    traced -qq -e trace=getrandom,mmap,clone,clone3,openat -o log "$OSBOX" urandom --hex 16
    [ "$(grep -c '^getrandom(.*16, 0) *= 16' log)" = 1 ]
    run -1 grep -q clone log
    run -1 grep -q MAP_DROPPABLE log
    traced -qq -e trace=getrandom -o log "$OSBOX" urandom 0
    run -1 grep -q '^getrandom(.* 0) *=' log
}

@test "--wait-seeded alone makes nothing; otherwise what was asked for" {
    makes '' --wait-seeded
    makes '' --wait-seeded=0
    makes '' --wait-seeded=5s
    makes '[0-9a-f]{6}' --wait-seeded --hex 3
    [ "$(size_of --wait-seeded 9)" = 9 ]
    makes '\{"value":.*\}' --wait-seeded -J 3
    osbox 64 urandom --wait-seeded --nonblock
    osbox 64 urandom --wait-seeded=x
}

@test "--stats tells what it took" {
    local source
    osbox 0 urandom --hex 10 --stats
    [[ $stderr =~ ^urandom:\ source=(getrandom)\ calls=1\ interrupted=0\ partial=0\ bytes=10\ bits=80\ threads=1$ ]]
    osbox 0 urandom --int=5:5 --stats
    complained 'urandom: source=none calls=0 interrupted=0 partial=0 bytes=0 bits=0 threads=1'
    osbox 0 urandom --uuid=4 --count=3 --stats -J
    json applet source <<<"$stderr"
    [ "$(jq -c '[.bytes,.bits]' <<<"$stderr")" = '[48,366]' ]
    "$OSBOX" urandom 1M --stats >/dev/null 2>err
    source=$(sed -n 's/^urandom: source=\([a-z]*\) .*/\1/p' err)
    [[ $source = vdso || $source = getrandom ]]
    grep -qF ' bytes=1048576 bits=8388608 ' err
    "$OSBOX" urandom 100M -j2 --stats >/dev/null 2>err
    grep -qF ' bytes=104857600 bits=838860800 threads=2' err
}

@test "--progress ends with the whole" {
    "$OSBOX" urandom --hex 3 --progress >out 2>err
    [ "$(sed 's|[0-9]*/s|N/s|' err)" = $'\rurandom: 3 of 3 bytes, N/s ' ]
    "$OSBOX" urandom --uuid=4 --count=3 --progress >out 2>err
    [ "$(sed 's|[0-9]*/s|N/s|' err)" = $'\rurandom: 3 of 3 values, N/s ' ]
}

# ---- output that is lost ----

@test "raw output that cannot be written is status 74" {
    local arguments
    for arguments in 1 20M '--hex 20M' '--base64 20M' '--int=0:9 --count=1000000' \
        '--alphabet=ab --length=1000000' --uuid=7; do
        # shellcheck disable=SC2086 # they are words
        run --separate-stderr sh -c '"$@" >/dev/full' - "$OSBOX" urandom $arguments
        [ "$status" = 74 ]
        complained_of 'urandom: descriptor 1: ' ENOSPC
        # shellcheck disable=SC2086
        run --separate-stderr sh -c '"$@" >&-' - "$OSBOX" urandom $arguments
        [ "$status" = 74 ]
        complained_of 'urandom: descriptor 1: ' EBADF
    done
    run --separate-stderr sh -c '"$@" >/dev/full' - "$OSBOX" urandom 0
    [ "$status" = 0 ]
}

@test "--stats that cannot be written are status 74, --progress is decoration" {
    local arguments lost
    for lost in '2>/dev/full' '2>&-'; do
        for arguments in 4 '-J 4' 0; do
            # shellcheck disable=SC2086 # they are words
            run -74 sh -c "\"\$@\" $lost >out" - "$OSBOX" urandom $arguments --stats
            # shellcheck disable=SC2086
            run -0 sh -c "\"\$@\" $lost >out" - "$OSBOX" urandom $arguments --progress
        done
        run -74 sh -c "\"\$@\" $lost" - "$OSBOX" urandom --alphabet=a --length=3 --stats
        got aaa
    done
}

@test "a reader that has enough ends it quietly" {
    local arguments
    for arguments in 16E '--hex 4E' '--int=0:9 --count=18446744073709551615' '--base64 1E -j7'; do
        [ "$arguments" = 16E ] && arguments=15E
        # shellcheck disable=SC2086 # they are words
        { "$OSBOX" urandom $arguments 2>err || echo "$?" >status; } | head -c 10 | wc -c >size
        [ "$(cat size)" = 10 ]
        [ "$(cat status)" = 141 ]
        [ ! -s err ]
    done
}

@test "no file becomes standard output when that is closed" {
    : >file
    run sh -c '"$@" <&- >&- 2>&-' - "$OSBOX" urandom 1M
    [ "$status" = 74 ]
    [ ! -s file ]
}
