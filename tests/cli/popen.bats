#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox popen: what a shell script gets of a command. Sizes, memory, terminals,
# signals and what os.popen itself returns are in tests/oracle/popen.py.
#
# A FIFO tells one side that the other has come so far: no test is right only
# because something was fast or slow.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2016 # quoted for an inner shell

load ../helpers/common

setup_file() { common_setup_file; }
setup() {
    common_setup
    bytes '\377\200 \001x' >not-utf8
}

teardown() {
    local pid
    for pid in ${left_pids:-}; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    [ ! -p "$WORK/held" ] || : <>"$WORK/held"
    common_teardown
}

# popen STATUS ARG...: osbox popen; a hang is status 124 with a KILL: 137.
popen() {
    local want=$1
    shift
    run --separate-stderr -"$want" timeout -s KILL 60 "$OSBOX" popen "$@" 3>&- </dev/null
}

# into FILE STATUS ARG...: the same with stdout in a file, byte for byte.
into() {
    local file=$1 want=$2 status=0
    shift 2
    timeout -s KILL 60 "$OSBOX" popen "$@" >"$file" 2>stderr 3>&- </dev/null || status=$?
    [ "$status" -eq "$want" ] && return 0
    echo "status $status instead of $want: $(cat stderr)" >&2
    return 1
}

# bytes TEXT: of printf's escapes.
bytes() {
    # shellcheck disable=SC2059 # that is what it is for
    printf "$1"
}

# is FILE TEXT: the file is exactly what printf makes of TEXT.
is() {
    bytes "$2" >want
    same want "$1"
}

# members NAME...: of the record in the file `record`, on one line.
members() {
    json "$@" <record | tr '\n' ' ' | sed 's/ $//'
}

# in_shells SCRIPT WANT: prints exactly WANT in every shell that -o sh promises to be exact in.
in_shells() {
    local shell count=0
    bytes "$2" >want
    for shell in dash bash zsh ash; do
        command -v "$(shell_command $shell | cut -d' ' -f1)" >/dev/null || continue
        # shellcheck disable=SC2046 # they are words
        timeout -s KILL 120 $(shell_command $shell) -c "$1" >got 2>stderr 3>&- </dev/null || true
        same want got || {
            echo "in $shell: $(cat stderr)" >&2
            return 1
        }
        count=$((count + 1))
    done
    [ "$count" -gt 0 ] || skip 'none of the shells is installed'
}

# background FILE ARG...: osbox popen beside the test, with stdout in a file or FIFO; it is $!.
background() {
    local file=$1
    shift
    "$OSBOX" popen "$@" 3>&- </dev/null >"$file" &
    left_pids="${left_pids:-} $!"
}

# release: ends those who wait to read the FIFO `held`.
release() {
    # Opened for both, it does not block, and whoever opens it for reading goes on.
    : <>held
}

needs_terminals() {
    python3 -c 'import os; os.openpty()' 2>/dev/null || skip 'there are no terminals here'
}

# ---- variables of a shell ----

@test "eval: stdout, stderr and the status, exact in every shell, trailing newlines too" {
    in_shells 'eval "$("$OSBOX" popen -o sh -- sh -c "echo out; echo err >&2; exit 3")" || echo failed
        printf "<%s><%s><%s>" "$os_stdout" "$os_stderr" "$os_exitcode"' '<out\n><err\n><3>'
    in_shells 'eval "$("$OSBOX" popen -o sh -- printf "a\n\n\n")"
        printf "<%s><%s><%s>" "$os_stdout" "$os_stderr" "$os_exitcode"' '<a\n\n\n><><0>'
    in_shells 'eval "$("$OSBOX" popen -o sh "printf %s no-newline")"
        printf "<%s>" "$os_stdout"' '<no-newline>'
}

@test "eval: quotes, backslashes, dollars and control characters" {
    export text=$'it\'s "$HOME" `x` \\n \\\\ $(echo x) !h \t\r\033[31m \u2028 \303\251 ~ *\n'
    printf '%s' "$text" >text
    in_shells 'eval "$("$OSBOX" popen -o sh -F stdout -- cat text)"
        printf %s "$os_stdout" | cmp - text && echo same' 'same\n'
}

@test "eval: bytes that are not UTF-8" {
    in_shells 'eval "$("$OSBOX" popen -o sh -F stdout,stderr "cat not-utf8; cat not-utf8 >&2")"
        printf %s "$os_stdout" | cmp - not-utf8 && printf %s "$os_stderr" | cmp - not-utf8 && echo same' 'same\n'
}

@test "eval: every byte but NUL" {
    python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(1, 256)) * 3)' >all
    in_shells 'eval "$("$OSBOX" popen -o sh -F stdout -- cat all)"
        printf %s "$os_stdout" | cmp - all && echo same' 'same\n'
}

@test "eval: a NUL makes os_stdout_b64, and os_stdout is unset" {
    in_shells 'os_stdout=stale; eval "$("$OSBOX" popen -o sh -F stdout,stderr -- printf "a\\000b\n")"
        echo "${os_stdout-unset} $os_stdout_b64 ${os_stderr-unset}"' 'unset YQBiCg== \n'
    in_shells 'os_stdout_b64=stale; eval "$("$OSBOX" popen -o sh -F stdout -- echo x)"
        echo "$os_stdout ${os_stdout_b64-unset}"' 'x\n unset\n'
}

@test "eval: 10 MB" {
    seq 1 1500000 >big
    [ "$(wc -c <big)" -gt 10000000 ]
    in_shells 'eval "$("$OSBOX" popen -o sh -F stdout,exitcode -- cat big)"
        printf %s "$os_stdout" | cmp - big && echo same $os_exitcode' 'same 0\n'
}

@test "eval: a value of before does not stay" {
    in_shells 'os_signal=stale os_stderr=stale os_error=stale
        eval "$("$OSBOX" popen -o sh --mode=2 "exit 3")"
        echo "${os_signal-unset} ${os_stderr-unset} ${os_error-unset} $os_close"' 'unset unset unset 768\n'
}

@test "eval fails if the command could not be run, and says why" {
    in_shells 'os_exitcode=stale os_stdout=stale
        eval "$("$OSBOX" popen -o sh -- /nope)"
        echo "$? $os_error ${os_exitcode-unset} ${os_stdout-unset}"' '127 ENOENT unset unset\n'
    in_shells 'os_exitcode=stale
        eval "$("$OSBOX" popen -o sh -F exitcode -- /nope)"
        echo "$? ${os_exitcode-unset}"' '127 unset\n'
    in_shells 'os_exitcode=stale
        eval "$("$OSBOX" popen -o sh --zzz -- true)"
        echo "$? $os_error ${os_exitcode-unset}"' '125 EX_USAGE unset\n'
    in_shells 'os_exitcode=stale
        eval "$("$OSBOX" popen -o sh -F exitcode,zzz -- true)"
        echo "$? $os_error ${os_exitcode-unset}"' '125 EX_USAGE unset\n'
}

# ---- bytes that pass through ----

@test "raw: the bytes and the status of the command" {
    into out 3 'cat not-utf8; printf "a\000b\n\n"; echo err >&2; exit 3'
    is out '\377\200 \001xa\0b\n\n'
    is stderr 'err\n'
    into out 0 -- printf ''
    is out ''
    into out 0 -- printf x
    is out x
}

@test "raw has no fields; without it, fields make a record" {
    osbox 125 popen -o raw -F stdout 'echo x'
    got ''
    complained "popen: '--fields': the format raw has none"
    osbox 125 popen -o raw -0 -F stdout 'echo x'
    complained "popen: '--fields': the format raw has none"
    osbox 0 popen -F stdout 'echo x'
    got 'stdout=x\n'
    osbox 0 popen -o raw 'echo x'
    got x
    osbox 125 popen -o rav 'echo x'
    complained "popen: '--output=rav': not one of text, json, csv, tsv, sh, value, table, raw; did you mean 'raw'?"
}

@test "raw: every status, and 128+N for a signal" {
    local status
    for status in 0 1 2 64 124 125 126 127 128 255; do
        popen $status "exit $status"
        complained ''
    done
    for status in 1 2 3 9 13 15 34 63 64; do
        popen $((128 + status)) "kill -$status \$\$"
        complained ''
    done
    popen 0 'exit 256'
}

@test "raw: megabytes, to a pipe, to a file, and to the end of a file" {
    seq 1 400000 >big
    "$OSBOX" popen -- cat big | cmp - big
    into out 0 -- cat big
    same big out
    echo first >appended
    "$OSBOX" popen -- cat big >>appended
    { echo first; cat big; } | cmp - appended
}

@test "raw: mode 4 keeps the order of both streams" {
    into out 0 --mode=4 'for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done'
    is out 'o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\no6\ne6\no7\ne7\no8\ne8\no9\ne9\n'
    is stderr ''
}

@test "raw: a reader that has gone ends it with SIGPIPE, quietly, and the command too" {
    local mode
    for mode in --mode=r --mode=3 --mode=4 --tee --buffering=1 --buffering=100 --pty; do
        [ $mode != --pty ] || needs_terminals
        run -0 --separate-stderr bash -c '
            timeout -s KILL 60 "$OSBOX" popen '"$mode"' "exec yes 2>/dev/null" </dev/null | head -n 1
            echo "${PIPESTATUS[@]}"' 3>&-
        output=${output//$'\r'/}
        got $'y\n141 0'
        complained ''
    done
}

@test "raw: a reader that has gone is 74 where SIGPIPE is ignored" {
    run -0 --separate-stderr bash -c 'trap "" PIPE
        timeout -s KILL 60 "$OSBOX" popen "exec yes 2>/dev/null" </dev/null | head -n 1
        echo "${PIPESTATUS[@]}"' 3>&-
    got $'y\n74 0'
    [[ ${#stderr_lines[@]} -eq 1 && $stderr == popen:*' [EPIPE]' ]]
}

@test "raw: >/dev/full is 74" {
    local arguments
    for arguments in '' --tee --buffering=1 --mode=4 --mode=3; do
        run -74 bash -c '"$OSBOX" popen '"$arguments"' "echo x; exit 3" 2>stderr >/dev/full' 3>&-
        [[ $(cat stderr) == popen:*' [ENOSPC]' ]]
    done
    # Nothing was to be written.
    run -3 bash -c '"$OSBOX" popen "exit 3" >/dev/full' 3>&-
}

@test "raw: stdout closed is 74, and no file is written to instead" {
    echo untouched >f
    run -74 bash -c '"$OSBOX" popen "echo x" >&- 2>stderr' 3>&-
    [[ $(cat stderr) == popen:*' [EBADF]' ]]
    run -74 bash -c '"$OSBOX" popen "cat f" <&- >&- 2>&-' 3>&-
    run -74 bash -c '"$OSBOX" popen --status=record "cat f" <&- >&- 2>&-' 3>&-
    is f 'untouched\n'
    grep -qx exitcode=0 record
}

@test "what was closed is closed for the command; what was open it inherits, and no more" {
    run -0 bash -c '"$OSBOX" popen "ls /proc/self/fd >fds" <&-' 3>&-
    [ "$(head -c 2 fds)" = "$(printf '0\n')" ] # the directory that ls reads
    run -0 bash -c 'ls /proc/self/fd >want; "$OSBOX" popen "ls /proc/self/fd >fds" 9</dev/null 8>/dev/null' 3>&-
    { cat want; printf '8\n9\n'; } | sort -u >both
    sort -u fds | cmp - both
    run -0 bash -c '"$OSBOX" popen -J -F stdout --status=fd:7 "ls /proc/self/fd >fds; exit 0" 7>record' 3>&-
    sort -u want | cmp - <(sort -u fds)
}

@test "stdio that is shared stays blocking" {
    popen 0 --mode=3 'for fd in 0 1 2; do sed -n s/^flags:.//p /proc/$PPID/fdinfo/$fd; done >flags'
    [ "$(wc -l <flags)" -eq 3 ]
    # O_NONBLOCK is 04000.
    # shellcheck disable=SC2013 # words without spaces
    for flags in $(cat flags); do
        [ $((0$flags & 04000)) -eq 0 ]
    done
}

@test "a pipe or FIFO is written to in large blocks, not PIPE_BUF bytes at a time" {
    can_trace || skip 'nothing can be traced here'
    local arguments
    seq 200000 >big
    mkfifo fifo
    for arguments in '' '--tee --status=record' --mode=4 --buffering=1 --buffering=100000 '--events -g data'; do
        # shellcheck disable=SC2086
        traced -qq -o calls -e trace=write "$OSBOX" popen $arguments -- cat big 3>&- | cat >passed
        [ "$(wc -c <passed)" -ge "$(wc -c <big)" ]
        [ "$(grep -c '^write(' calls)" -le $(($(wc -c <passed) / 8192)) ]
        cat fifo >passed &
        # shellcheck disable=SC2086
        traced -qq -o calls -e trace=write "$OSBOX" popen $arguments -- cat big 3>&- >fifo
        wait "$!"
        [ "$(wc -c <passed)" -ge "$(wc -c <big)" ]
        [ "$(grep -c '^write(' calls)" -le $(($(wc -c <passed) / 8192)) ]
    done
}

@test "--buffering: as it comes, by lines, in blocks; the rest at the end" {
    local want
    mkfifo go out
    for want in '-1 a\nb a\nbc\nd' '0 a\nb a\nbc\nd' '1 a\n a\nbc\nd' '2 a\n a\nbc\nd' '3 a\nb a\nbc\nd'; do
        read -r n first all <<<"$want"
        background out --buffering="$n" 'printf "a\nb"; read x <go; printf "c\nd"'
        exec 7<out
        # One read(2): what was passed on by then.
        dd bs=100 count=1 status=none <&7 >got
        is got "$first"
        echo >go
        cat <&7 >>got
        exec 7<&-
        wait "$!"
        is got "$all"
    done
}

@test "--buffering: megabytes are the same in each way" {
    seq 1 300000 >big
    local n
    for n in -1 0 1 7 4096 65536 100000; do
        "$OSBOX" popen --buffering=$n -- cat big | cmp - big
        into out 0 --buffering=$n -- cat big
        same big out
    done
}

# ---- modes ----

@test "modes: what each captures of stdout and stderr" {
    local mode want
    for want in 'r "o\n" null' 'w null null' '2 "o\n" null' '3 "o\n" "e\n"' '4 "o\ne\n" null' 'system null null'; do
        mode=${want%% *}
        into out 0 --mode="$mode" --status=fd:5 -J --tee 'echo o; echo e >&2' 5>record
        output=$(members stdout stderr)
        got "${want#* }"
    done
    into record 0 -J 'echo o; echo e >&2'
    output=$(members stdout stderr)
    got '"o\n" "e\n"'
    popen 0 'echo o; echo e >&2'
    got o
    complained e
}

# input_modes FUNCTION: calls it with options that give each mode and each kind of output.
input_modes() {
    local mode output
    for mode in '' r w 2 3 4 system; do
        for output in '' -otext -J '-g exitcode' '-o sh' --tee '--tee -J' --status=record \
            '--tee --status=record' --events '--events --status=record' '--limit=1 -J' --buffering=1 \
            --timeout=1h --on-exit=kill '--kill=child --timeout=1h' --progress; do
            # shellcheck disable=SC2086 # several options
            "$1" ${mode:+--mode=$mode} $output
        done
    done
}

@test "standard input is inherited in every mode and kind of output" {
    inherits() {
        rm -f got
        echo abc | "$OSBOX" popen "$@" 'cat >got' >/dev/null 2>&1
        is got 'abc\n'
        echo abc | "$OSBOX" popen "$@" --input=- -- sh -c 'wc -c >got' >/dev/null 2>&1
        is got '4\n'
    }
    input_modes inherits
    echo abc | "$OSBOX" popen -g stdout -- wc -c >got
    is got '4\n\n'
}

@test "--input: a file in every mode and kind of output" {
    reads_file() {
        rm -f got
        echo abc | "$OSBOX" popen --input=file "$@" 'cat >got' >/dev/null 2>&1
        is got 'other\n'
    }
    echo other >file
    input_modes reads_file
}

@test "standard input that is closed stays closed, unless --input opens a file" {
    echo other >file
    is_closed() {
        run -0 bash -c '"$OSBOX" popen "$@" "[ -e /proc/\$\$/fd/0 ] && echo open >got || echo closed >got" <&-' \
            bash "$@" 3>&-
        is got 'closed\n'
        run -0 bash -c '"$OSBOX" popen --input=file "$@" "cat >got" <&-' bash "$@" 3>&-
        is got 'other\n'
    }
    input_modes is_closed
}

@test "a loop that reads lines keeps them with --input=/dev/null" {
    keeps_lines() {
        printf '1\n2\n3\n' | while read -r line; do
            "$OSBOX" popen --input=/dev/null "$@" 'cat; true' >/dev/null 2>&1
            echo "$line"
        done >lines
        is lines '1\n2\n3\n'
    }
    input_modes keeps_lines
}

@test "--input: a file that cannot be opened is 125, and the command is not run" {
    popen 125 --input=nope 'touch ran'
    complained_of "popen: open: 'nope': " ENOENT
    [ ! -e ran ]
    popen 125 -J --input=nope true
    output=$(json step object error exitcode <<<"$output" | tr '\n' ' ')
    got '"open" "nope" "ENOENT" null '
}

@test "--input: a command that reads none of it, or a byte, of megabytes" {
    head -c 10000000 /dev/zero >big
    popen 0 --input=big -g exitcode,stdout 'echo done'
    got $'0\tdone'
    popen 0 --input=big -J -F stdout,exitcode 'head -c 1 >/dev/null; exec <&-; echo done'
    got '{"stdout":"done\n","exitcode":0}'
    head -c 10000000 /dev/zero | "$OSBOX" popen --mode=2 --input=- 'head -c 1 | wc -c' >got
    is got '1\n'
    "$OSBOX" popen -g stdout_bytes --input=- cat <big >got
    is got '10000000\n'
}

@test "os.popen(cmd, 'w'): what is written to osbox is the command's input" {
    printf 'a\nb\n' | "$OSBOX" popen --mode=w 'cat >file; exit 3' || [ $? -eq 3 ]
    is file 'a\nb\n'
    printf 'a\n' | "$OSBOX" popen --mode=w -g close 'cat >file; exit 3' >got
    is got '768\n'
}

# ---- the command ----

@test "a string with newlines, quotes and a trailing backslash is one program" {
    popen 0 $'echo a\necho "b  c"\nfor i in 1 2; do\n  echo $i\ndone # end'
    got $'a\nb  c\n1\n2'
}

@test "a string that begins with a dash" {
    make_program() {
        printf '#!/bin/sh\necho "$0 $*"\n' >"$1"
        chmod 755 "$1"
    }
    mkdir bin
    make_program bin/-n
    PATH=$PWD/bin:$PATH popen 0 -c '-n x'
    got "$PWD/bin/-n x"
    PATH=$PWD/bin:$PATH popen 0 --command='-n y'
    PATH=$PWD/bin:$PATH popen 0 -- -n 'a  b' --mode=w -J
    got "$PWD/bin/-n a  b --mode=w -J"
    popen 125 '-n'
    [[ $stderr == "popen: '-n': unknown option"* ]]
}

@test "an empty string is a command that does nothing" {
    popen 0 ''
    got ''
    popen 0 -c '' -g exitcode,close
    got $'0\t'
    popen 0 ' # only a comment' -g exitcode
    got 0
}

@test "no command, two, an empty vector: usage errors, 125" {
    local arguments
    # shellcheck disable=SC2089 # the quotes are meant
    for arguments in '' '--' "'a;' b" '-c a b' '-c a -- b' 'a -- b'; do
        # shellcheck disable=SC2086,SC2090
        popen 125 $arguments
        got ''
        complained "popen: takes one command: a string for sh, or '--' and a program"
    done
}

@test "options that contradict each other are usage errors" {
    popen 125 --events --tee true
    popen 125 --signal=KILL true
    popen 125 --kill-after=1 true
    popen 125 --kill=child true
    popen 125 --pty=80 true
    popen 125 --pty=0x0 true
    popen 125 --pty=80x true
    popen 125 --pty=80x24x1 true
    popen 125 --pty=65536x1 true
    popen 125 --buffering=-2 true
    popen 125 --buffering=x true
    popen 125 --mode=rw true
    popen 125 --status=fd:x true
    popen 125 --status=fd:99 true
    [[ $stderr == popen:* ]]
}

@test "-o sh and --events do not go together, and the command is not run" {
    popen 125 -o sh --events 'touch ran'
    [ "$(wc -l <<<"$output")" -le 1 ]
    [ ! -e ran ]
}

@test "a program that is not there, or no program: 127, 126" {
    : >text
    popen 127 -- /nope
    complained_of "popen: exec: '/nope': " ENOENT
    popen 126 -- ./text
    explained "popen: exec: './text': " EACCES 'it has no execute permission'
    chmod 755 text
    popen 126 -- ./text
    explained "popen: exec: './text': " ENOEXEC 'it is empty'
    popen 127 '/nope 2>/dev/null'
    complained ''
}

@test "127 of the command and 127 of osbox are told apart by the record" {
    popen 127 -J -- /nope
    output=$(json step object error errno exitcode stdout close <<<"$output" | tr '\n' ' ')
    got '"exec" "/nope" "ENOENT" 2 null null null '
    popen 0 -J 'exit 127'
    output=$(json step error exitcode stdout close <<<"$output" | tr '\n' ' ')
    got 'null null 127 "" 32512 '
}

# ---- records ----

@test "a record on stdout: status 0, whatever the command's" {
    popen 0 -g exitcode,close,wait_status,shell_status,signal,core 'exit 3'
    got $'3\t768\t768\t3\t\tfalse'
    popen 0 -g exitcode,close,wait_status,shell_status,signal,core 'kill -KILL $$'
    got $'-9\t-2304\t9\t137\tSIGKILL\tfalse'
    popen 0 -F close true
    got close
}

@test "a core dump is told apart" {
    (
        ulimit -c unlimited 2>/dev/null
        [ "$(ulimit -c)" = unlimited ]
    ) || skip 'no core dumps here'
    case $(cat /proc/sys/kernel/core_pattern) in
    '|'*) skip 'core dumps go to a program' ;;
    esac
    popen 0 -g si_code,core,wait_status,close 'ulimit -c unlimited; kill -SEGV $$'
    got $'CLD_DUMPED\ttrue\t139\t-2816'
    popen 0 -g si_code,core,wait_status,close 'ulimit -c 0; kill -SEGV $$'
    got $'CLD_KILLED\tfalse\t11\t-2816'
}

@test "-F alone is a text record" {
    popen 0 -F stdout,stderr,exitcode 'echo "a  b"; printf "x\\y" >&2; exit 3'
    got $'stdout=a  b\\n\nstderr=x\\\\y\nexitcode=3'
}

@test "-F help lists the fields without a command" {
    popen 0 -F help
    [[ $output == *'stdout '*'leaked_writers '* ]]
}

@test "--limit: the first bytes are kept, the rest is counted, and the command goes on" {
    popen 0 --limit=5 -F stdout,stderr,truncated,stdout_bytes,stderr_bytes,exitcode \
        'seq 1 100000; echo err >&2; exit 3'
    got $'stdout=1\\n2\\n3\nstderr=err\\n\ntruncated=true\nstdout_bytes=588895\nstderr_bytes=4\nexitcode=3'
    popen 0 --limit=4 -g truncated,stdout 'printf abcd'
    got $'false\tabcd'
    popen 0 --limit=0 -g truncated,stdout,stdout_bytes 'printf abcd'
    got $'true\t\t4'
    into out 0 --limit=3 'printf abcdef'
    is out abcdef
}

@test "captured output beyond memory goes to a file without a name in TMPDIR" {
    head -c 3000000 /dev/urandom | base64 >big
    mkdir tmp
    for dir in "$PWD/tmp" /nope ''; do
        TMPDIR=$dir into record 0 -J -F stdout,stderr 'cat big; cat big >&2'
        json stdout <record | python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin))' | cmp - big
        json stderr <record | python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin))' | cmp - big
    done
    rmdir tmp
}

@test "what a temporary file does not take is kept in memory" {
    not_sanitized
    needs prlimit
    local size
    for size in 0 100000 3000000; do
        popen 0 -g exitcode,stdout_bytes -- prlimit --fsize="$size" "$OSBOX" popen -g stdout \
            'head -c 4000000 /dev/zero | tr "\0" x; exit 3'
        got $'0\t4000001'
    done
    TMPDIR=$PWD into out 0 -g stdout -- prlimit --fsize=2500000 "$OSBOX" popen -g stdout \
        'seq 600000; exit 3'
    seq 600000 | { cat && echo && echo; } | cmp - out
}

@test "what memory cannot keep is null and 74; the command runs on" {
    not_sanitized
    needs prlimit
    local limited=(prlimit --fsize=100000 --as=80000000 "$OSBOX")
    run --separate-stderr -74 timeout -s KILL 60 "${limited[@]}" popen -J \
        -F exitcode,stdout_bytes,stdout 'head -c 200000000 /dev/zero; exit 3' 3>&-
    got '{"exitcode":3,"stdout_bytes":200000000,"stdout":null}'
    [[ $stderr == *'"operation":"malloc","path":"stdout"'* ]]
    run --separate-stderr -74 timeout -s KILL 60 "${limited[@]}" popen \
        -F exitcode,stdout_bytes,stdout 'head -c 200000000 /dev/zero; exit 3' 3>&-
    got $'exitcode=3\nstdout_bytes=200000000\nstdout'
    complained_of "popen: 'stdout': " ENOMEM
}

@test "--pty with a standard input that cannot be read: the command has none" {
    run --separate-stderr -3 timeout -s KILL 60 \
        sh -c 'exec "$OSBOX" popen --pty "cat; echo hi; exit 3" <&-' 3>&-
    got $'hi\r'
    complained ''
    run --separate-stderr -74 timeout -s KILL 60 \
        sh -c 'exec "$OSBOX" popen --pty "cat; echo hi" </' 3>&-
    got $'hi\r'
    complained_of 'popen: descriptor 0: ' EISDIR
    popen 74 --pty --input=/ 'cat; echo hi'
    got $'hi\r'
    complained_of "popen: '/': " EISDIR
    popen 74 --pty --input=/ -F exitcode 'cat; exit 3'
    got 'exitcode=3'
}

@test "bytes have no NUL between them: -0 is a usage error" {
    popen 125 -0 'echo x'
    got ''
    complained "popen: '--null': goes with -o value or -g only"
}

@test "--status: a file, a descriptor, in any format; output passes through" {
    into out 3 --status=record 'echo o; exit 3'
    is out 'o\n'
    grep -qx exitcode=3 record
    grep -qx stdout record
    into out 3 --status=fd:5 -J 'echo o; exit 3' 5>record
    is out 'o\n'
    output=$(members stdout exitcode close stdout_bytes)
    got 'null 3 768 2'
    into out 3 --tee --status=record -J 'echo o; echo e >&2; exit 3'
    is out 'o\n'
    is stderr 'e\n'
    output=$(members stdout stderr)
    got '"o\n" "e\n"'
    "$OSBOX" popen --status=fd:3 -o sh -F exitcode 'echo o' 3>record >out
    is out 'o\n'
    is record 'os_exitcode=0 ; unset os_error\n'
}

@test "--status: a record of what could not be run, too" {
    popen 127 --status=record -J -- /nope
    output=$(members step object error pid)
    got '"exec" "/nope" "ENOENT" null'
    popen 125 --status=record -J --input=nope true
    output=$(members step object error pid)
    got '"open" "nope" "ENOENT" null'
}

@test "--status: the record is whole when the reader of the output has gone" {
    # left FORMAT RECORD ARG...: the record of a command whose output nobody reads on.
    left() {
        local format=$1 want=$2
        shift 2
        rm -f record
        run -0 --separate-stderr bash -c 'timeout -s KILL 60 "$OSBOX" popen --status=record \
            -F signal,exitcode "$@" "exec yes 2>/dev/null" 2>/dev/null </dev/null | head -n 1
            echo "${PIPESTATUS[@]}"' bash -o "$format" "$@" 3>&-
        got $'y\n141 0'
        is record "$want"
    }
    local arguments
    for arguments in '' --mode=2 --mode=3 --mode=4 --limit=10 --buffering=1 --buffering=100 --tee \
        --timeout=1h --progress; do
        # shellcheck disable=SC2086
        left text 'signal=SIGPIPE\nexitcode=-13\n' $arguments
    done
    left json '{"signal":"SIGPIPE","exitcode":-13}\n'
    left csv 'signal,exitcode\nSIGPIPE,-13\n'
    left value 'SIGPIPE\t-13\n'
    left table 'signal   exitcode\nSIGPIPE       -13\n'
    left sh "os_signal='SIGPIPE' os_exitcode=-13 ; unset os_error\n"
}

@test "--status --events: all are there when the reader of the output has gone" {
    run -0 --separate-stderr bash -c 'timeout -s KILL 60 "$OSBOX" popen --events --status=record \
        -F data,signal,exitcode "exec yes 2>/dev/null" </dev/null | head -n 1
        echo "${PIPESTATUS[@]}"' 3>&-
    got $'y\n141 0'
    [ "$(head -n 1 record)" = '{"data":"y\n","signal":null,"exitcode":null}' ]
    [ "$(tail -n 1 record)" = '{"data":null,"signal":"SIGPIPE","exitcode":-13}' ]
}

@test "a record on standard output is whole when the reader of --tee has gone" {
    without_reader 141 popen --tee -F exitcode,stdout 'echo x'
    got $'exitcode=0\nstdout=x\\n'
}

@test "--status: the record is whole when nobody reads standard error" {
    without_reader 141 popen --status=record -J -F error,step -- /nope
    is record '{"error":"ENOENT","step":"exec"}\n'
    without_reader 141 popen --status=record -o sh -F error -- /nope
    grep -qF "os_error='ENOENT'" record || grep -qF 'os_error=ENOENT' record
}

@test "--status: one that cannot be written is an error, and the command is not run" {
    popen 125 --status=/nope/x 'touch ran'
    [ ! -e ran ]
    popen 74 --status=/dev/full 'echo o'
    got o
    complained_of "popen: '/dev/full': " ENOSPC
}

@test "--tee: a record, and the bytes on standard error" {
    into record 0 --tee -J 'echo o; cat not-utf8; exit 3'
    is stderr 'o\n\377\200 \001x'
    output=$(members stdout exitcode)
    got '{"b64":"bwr/gCABeA=="} 3'
}

@test "--progress: on standard error, and the last line is complete" {
    into out 0 --progress 'printf abcd'
    is out abcd
    tr '\r' '\n' <stderr | tail -n 1 | grep -Eqx 'popen: [0-9]+\.[0-9] s, 4 bytes'
    popen 0 --progress -g stdout,exitcode 'printf abcd; exit 3'
    got $'abcd\t3'
}

# ---- events ----

@test "--events: a record a line, in order, and the end last" {
    into record 3 --events 'echo one; echo two; printf three; exit 3'
    output=$(python3 -c 'if True:
        import json
        rows = [json.loads(line) for line in open("record")]
        assert len({row["pid"] for row in rows}) == 1 and rows[0]["pid"]
        times = [row["monotonic_ns"] for row in rows]
        assert times == sorted(times) and times[0] > 0
        for r in rows:
            print(r["event"], r["stream"], repr(r["data"]), r["partial"], r["exitcode"], r["signal"])')
    got "data stdout 'one\\n' False None None
data stdout 'two\\n' False None None
data stdout 'three' True None None
exit None None None 3 None"
}

@test "--events: a command without output has its end only; a signal is in it" {
    into record 143 --events 'kill $$'
    output=$(members event data exitcode signal)
    got '"exit" null -15 "SIGTERM"'
}

@test "--events: the default format is json whatever fields are chosen" {
    into record 0 --events -F stream,data,exitcode 'echo a'
    is record '{"stream":"stdout","data":"a\\n","exitcode":null}\n{"stream":null,"data":null,"exitcode":0}\n'
    into record 0 --events -o csv -F stream,data,exitcode 'echo a'
    is record 'stream,data,exitcode\nstdout,"a\n",\n,,0\n'
    into record 0 --events -o text -F stream,exitcode 'echo a'
    is record 'stream=stdout\nexitcode\n\nstream\nexitcode=0\n'
}

@test "--events: each is there as soon as its line is, while the command runs" {
    mkfifo go1 go2 go3 events
    background events --events -F stream,data,partial,exitcode -J \
        'echo one; read x <go1; echo two >&2; read x <go2; printf part; read x <go3; echo end'
    exec 7<events
    read -r line <&7
    [ "$line" = '{"stream":"stdout","data":"one\n","partial":false,"exitcode":null}' ]
    echo >go1
    read -r line <&7
    [ "$line" = '{"stream":"stderr","data":"two\n","partial":false,"exitcode":null}' ]
    echo >go2
    read -r line <&7
    [ "$line" = '{"stream":"stdout","data":"part","partial":true,"exitcode":null}' ]
    echo >go3
    read -r line <&7
    [ "$line" = '{"stream":"stdout","data":"end\n","partial":false,"exitcode":null}' ]
    read -r line <&7
    [ "$line" = '{"stream":null,"data":null,"partial":null,"exitcode":0}' ]
    exec 7<&-
    wait "$!"
}

# rebuilt FILE: the bytes of stdout in the events of the file `record`, and that only whole lines
# are not partial.
rebuilt() {
    python3 -c 'if True:
        import base64, json, sys
        out = []
        for line in open("record"):
            row = json.loads(line)
            if row["stream"] != "stdout":
                continue
            data = row["data"]
            data = base64.b64decode(data["b64"]) if isinstance(data, dict) else data.encode()
            assert data and row["partial"] == (not data.endswith(b"\n")) and b"\n" not in data[:-1], row
            out.append(data)
        sys.stdout.buffer.write(b"".join(out))' >"$1"
}

@test "--events: a line of 1 MB, bytes that are not UTF-8, NULs, and many short lines" {
    {
        head -c 1000000 /dev/zero | tr '\0' x
        printf '\n\377\200\n\000a\n\r\n\n\303\251 \342\200\250 \033[31m\n'
        seq 1 20000
        printf 'no end'
    } >big
    into record 0 --events -- cat big
    rebuilt got
    same big got
}

@test "--events: bytes come one at a time" {
    into record 0 --events -- python3 -c 'import os; [os.write(1, b"ab\n"[i % 3:i % 3 + 1]) for i in range(3000)]'
    rebuilt got
    for ((i = 0; i < 1000; i++)); do echo ab; done >want
    same want got
}

@test "--events: a reader that has gone ends it, and the command too" {
    run -0 --separate-stderr bash -c '
        timeout -s KILL 60 "$OSBOX" popen --events -F data "exec yes 2>/dev/null" </dev/null | head -n 1
        echo "${PIPESTATUS[@]}"' 3>&-
    complained ''
    [[ ${lines[1]} == '141 0' ]]
    run -0 --separate-stderr bash -c 'trap "" PIPE
        timeout -s KILL 60 "$OSBOX" popen --events -F data "exec yes 2>/dev/null" </dev/null | head -n 1
        echo "${PIPESTATUS[@]}"' 3>&-
    [[ ${lines[1]} == '74 0' && $stderr == *EPIPE* ]]
}

@test "--events: the time limit holds while nobody reads them" {
    mkfifo events
    # A limit of osbox's own that comes much later: then nothing is left of the command.
    background events --events --timeout=100ms --kill-after=100ms 'echo $$ >pid; exec yes'
    exec 7<events
    until [ -s pid ]; do :; done
    pid=$(cat pid)
    # It ends though the FIFO is full and nobody has read a byte.
    timeout -s KILL 30 python3 -c 'import os, sys
try:
    fd = os.pidfd_open(int(sys.argv[1]))
    __import__("select").select([fd], [], [])
except ProcessLookupError:
    pass' "$pid"
    cat <&7 >record
    exec 7<&-
    wait "$!" || [ $? -eq 124 ] || [ $? -eq 137 ]
    tail -n 1 record >last
    [ "$(json event <last)" = '"exit"' ]
}

@test "--events: of a command that could not be run" {
    popen 127 --events -- /nope
    complained_of '{"error":"ENOENT"' '' || [[ $stderr == *ENOENT* ]]
    [ -z "$output" ] || [ "$(json error <<<"$output")" = '"ENOENT"' ]
}

@test "--events --limit: no more than that, and the end all the same" {
    into record 0 --events --limit=4 -F data,exitcode 'echo a; echo b; echo c; exit 0'
    is record '{"data":"a\\n","exitcode":null}\n{"data":"b\\n","exitcode":null}\n{"data":null,"exitcode":0}\n'
}

@test "--events --status: the events go there, the bytes pass through" {
    into out 0 --events --status=record -F stream,data,exitcode -J 'echo a'
    is out 'a\n'
    is record '{"stream":"stdout","data":"a\\n","exitcode":null}\n{"stream":null,"data":null,"exitcode":0}\n'
}

# ---- who holds the output after the end ----

@test "--on-exit=drain: ends at once, with all that the command wrote" {
    mkfifo held
    into out 0 --on-exit=drain 'cat held & echo hi'
    is out 'hi\n'
    is stderr 'popen: note: somebody still holds its standard output\n'
    into out 0 --on-exit=drain --mode=3 'cat held & echo hi; echo err >&2'
    is out 'hi\n'
    is stderr 'err
popen: note: somebody still holds its standard output
popen: note: somebody still holds its standard error
'
    # 60000 bytes are in the pipe when the command ends.
    into out 0 --on-exit=drain 'cat held & head -c 60000 /dev/zero'
    head -c 60000 /dev/zero | cmp - out
    release
}

@test "--on-exit=drain --events: a line without an end is told before the end of all" {
    mkfifo held
    into out 0 --on-exit=drain --events -J -F stream,data,partial,exitcode 'cat held & printf part'
    release
    [ "$(<out)" = '{"stream":"stdout","data":"part","partial":true,"exitcode":null}
{"stream":null,"data":null,"partial":null,"exitcode":0}' ]
}

@test "--on-exit=drain: the record says how many streams a writer is left of" {
    mkfifo held ready
    popen 0 --on-exit=drain -F stdout,leaked_writers,exitcode 'cat held & echo hi; exit 3'
    got $'stdout=hi\\n\nleaked_writers=2\nexitcode=3'
    popen 0 --on-exit=drain -F stdout,leaked_writers \
        '(exec 2>&-; echo >ready; exec cat held) & read x <ready; echo hi'
    got $'stdout=hi\\n\nleaked_writers=1'
    popen 0 --on-exit=drain --mode=4 -F stdout,leaked_writers 'cat held & echo hi'
    got $'stdout=hi\\n\nleaked_writers=1'
    popen 0 --on-exit=drain -F stdout,leaked_writers \
        '(exec >&- 2>&-; echo >ready; exec cat held) & read x <ready; echo hi'
    got $'stdout=hi\\n\nleaked_writers=0'
    popen 0 --on-exit=drain -F stdout,leaked_writers 'echo hi'
    got $'stdout=hi\\n\nleaked_writers=0'
    release
}

@test "leaked_writers without --on-exit: at the end of --kill-after" {
    mkfifo held
    popen 124 --timeout=50ms --kill-after=50ms -J -F leaked_writers --status=record --tee -- \
        sh -c 'setsid cat held & exec sleep 1000'
    output=$(cat record)
    got '{"leaked_writers":2}'
    popen 124 --timeout=50ms -J -F leaked_writers --status=record --tee -- sleep 1000
    output=$(cat record)
    got '{"leaked_writers":0}'
}

@test "--events: the last record has no stream, data and partial, the others no exitcode and signal" {
    popen 3 --events -F exitcode,signal,event,stream,data,partial 'echo a; exit 3'
    got '{"exitcode":null,"signal":null,"event":"data","stream":"stdout","data":"a\n","partial":false}
{"exitcode":3,"signal":null,"event":"exit","stream":null,"data":null,"partial":null}'
}

@test "a record that is lost: 74, also if the command was not run, and the first diagnostic says so" {
    popen 74 --status=/dev/full -- /nope
    [[ ${stderr_lines[0]} == "popen: exec: '/nope': "*' [ENOENT]' ]]
    [[ ${stderr_lines[1]} == "popen: '/dev/full': "*' [ENOSPC]' ]]
    popen 74 --status=/dev/full --input=/nope/x -- true
    [[ ${stderr_lines[0]} == *' [ENOENT]' && ${stderr_lines[1]} == *' [ENOSPC]' ]]
}

@test "--on-exit=drain: nothing is lost and nobody is blamed, many times" {
    local i
    for ((i = 0; i < 200; i++)); do
        output=$("$OSBOX" popen --on-exit=drain -g leaked_writers,stdout 'echo hi')
        got $'0\thi'
    done
}

@test "--on-exit=wait-eof, the default: reads on until all have closed it" {
    mkfifo held
    (echo more >held) &
    popen 0 -F stdout,leaked_writers 'echo hi; cat held &'
    got $'stdout=hi\\nmore\\n\nleaked_writers=0'
    (echo more >held) &
    into out 0 --on-exit=wait-eof 'echo hi; cat held &'
    is out 'hi\nmore\n'
}

@test "--on-exit=close: reads no more" {
    mkfifo held
    popen 0 --on-exit=close -F leaked_writers,exitcode 'cat held & exit 3'
    got $'leaked_writers=2\nexitcode=3'
    popen 3 --on-exit=close 'cat held & exit 3'
    release
}

@test "--on-exit=kill: kills who is left of the group, then reads to the end" {
    mkfifo held
    # Nobody writes to the FIFO: without the kill there is no end.
    popen 0 --on-exit=kill -F stdout,leaked_writers,exitcode,timed_out 'cat held & echo hi; exit 3'
    got $'stdout=hi\\n\nleaked_writers=0\nexitcode=3\ntimed_out=false'
    into out 3 --on-exit=kill 'cat held & echo hi; exit 3'
    is out 'hi\n'
}

@test "a command that closes its output runs on" {
    mkfifo go
    (echo >go) &
    popen 0 -F stdout,stderr,exitcode 'echo a; exec >&- 2>&-; read x <go; exit 4'
    got $'stdout=a\\n\nstderr\nexitcode=4' || got $'stdout=a\\n\nstderr=\nexitcode=4'
    (echo >go) &
    popen 4 'echo a; exec >&- 2>&-; read x <go; exit 4'
    got a
}

# ---- time ----

@test "--timeout: 124, and the record" {
    mkfifo held
    popen 124 --timeout=50ms 'echo hi; read x <held'
    got hi
    popen 0 --timeout=50ms -g timed_out,exitcode,signal,close 'read x <held'
    got $'true\t-15\tSIGTERM\t-3840'
    popen 0 --timeout=50ms --signal=USR1 -g timed_out,signal 'read x <held'
    got $'true\tSIGUSR1'
    popen 137 --timeout=50ms --signal=KILL 'read x <held'
    popen 0 --timeout=0 -g timed_out 'true'
    got false
}

@test "--timeout: one who catches the signal is timed out all the same" {
    mkfifo held ready
    (echo >ready) &
    # Its time runs out after the trap is set, or the record shows the signal.
    popen 0 --timeout=1s -g timed_out,exitcode,stdout 'trap "echo bye; exit 0" TERM; read x <ready; cat held & wait'
    got $'true\t0\tbye'
}

@test "--kill-after: 137 when SIGKILL had to be sent" {
    mkfifo held
    local ignoring='trap "" TERM; exec "$OSBOX" popen --timeout=50ms --kill-after=50ms "$@"'
    run -137 timeout -s KILL 60 sh -c "$ignoring" sh 'read x <held' 3>&-
    run -0 timeout -s KILL 60 sh -c "$ignoring" sh -g timed_out,exitcode,signal 'read x <held' 3>&-
    got $'true\t-9\tSIGKILL'
}

@test "--timeout: the signal reaches the whole group, --kill=child the command alone" {
    mkfifo held
    # The cat holds the output: its end is the end.
    popen 124 --timeout=100ms 'cat held'
    popen 124 --timeout=100ms 'cat held; true'
    popen 0 --timeout=100ms --kill=child --on-exit=drain -g timed_out,exitcode,leaked_writers \
        'cat held 2>&-; true'
    got $'true\t-15\t2' || got $'true\t-15\t1'
    release
}

@test "--kill=child: the command stays in the process group of osbox" {
    needs ps
    output=$("$OSBOX" popen --timeout=1h --kill=child 'ps -o pgid= -p $$ -p $PPID | sort -u | wc -l')
    got 1
    output=$("$OSBOX" popen --timeout=1h 'ps -o pgid= -p $$ -p $PPID | sort -u | wc -l')
    got 2
}

@test "a command that has finished when the time runs out is finished, with all its output" {
    mkfifo out
    # It stops osbox, writes and ends; osbox looks again when its time has run out.
    background record --timeout=500ms -J -F timed_out,exitcode,stdout,leaked_writers \
        'kill -STOP $PPID; exec 9>out; echo hi; exit 3'
    cat out
    python3 -c 'import time; time.sleep(0.6)' # to be in the case, not to be right
    kill -CONT "$!"
    wait "$!"
    is record '{"timed_out":false,"exitcode":3,"stdout":"hi\\n","leaked_writers":0}\n'
}

@test "a command is finished, with all its output and its own status, or was sent the signal" {
    local i
    for ((i = 0; i < 60; i++)); do
        output=$("$OSBOX" popen --timeout=4ms -g timed_out,exitcode,leaked_writers,stdout \
            'sleep 0.002; echo hi' </dev/null 2>err) || [[ $? -eq 124 && $output == $'true\t\t\t' ]]
        case $output in
        $'false\t0\t0\thi') ;;
        # It may have been on its way to its end when the signal came.
        $'true\t-15\t0\t' | $'true\t-15\t0\thi' | $'true\t0\t0\thi') ;;
        $'true\t\t\t') ;; # it was not even started
        *) got 'one of them' ;;
        esac
    done
}

@test "--timeout: an input that cannot be opened yet is given up, and so is a record that nobody reads" {
    mkfifo fifo
    osbox 124 popen --timeout=50ms --input=fifo 'touch ran'
    got ''
    complained "popen: open: 'fifo': timed out [ETIMEDOUT]"
    osbox 124 popen --timeout=50ms --input=fifo -g timed_out,step,object,error 'touch ran'
    got $'true\topen\tfifo\tETIMEDOUT'
    osbox 124 popen --timeout=50ms --status=fifo 'touch ran'
    complained "popen: 'fifo': timed out [ETIMEDOUT]"
    [ ! -e ran ]
}

@test "--timeout: what a slow reader has not taken yet is not lost" {
    local arguments
    mkfifo out
    for arguments in '' --tee --buffering=1 --mode=3; do
        # shellcheck disable=SC2086
        background out --timeout=200ms $arguments 'head -c 120000 /dev/zero'
        exec 7<out
        python3 -c 'import time; time.sleep(0.4)' # to be in the case, not to be right
        [ "$(cat <&7 | wc -c)" -eq 120000 ]
        exec 7<&-
        wait "$!"
    done
}

@test "signals that osbox gets go to the command, and it waits for its end" {
    mkfifo ready held
    background record -J -F stdout,exitcode --on-exit=drain \
        'trap "echo got; exit 5" TERM; cat held & echo >ready; wait'
    read -r _ <ready
    kill -TERM "$!"
    wait "$!"
    is record '{"stdout":"got\\n","exitcode":5}\n'
    release
}

# ---- a terminal ----

@test "--pty: the command sees a terminal of that size, on 0 to 2" {
    needs_terminals
    into out 5 --pty=100x30 'tty; stty size; for fd in 0 1 2; do [ -t $fd ] && echo $fd; done; exit 5'
    sed -i '1s/[0-9]*\r$/N\r/' out
    is out '/dev/pts/N\r\n30 100\r\n0\r\n1\r\n2\r\n'
    is stderr ''
    popen 0 --pty -F stdout -- stty size
    got 'stdout=24 80\x0d\n'
    popen 0 --pty -F stdout,stderr,close 'tty >/dev/tty; echo e >&2; kill -KILL $$'
    [[ $output == 'stdout=/dev/pts/'*'\x0d\ne\x0d\n'$'\nstderr\nclose=-2304' ]]
}

@test "--pty: input is typed, echoed, and has an end" {
    needs_terminals
    printf 'hello\n' >input
    into out 0 --pty --input=input 'read x; echo "got $x"'
    is out 'hello\r\ngot hello\r\n'
    into out 3 --pty --input=input 'cat; echo end; exit 3'
    is out 'hello\r\nhello\r\nend\r\n'
    printf 'no newline' >input
    into out 0 --pty --input=input 'stty -echo; cat >copy; echo end'
    is copy 'no newline'
    printf 'a\nb\n' | "$OSBOX" popen --pty 'stty -echo; cat >copy; echo end' >out
    is copy 'a\nb\n'
    # Without an input in a record, it is empty.
    popen 0 --pty -g exitcode 'cat; exit 4'
    got 4
}

@test "--pty: much input and much output" {
    needs_terminals
    seq 1 100000 >big
    into out 0 --pty -- cat big
    sed 's/$/\r/' big | cmp - out
    popen 0 --pty --input=big -g stdout,exitcode 'stty -echo; echo; cat >copy'
    same big copy
}

@test "--pty: control-C interrupts, as if it were typed" {
    needs_terminals
    printf '\003' >input
    popen 0 --pty --input=input -g exitcode -- cat
    got -2
}

@test "--pty: a command that closes the terminal runs on" {
    needs_terminals
    mkfifo go
    (echo >go) &
    popen 3 --pty 'exec <&- >&- 2>&-; read x <go; exit 3'
    (echo >go) &
    popen 0 --pty -g exitcode,stdout 'echo a; exec <&- >&- 2>&-; read x <go; exit 3'
    [[ $output == $'3\ta\r' ]]
}

@test "--pty: the command leads a session, and the limit of its time reaches it" {
    needs ps
    needs_terminals
    popen 0 --pty 'ps -o pid=,pgid=,sid= -p $$ | tr -s " " "\n" | sort -u | grep -c .'
    [ "$output" = $'1\r' ]
    mkfifo held
    popen 124 --pty --timeout=100ms 'read x <held; true'
}

@test "--pty: a writer that is left, and events" {
    needs_terminals
    mkfifo held
    popen 0 --pty --on-exit=drain -F stdout,leaked_writers 'trap "" HUP; cat held & echo hi'
    got $'stdout=hi\\x0d\\n\nleaked_writers=1'
    into record 0 --pty --events -F stream,data,exitcode -J 'echo a; echo b >&2'
    is record '{"stream":"stdout","data":"a\\r\\n","exitcode":null}\n{"stream":"stdout","data":"b\\r\\n","exitcode":null}\n{"stream":null,"data":null,"exitcode":0}\n'
    release
}
