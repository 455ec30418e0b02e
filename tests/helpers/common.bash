# shellcheck shell=bash
# SPDX-License-Identifier: 0BSD
#
# What the Bats tests share. A file says `load ../helpers/common` and gets a
# private directory to work in, the variable OSBOX as an absolute path, and the
# functions below. OSBOX names the program under test.

# shellcheck disable=SC2154 # run sets output, stderr and stderr_lines

bats_require_minimum_version 1.5.0

# Once a file, for its setup_file.
common_setup_file() {
    OSBOX=$(realpath -- "${OSBOX:?names the osbox under test}")
    HELPERS=$(realpath -- "$BATS_TEST_DIRNAME/../helpers")
    export OSBOX HELPERS
    # A python3 that is a shim costs a tenth of a second at each call.
    if command -v python3 >/dev/null; then
        PATH=$(dirname -- "$(python3 -c 'import sys; print(sys.executable)')"):$PATH
    fi
    unset POSIXLY_CORRECT QUOTING_STYLE COLUMNS TZ NO_COLOR
    export LC_ALL=C.UTF-8
}

# A folder of PATH that may not be searched makes "not found" a "not permitted", as with execvp(3):
# the tests have none, whose ever PATH they are run with.
searchable() {
    local IFS=: folder path=
    for folder in $PATH; do
        [ ! -x "$folder" ] || path=$path:$folder
    done
    printf '%s' "${path#:}"
}

# For each test's setup: an own directory that other users may enter too.
common_setup() {
    PATH=$(searchable)
    WORK=$(mktemp -d "${BATS_TMPDIR:-/tmp}/osbox-test.XXXXXX")
    chmod 755 "$WORK"
    cd "$WORK" || return 1
}

common_teardown() {
    cd / || return 1
    [ -z "${WORK:-}" ] && return 0
    chmod -R u+rwX "$WORK" 2>/dev/null
    rm -rf "$WORK"
}

# got WANT: what `run` saw on stdout is exactly this.
got() {
    [ "$output" = "$1" ] && return 0
    printf 'stdout is  %q\ninstead of %q\n' "$output" "$1" >&2
    return 1
}

# complained WANT: the same of stderr.
complained() {
    [ "$stderr" = "$1" ] && return 0
    printf 'stderr is  %q\ninstead of %q\n' "$stderr" "$1" >&2
    return 1
}

# complained_of START ERRNO: stderr is one line of that start and that errno; the words between are
# the C library's.
complained_of() {
    [[ ${#stderr_lines[@]} -eq 1 && $stderr == "$1"*" [$2]" ]] && return 0
    printf 'stderr is  %q\ninstead of %q... [%s]\n' "$stderr" "$1" "$2" >&2
    return 1
}

# explained START ERRNO HINT: the same, with a hint behind.
explained() {
    [[ ${#stderr_lines[@]} -eq 1 && $stderr == "$1"*" [$2] ($3)" ]] && return 0
    printf 'stderr is  %q\ninstead of %q... [%s] (%s)\n' "$stderr" "$1" "$2" "$3" >&2
    return 1
}

# without_words: the lines of stdin without what the C library says of an errno: only its name is left.
without_words() {
    sed -E "s/': [^:]* \\[(E[A-Z0-9]+)\\]/': [\\1]/"
}

# osbox STATUS [ARG]...: runs it, expects the status; stdout and stderr are left in variables.
osbox() {
    local want=$1
    shift
    run --separate-stderr "-$want" "$OSBOX" "$@" 3>&-
}

# same WANT-FILE GOT-FILE: byte for byte.
same() {
    cmp -- "$1" "$2" && return 0
    od -c "$1" | head -n 20 >&2
    echo instead: >&2
    od -c "$2" | head -n 20 >&2
    return 1
}

# json [KEY]...: strict JSON Lines on stdin; prints the members.
json() {
    python3 "$HELPERS/strict_json.py" "$@"
}

# Skips the test unless all of these programs are there.
needs() {
    local program
    for program; do
        command -v -- "$program" >/dev/null || skip "$program is not installed"
    done
}

# ordinary CMD [ARG]...: runs it without the capabilities that open every file: as we are, where we
# have none; otherwise without them in the bounding set.
ordinary() {
    if [ -z "${ORDINARY+set}" ]; then
        mkdir -m 000 probe-ordinary
        if ! ls probe-ordinary >/dev/null 2>&1; then
            ORDINARY=()
        else
            ORDINARY=(setpriv '--bounding-set=-dac_override,-dac_read_search' --inh-caps=-all --)
            if "${ORDINARY[@]}" ls probe-ordinary >/dev/null 2>&1; then
                rmdir probe-ordinary
                skip 'nothing is forbidden here: CAP_DAC_OVERRIDE cannot be dropped'
            fi
        fi
        rmdir probe-ordinary
    fi
    "${ORDINARY[@]}" "$@"
}

# Skips the test when osbox runs under QEMU's user mode, because of WHAT.
not_emulated() {
    [ -z "${OSBOX_EMULATOR:-}" ] || skip "QEMU: $1"
}

# without_reader STATUS ARG...: osbox with a pipe that nobody reads as standard error.
without_reader() {
    local want=$1
    shift
    run -"$want" timeout -s KILL 60 python3 -c 'if True:
        import os, signal, sys
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        reader, writer = os.pipe()
        os.dup2(writer, 2)
        os.closerange(3, 10)
        os.execv(sys.argv[1], sys.argv[1:])' "$OSBOX" "$@" 3>&- </dev/null
}

# The bits of osbox's long.
long_bits() {
    case $(od -An -tx1 -j4 -N1 "$OSBOX") in
    ' 01') echo 32 ;;
    *) echo 64 ;;
    esac
}

# Whether strace can trace a program here; an emulator's calls are not the program's.
can_trace() {
    [ -z "${OSBOX_EMULATOR:-}" ] && command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null
}

# Skips the test when osbox has a sanitizer, whose run-time needs /proc and aborts in set-id programs.
not_sanitized() {
    ! grep -qa __asan_init "$OSBOX" || skip 'a sanitizer cannot work here'
}

# traced ARG...: strace, below which LeakSanitizer cannot work.
traced() {
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace "$@"
}

# The shells that -o sh promises to be exact in, and how they are called.
shell_command() {
    case $1 in
    ash) echo 'busybox ash' ;;
    zsh) echo 'zsh -f' ;;
    *) echo "$1" ;;
    esac
}
