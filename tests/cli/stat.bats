#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox stat, osbox lstat: what they follow, what they print, how they fail. The
# forms of GNU stat (-c, --printf, -t) are compared with it in
# tests/oracle/gnu_stat.py, values with Python's os in tests/oracle/stat.py;
# hostile names on a terminal are in tests/contract/terminal.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2094 # nothing is written to what is read

load ../helpers/common

setup_file() { common_setup_file; }
setup() { common_setup; }
teardown() { common_teardown; }

# size_file NAME SIZE: a file of that size.
size_file() {
    head -c "$2" /dev/zero >"$1"
}

# links: what tests of following start from.
links() {
    size_file file 5
    ln -s file link
    ln -s missing dangling
    ln -s loop loop
    mkdir dir
    ln -s dir dirlink
}

# ---- the three forms that scripts type ----

# true_size NAME: all forms print 1234 for it.
true_size() {
    size_file "$1" 1234
    [ "$("$OSBOX" stat -J -- "$1" | jq .st_size)" = 1234 ]
    size=$("$OSBOX" stat -F st_size -o value -- "$1")
    [ "$size" = 1234 ]
    size=$("$OSBOX" stat -g st_size -- "$1")
    [ "$size" = 1234 ]
    os_st_size=stale
    eval "$("$OSBOX" stat -o sh -- "$1")"
    [ "$os_st_size" = 1234 ]
    [ "$os_path" = "$1" ]
}

@test "-J with jq, -o value and -o sh print the true size of a file whose name holds a newline" {
    needs jq
    true_size $'a\nb\n'
}

@test "-J with jq, -o value and -o sh print the true size of a file whose name is not UTF-8" {
    needs jq
    true_size $'\xff\xc3\x28'
}

@test "-J with jq, -o value and -o sh print the true size of a file whose name begins with -" {
    needs jq
    true_size '-rf'
}

# ---- -o sh in four shells ----

# in_shell SHELL SCRIPT [ARG]...: runs it with OSBOX in the environment.
in_shell() {
    local shell script=$2
    read -ra shell <<<"$(shell_command "$1")"
    shift 2
    needs "${shell[0]}"
    run --separate-stderr "${shell[@]}" -c "$script" sh "$@"
}

hostile_eval() {
    name=$'it\'s "$(touch canary)" `touch canary`; touch canary\\\n\t\xff\e[31m*~ \\'
    size_file "$name" 77
    # shellcheck disable=SC2016 # for the inner shell
    in_shell "$1" 'eval "$("$OSBOX" stat -o sh -- "$1")" && test "$os_path" = "$1" && echo "$os_st_size"' "$name"
    got 77
    complained ''
    [ ! -e canary ]
}

@test "-o sh is exact in dash and runs nothing" { hostile_eval dash; }
@test "-o sh is exact in bash and runs nothing" { hostile_eval bash; }
@test "-o sh is exact in zsh and runs nothing" { hostile_eval zsh; }
@test "-o sh is exact in busybox ash and runs nothing" { hostile_eval ash; }

failing_eval() {
    # shellcheck disable=SC2016 # for the inner shell
    in_shell "$1" '
        os_path=stale os_st_size=stale os_error=stale
        if eval "$("$OSBOX" stat -o sh missing 2>/dev/null)"; then echo "no failure"; fi
        eval "$("$OSBOX" stat -o sh missing 2>/dev/null)"
        echo "$? ${os_path-unset} ${os_st_size-unset} $os_error"
    '
    got '66 unset unset ENOENT'
}

@test "eval of -o sh fails for a missing file in dash and leaves no stale variable" { failing_eval dash; }
@test "eval of -o sh fails for a missing file in bash and leaves no stale variable" { failing_eval bash; }
@test "eval of -o sh fails for a missing file in zsh and leaves no stale variable" { failing_eval zsh; }
@test "eval of -o sh fails for a missing file in busybox ash and leaves no stale variable" { failing_eval ash; }

errexit_eval() {
    # shellcheck disable=SC2016 # for the inner shell
    in_shell "$1" 'set -e; eval "$("$OSBOX" stat -o sh missing 2>/dev/null)"; echo went on'
    got ''
    [ "$status" -eq 66 ]
}

@test "set -e ends dash at an eval of -o sh that failed" { errexit_eval dash; }
@test "set -e ends bash at an eval of -o sh that failed" { errexit_eval bash; }
@test "set -e ends zsh at an eval of -o sh that failed" { errexit_eval zsh; }
@test "set -e ends busybox ash at an eval of -o sh that failed" { errexit_eval ash; }

null_eval() {
    # shellcheck disable=SC2016 # for the inner shell
    in_shell "$1" '
        os_target=stale os_error=stale
        eval "$("$OSBOX" stat -o sh -F target,type .)"
        echo "$? ${os_target-unset} $os_type ${os_error-unset}"
    '
    got '0 unset directory unset'
}

@test "-o sh unsets a variable that is null in dash" { null_eval dash; }
@test "-o sh unsets a variable that is null in bash" { null_eval bash; }
@test "-o sh unsets a variable that is null in zsh" { null_eval zsh; }
@test "-o sh unsets a variable that is null in busybox ash" { null_eval ash; }

nounset_eval() {
    # shellcheck disable=SC2016 # for the inner shell
    in_shell "$1" 'set -eu; eval "$("$OSBOX" stat -o sh -F path,target .)"; echo "$os_path"'
    got '.'
    complained ''
}

@test "-o sh works under set -eu in dash" { nounset_eval dash; }
@test "-o sh works under set -eu in bash" { nounset_eval bash; }
@test "-o sh works under set -eu in zsh" { nounset_eval zsh; }
@test "-o sh works under set -eu in busybox ash" { nounset_eval ash; }

@test "-o sh of one field is exactly this" {
    size_file "it's" 3
    "$OSBOX" stat -o sh -F path,st_size "it's" >is
    printf '%s\n' "os_path='it'\\''s' os_st_size=3 ; unset os_error" >wanted
    same wanted is
}

@test "-o sh of a missing file is exactly this" {
    rc=0
    "$OSBOX" stat -o sh -F path,st_size missing >is 2>/dev/null || rc=$?
    [ "$rc" -eq 66 ]
    printf '%s\n' "unset os_error os_path os_st_size; os_error='ENOENT'; (exit 66)" >wanted
    same wanted is
}

@test "two operands with -o sh are a usage error, and eval of it fails" {
    : >a
    : >b
    run --separate-stderr -64 "$OSBOX" stat -o sh -F path a b
    got "unset os_error os_path; os_error='EX_USAGE'; (exit 64)"
    complained "stat: '-o sh': prints one record, not several"
}

@test "two names of --files0-from with -o sh are a usage error, and eval of it fails" {
    : >a
    : >b
    printf 'a\0b\0' >list
    run --separate-stderr -64 "$OSBOX" stat -o sh -F path --files0-from=list
    got "unset os_error os_path; os_error='EX_USAGE'; (exit 64)"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "one name of --files0-from with -o sh is a record" {
    size_file a 9
    printf a >list
    run --separate-stderr -0 "$OSBOX" stat -o sh -F st_size --files0-from=list
    got 'os_st_size=9 ; unset os_error'
}

@test "--sh-prefix begins the names, that of the error too" {
    size_file a 9
    osbox 0 stat -o sh --sh-prefix=my_ -F st_size a
    got 'my_st_size=9 ; unset my_error'
    osbox 66 stat -o sh --sh-prefix=my_ -F st_size missing
    got "unset my_error my_st_size; my_error='ENOENT'; (exit 66)"
}

@test "--sh-prefix is never empty and always the beginning of a name" {
    for prefix in '' 1a 'a b' 'a;' 'a-' $'a\n' 'ä'; do
        osbox 64 stat --sh-prefix="$prefix" .
        got ''
    done
}

@test "-o sh prints its failure when the output of the fields was begun" {
    osbox 64 stat -o sh --bogus .
    [[ $output == 'unset '*"; os_error='EX_USAGE'; (exit 64)" ]]
}

# ---- errors ----

@test "missing F: one diagnostic that names ENOENT, the record of F, status 66" {
    size_file F 5
    osbox 66 stat -F path,st_size missing F
    got $'path=F\nst_size=5'
    complained "stat: 'missing': No such file or directory [ENOENT]"
}

@test "F missing F: the record before and the record after, status 66" {
    size_file F 5
    osbox 66 stat -g path,st_size F missing F
    got $'F\t5\nF\t5'
    complained "stat: 'missing': No such file or directory [ENOENT]"
}

@test "with -J a diagnostic is an object on stderr, and the records are on stdout" {
    size_file F 5
    osbox 66 stat -J -F path,st_size missing F
    got '{"path":"F","st_size":5}'
    complained '{"error":"ENOENT","errno":2,"applet":"stat","operation":"statx","path":"missing","message":"No such file or directory"}'
}

@test "with -J the name in a diagnostic keeps its bytes" {
    run --separate-stderr -66 "$OSBOX" stat -J $'\xff\e'
    json path <<<"$stderr" >is
    echo '{"b64":"/xs="}' >wanted
    same wanted is
    run --separate-stderr -66 "$OSBOX" stat -J --json-bytes=surrogateescape $'\xff\e'
    json --surrogates path <<<"$stderr" >is
    echo '"\udcff\u001b"' >wanted
    same wanted is
}

@test "the first error decides the status" {
    mkdir -m 755 locked
    : >locked/f
    chmod 000 locked
    rc=0
    ordinary "$OSBOX" stat missing locked/f 2>/dev/null || rc=$?
    [ "$rc" -eq 66 ]
    rc=0
    ordinary "$OSBOX" stat locked/f missing 2>/dev/null || rc=$?
    [ "$rc" -eq 77 ]
}

@test "a file in a directory of mode 000 is 77, and what is missing is named" {
    mkdir locked
    : >locked/f
    chmod 000 locked
    rc=0
    ordinary "$OSBOX" stat locked/f >out 2>said || rc=$?
    [ "$rc" -eq 77 ]
    [ ! -s out ]
    echo "stat: 'locked/f': Permission denied [EACCES] (needs CAP_DAC_READ_SEARCH)" >wanted
    same wanted said
}

@test "the directory of mode 000 itself can be looked at" {
    mkdir -m 000 locked
    rc=0
    ordinary "$OSBOX" stat -g mode locked >out || rc=$?
    [ "$rc" -eq 0 ]
    [ "$(cat out)" = d--------- ]
}

@test "/dev/full is 74 and a message in all seven formats" {
    size_file F 5
    for format in text json csv tsv sh value table; do
        rc=0
        "$OSBOX" stat -o "$format" F >/dev/full 2>said || rc=$?
        [ "$rc" -eq 74 ]
        grep -q ENOSPC said
        [ "$(wc -l <said)" -eq 1 ]
    done
}

@test "output that is lost decides the status, whatever failed before" {
    rc=0
    "$OSBOX" stat missing . >/dev/full 2>said || rc=$?
    [ "$rc" -eq 74 ]
    [ "$(wc -l <said)" -eq 2 ]
}

@test "closed stdout is 74, and no file becomes stdout" {
    size_file F 5
    printf 'F\0' >list
    cp list before
    rc=0
    "$OSBOX" stat --files0-from=list >&- 2>said || rc=$?
    [ "$rc" -eq 74 ]
    echo 'stat: descriptor 1: Bad file descriptor [EBADF]' >wanted
    same wanted said
    same before list
}

@test "closed stdin, stdout and stderr are 74, and no file is touched" {
    size_file F 5
    printf 'F\0' >list
    cp list before
    rc=0
    "$OSBOX" stat --files0-from=list <&- >&- 2>&- || rc=$?
    [ "$rc" -eq 74 ]
    same before list
}

@test "closed stderr loses the diagnostic and nothing else" {
    size_file F 5
    printf 'missing\0F\0' >list
    cp list before
    rc=0
    "$OSBOX" stat -g st_size --files0-from=list >is 2>&- || rc=$?
    [ "$rc" -eq 66 ]
    [ "$(cat is)" = 5 ]
    same before list
}

@test "an unknown option is 64 with one line, and a suggestion where a name is near" {
    osbox 64 stat --bogus .
    got ''
    complained "stat: '--bogus': unknown option; --help lists them"
    osbox 64 stat --file-sistem .
    complained "stat: '--file-sistem': unknown option; did you mean '--file-system'?"
    osbox 64 stat --acess=r .
    complained "stat: '--acess': unknown option; did you mean '--access'?"
}

@test "-o FIELD asks whether -g was meant" {
    osbox 64 stat -o st_size .
    complained "stat: '--output=st_size': is a field, not a format; did you mean -g?"
}

@test "no operand is a usage error" {
    osbox 64 stat
    complained 'stat: an operand is missing; --help tells more'
    osbox 64 lstat -J
    complained '{"error":"EX_USAGE","errno":null,"applet":"lstat","operation":"usage","path":null,"message":"an operand is missing; --help tells more"}'
}

@test "a component that is a file is ENOTDIR and 66" {
    : >file
    osbox 66 stat file/x
    complained "stat: 'file/x': Not a directory [ENOTDIR]"
}

@test "a name of 256 bytes is ENAMETOOLONG and 71, one of 255 is none" {
    name=$(printf 'x%.0s' {1..255})
    : >"$name"
    osbox 0 stat -g path "$name"
    got "$name"
    osbox 71 stat "x$name"
    complained_of "stat: 'x$name': " ENAMETOOLONG
}

@test "a path beyond PATH_MAX is ENAMETOOLONG" {
    path=$(printf './%.0s' {1..2100})
    osbox 71 stat "$path"
    [[ $stderr == *'[ENAMETOOLONG]' ]]
}

@test "the empty name is ENOENT, not the current directory" {
    for applet in stat lstat; do
        osbox 66 "$applet" ''
        got ''
        complained "$applet: '': No such file or directory [ENOENT]"
    done
    for more in -f -ar --pathconf; do
        osbox 66 stat "$more" ''
        got ''
    done
    osbox 66 stat -C / ''
    osbox 66 stat --dir-fd=9 '' 9</
}

@test "diagnostics escape terminal escapes and line ends in names" {
    run --separate-stderr -66 "$OSBOX" stat $'a\e]0;x\a\nb\u009b\xff\u2028'
    complained "stat: 'a\\x1b]0;x\\x07\\nb\\xc2\\x9b\\xff\\xe2\\x80\\xa8': No such file or directory [ENOENT]"
}

@test "- is a file of that name" {
    osbox 66 stat -
    complained "stat: '-': No such file or directory [ENOENT]"
    size_file - 6
    osbox 0 stat -g st_size - </dev/null
    got 6
}

@test "options and operands come in any order, with POSIXLY_CORRECT too" {
    size_file F 5
    run --separate-stderr -0 env POSIXLY_CORRECT=1 "$OSBOX" stat F -g st_size F
    got $'5\n5'
}

@test "-- ends the options" {
    size_file -J 5
    osbox 0 stat -g st_size -- -J
    got 5
}

# ---- following links ----

@test "stat follows, lstat does not, and -L and -P turn that round" {
    links
    osbox 0 stat -g type link
    got file
    osbox 0 lstat -g type link
    got symlink
    osbox 0 stat -P -g type link
    got symlink
    osbox 0 stat --no-follow -g type link
    got symlink
    for option in -L --follow --dereference; do
        osbox 0 lstat "$option" -g type link
        got file
    done
}

@test "of -L and -P the last one holds" {
    links
    osbox 0 stat -L -P -g type link
    got symlink
    osbox 0 stat -P -L -g type link
    got file
}

@test "a dangling link is ENOENT for stat and a symlink for lstat" {
    links
    osbox 66 stat dangling
    complained "stat: 'dangling': No such file or directory [ENOENT]"
    osbox 0 lstat -g type,target,st_size dangling
    got $'symlink\tmissing\t7'
}

@test "a link to itself is ELOOP and 71 for stat and a symlink for lstat" {
    links
    osbox 71 stat loop
    complained_of "stat: 'loop': " ELOOP
    osbox 0 lstat -g type loop
    got symlink
}

@test "a trailing slash follows a link to a directory, for lstat too" {
    links
    osbox 0 lstat -g type dirlink
    got symlink
    osbox 0 lstat -g type dirlink/
    got directory
    osbox 0 stat -P -g path,type dirlink/
    got $'dirlink/\tdirectory'
}

@test "a trailing slash after a file or a link to one is ENOTDIR" {
    links
    for applet in stat lstat; do
        osbox 66 "$applet" file/
        complained "$applet: 'file/': Not a directory [ENOTDIR]"
        osbox 66 "$applet" link/
        complained "$applet: 'link/': Not a directory [ENOTDIR]"
        osbox 66 "$applet" dangling/
        complained "$applet: 'dangling/': No such file or directory [ENOENT]"
    done
}

@test "target is the bytes of the link, whatever they are, and null for no link" {
    ln -s $'a\nb\xff' link
    "$OSBOX" lstat -o value -0 -F target link >is
    printf 'a\nb\xff\0' >wanted
    same wanted is
    osbox 0 lstat -J -F target .
    got '{"target":null}'
    osbox 0 stat -J -F target /
    got '{"target":null}'
}

@test "a target of 4000 bytes is whole" {
    long=$(printf 'abcdefg/%.0s' {1..500})
    ln -s "$long" link || skip 'the file system has no such long links'
    osbox 0 lstat -g target link
    got "$long"
}

@test "-f and --access obey -P" {
    links
    osbox 66 stat -f dangling
    osbox 0 stat -f -P -g path dangling
    got dangling
    osbox 66 stat -a f dangling
    osbox 0 stat -a f -P -g access dangling
    got true
}

# ---- where: -C, --dir-fd, --fd ----

@test "-C is where relative paths begin; absolute ones do not care" {
    mkdir sub
    size_file sub/f 4
    size_file f 8
    osbox 0 stat -C sub -g path,st_size f "$PWD/f"
    got $'f\t4\n'"$PWD/f"$'\t8'
    osbox 0 stat --dir=sub -g st_size f ../f
    got $'4\n8'
}

@test "-C of a missing directory is one diagnostic and 66" {
    : >f
    osbox 66 stat -C missing f
    got ''
    complained "stat: 'missing': No such file or directory [ENOENT]"
}

@test "-C of a file is one diagnostic and 66" {
    : >f
    osbox 66 stat -C f f
    got ''
    complained "stat: 'f': Not a directory [ENOTDIR]"
}

@test "--dir-fd is where relative paths begin" {
    mkdir sub
    size_file sub/f 4
    osbox 0 stat --dir-fd=9 -g path,st_size f 9<sub
    got $'f\t4'
}

@test "--dir-fd on a file is ENOTDIR, on a closed descriptor EBADF" {
    : >f
    osbox 66 stat --dir-fd=9 f 9<f
    complained "stat: 'f': Not a directory [ENOTDIR]"
    osbox 71 stat --dir-fd=9 f 9<&-
    got ''
    complained 'stat: descriptor 9: Bad file descriptor [EBADF]'
}

@test "-C and --dir-fd work for every question" {
    mkdir sub
    size_file sub/f 4
    ln -s f sub/l
    for more in '-f -F path,f_type,f_blocks,f_fsid' -ar --pathconf \
        '-F caps,flags,user,stx_mnt_id_unique' '-F target -P'; do
        # shellcheck disable=SC2086 # words on purpose
        osbox 0 stat -C sub -o value $more l
        from_dir=$output
        # shellcheck disable=SC2086 # words on purpose
        osbox 0 stat --dir-fd=9 -o value $more l 9<sub
        got "$from_dir"
    done
}

@test "--fd is os.fstat: path is null and the descriptor's own fields are there" {
    size_file F 5
    osbox 0 stat --fd=9 -J -F path,st_size,offset,blocking,inheritable,tty,ttyname,columns,lines,fd_pgrp 9<F
    got '{"path":null,"st_size":5,"offset":0,"blocking":true,"inheritable":true,"tty":false,"ttyname":null,"columns":null,"lines":null,"fd_pgrp":null}'
}

@test "--fd shows the offset and O_NONBLOCK" {
    size_file F 100
    exec 9<F
    head -c 60 <&9 >/dev/null
    osbox 0 stat --fd=9 -g blocking 9<&9
    got true
    exec 9<&-
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" nonblock . "$OSBOX" stat --fd=9 -g blocking
    got false
    (
        exec 9<>F
        echo -n 12345 >&9
        "$OSBOX" stat --fd=9 -g offset >is
    )
    [ "$(cat is)" = 5 ]
}

@test "--fd of a pipe has no offset" {
    # shellcheck disable=SC2216 # its stdin is looked at
    true | "$OSBOX" stat --fd=0 -J -F type,offset >is
    [ "$(cat is)" = '{"type":"fifo","offset":null}' ]
}

@test "--fd of a deleted file has no link left" {
    size_file F 5
    exec 9<F
    rm F
    osbox 0 stat --fd=9 -g st_nlink,st_size 9<&9
    exec 9<&-
    got $'0\t5'
}

@test "--fd of a memfd" {
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" memfd . "$OSBOX" stat --fd=9 -g type,st_size,st_nlink,offset
    got $'file\t5\t0\t5'
}

@test "--fd of an unnamed temporary file" {
    python3 "$HELPERS/with_fd.py" tmpfile . true 2>/dev/null || skip 'the file system has no O_TMPFILE'
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" tmpfile . "$OSBOX" stat --fd=9 -g type,st_size,st_nlink
    got $'file\t7\t0'
}

@test "--fd of a socket" {
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" socket . "$OSBOX" stat --fd=9 -J -F type,offset
    got '{"type":"socket","offset":null}'
}

@test "--fd of an O_PATH descriptor, of a symbolic link too" {
    size_file F 5
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" path F "$OSBOX" stat --fd=9 -g type,st_size
    got $'file\t5'
}

@test "--fd of an epoll descriptor: a type without a name is null, not wrong" {
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" epoll . "$OSBOX" stat --fd=9 -J -F type,mode
    got '{"type":null,"mode":"?rw-------"}'
}

@test "--fd of a terminal knows its name and its size" {
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" terminal . "$OSBOX" stat --fd=9 -J -F tty,type,columns
    got '{"tty":true,"type":"character","columns":0}'
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" terminal . "$OSBOX" stat --fd=9 -g ttyname
    [[ $output == /dev/pts/* ]] || [ -z "$output" ]
}

@test "--fd of a closed descriptor is EBADF and 71, also for 0, 1 and 2" {
    for fd in 0 1 2 9; do
        rc=0
        case $fd in
        0) "$OSBOX" stat --fd=0 -J <&- >is 2>said || rc=$? ;;
        1) "$OSBOX" stat --fd=1 -J >&- 2>said || rc=$? ;;
        2) "$OSBOX" stat --fd=2 -J >is 2>&- || rc=$? ;;
        9) "$OSBOX" stat --fd=9 -J >is 2>said 9>&- || rc=$? ;;
        esac
        [ "$rc" -eq 71 ]
        [ "$fd" = 2 ] || [ "$(json fd error <said)" = "$fd"$'\n"EBADF"' ]
        [ "$fd" = 1 ] || [ ! -s is ]
    done
}

@test "--fd of what is no descriptor number is a usage error" {
    for text in -1 2147483648 99999999999999999999 0x3 ' 3' '3 ' 3junk +3 3.0 '' three; do
        osbox 64 stat "--fd=$text"
        got ''
        [ "${#stderr_lines[@]}" -eq 1 ]
        osbox 64 stat "--dir-fd=$text" .
        got ''
    done
}

@test "--fd takes no operand and no other place" {
    osbox 64 stat --fd=0 .
    complained "stat: '.': no operand goes with --fd"
    for more in -L -P --dereference --dir=. --dir-fd=0 --files0-from=- --format=x --printf=x --terse; do
        osbox 64 stat --fd=0 "$more"
        got ''
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
}

@test "--fd answers -f and --pathconf" {
    osbox 0 stat --fd=9 -f -g f_namemax 9<.
    namemax=$output
    osbox 0 stat -f -g f_namemax .
    got "$namemax"
    osbox 0 stat --fd=9 --pathconf=PC_NAME_MAX 9<.
    got "PC_NAME_MAX=$namemax"
}

# ---- --files0-from ----

@test "--files0-from reads names from a file and from stdin, any bytes" {
    size_file $'a\nb' 1
    size_file $'\xff' 2
    size_file ' -J' 3
    printf 'a\nb\0\xff\0 -J\0' >list
    osbox 0 stat --files0-from=list -g st_size
    got $'1\n2\n3'
    run --separate-stderr -0 "$OSBOX" stat --files0-from=- -g st_size <list
    got $'1\n2\n3'
}

@test "--files0-from: a last name without a NUL counts" {
    size_file a 1
    size_file b 2
    printf 'a\0b' >list
    osbox 0 stat --files0-from=list -g path,st_size
    got $'a\t1\nb\t2'
}

@test "--files0-from: an empty list is no record and no error" {
    : >list
    osbox 0 stat --files0-from=list -J
    got ''
    complained ''
}

@test "--files0-from: an empty name is an error of its own and 65, and the rest is done" {
    size_file a 1
    printf 'a\0\0a\0' >list
    osbox 65 stat --files0-from=list -g path,st_size
    got $'a\t1\na\t1'
    complained "stat: '': an empty name in the list"
}

@test "--files0-from -J: line N answers name N, errors in place" {
    size_file a 1
    printf 'a\0missing\0\0\xff\0a/x\0a' >list
    run --separate-stderr -66 "$OSBOX" stat --files0-from=list -J -F path,st_size
    got '{"path":"a","st_size":1}
{"path":"missing","error":"ENOENT","errno":2}
{"path":"","error":"EX_DATAERR","errno":null}
{"path":{"b64":"/w=="},"error":"ENOENT","errno":2}
{"path":"a/x","error":"ENOTDIR","errno":20}
{"path":"a","st_size":1}'
    [ "${#stderr_lines[@]}" -eq 4 ]
    json error <<<"$stderr" >is
    printf '"%s"\n' ENOENT EX_DATAERR ENOENT ENOTDIR >wanted
    same wanted is
}

@test "without --files0-from errors are not in place" {
    osbox 66 stat -J missing
    got ''
}

@test "--files0-from -J: a field that failed does not take two lines" {
    needs setpriv
    mkdir locked
    size_file locked/f 3
    chmod 000 locked/f
    printf 'locked/f\0locked\0' >list
    rc=0
    ordinary "$OSBOX" stat --files0-from=list -J -F path,caps,flags >is 2>said || rc=$?
    [ "$(wc -l <is)" -eq 2 ]
    json path <is
}

@test "--files0-from -J: 50000 names are 50000 lines in their order" {
    needs python3
    mkdir many
    python3 - <<'PYTHON'
import os
with open("list", "wb") as names:
    for i in range(50000):
        if i % 5000 == 0:
            open(f"many/{i}", "w").close()
        names.write(b"many/%d\0" % i)
PYTHON
    rc=0
    "$OSBOX" stat --files0-from=list -J -F path <list >is 2>/dev/null || rc=$?
    [ "$rc" -eq 66 ]
    json path <is | tr -d '"' >names
    tr '\0' '\n' <list >wanted
    same wanted names
    [ "$(grep -c '"error":"ENOENT"' is)" -eq 49990 ]
}

@test "--files0-from is answered as the names come" {
    needs python3
    size_file a 7
    run --separate-stderr -0 timeout 20 python3 - "$OSBOX" <<'PYTHON'
import subprocess, sys
with subprocess.Popen([sys.argv[1], "stat", "--files0-from=-", "-J", "-F", "st_size"],
                      stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
    for name in (b"a", b".", b"a"):
        p.stdin.write(name + b"\0")
        p.stdin.flush()
        print(p.stdout.readline().startswith(b'{"st_size":'))
PYTHON
    got $'True\nTrue\nTrue'
}

@test "--files0-from of a name of 100000 bytes is ENAMETOOLONG, not a crash" {
    { head -c 100000 /dev/zero | tr '\0' x; printf '\0.\0'; } >list
    rc=0
    "$OSBOX" stat --files0-from=list -g type >is 2>said || rc=$?
    [ "$rc" -eq 71 ]
    grep -q 'ENAMETOOLONG' said
    [ "$(cat is)" = directory ]
}

@test "--files0-from: a name beyond 16 MiB is an error of its own and 65, and the rest is done" {
    rc=0
    echo >f
    { printf 'f\0' && head -c 20000000 /dev/zero | tr '\0' x && printf '\0f\0'; } |
        "$OSBOX" stat --files0-from=- -g path >is 2>said || rc=$?
    [ "$rc" -eq 65 ]
    [ "$(cat is)" = $'f\nf' ]
    [ "$(cat said)" = 'stat: a name in the list is longer than 16 MiB' ]
}

@test "--files0-from: what was read of a name before an error is no name" {
    rc=0
    printf 'half' >half && echo >ha
    # Two names a read, but for the first byte: the second read fails.
    { printf '%065535d' 0 | sed 's/0/ha\x00/g' | head -c 65535 && printf 'half'; } >list
    traced -o trace -P "$(realpath list)" -e trace=read -e inject=read:error=EIO:when=2 \
        "$OSBOX" stat --files0-from=list -g st_size >is 2>said || rc=$?
    [ "$rc" -eq 71 ]
    [ "$(sort -u is)" = 1 ]
    [ "$(wc -l <is)" -eq 21845 ]
    grep -q "^stat: 'list': .* \[EIO\]$" said
    [ "$(wc -l <said)" -eq 1 ]
}

@test "--files0-from of a missing list is 66, of a directory 71" {
    osbox 66 stat --files0-from=missing
    complained "stat: 'missing': No such file or directory [ENOENT]"
    osbox 71 stat --files0-from=.
    complained "stat: '.': Is a directory [EISDIR]"
}

@test "--dir is closed also when the list of names cannot be opened" {
    can_trace || skip 'strace cannot trace here'
    mkdir d
    for more in '' --files0-from=missing '-c %n'; do
        # shellcheck disable=SC2086
        traced -o trace -e trace=openat,close "$OSBOX" stat -C d $more 2>/dev/null || true
        fd=$(sed -n 's/^openat(AT_FDCWD, "d", .* = \([0-9]*\)$/\1/p' trace)
        [ "$(sed -n '/"d"/,$p' trace | grep -c "^close($fd)")" -eq 1 ]
    done
}

@test "--files0-from takes no operand" {
    : >list
    osbox 64 stat --files0-from=list .
    got ''
    complained "stat: '.': no operand goes with --files0-from"
}

@test "--files0-from=- with closed stdin is an error, not an empty list" {
    rc=0
    "$OSBOX" stat --files0-from=- <&- >is 2>said || rc=$?
    [ "$rc" -ne 0 ]
    [ -s said ]
}

# ---- --sync, --cached ----

@test "--sync and --cached take their words and no others" {
    for more in --sync=default --sync=force --sync=cached --cached=default --cached=never --cached=always; do
        osbox 0 stat "$more" -g type .
        got directory
    done
    osbox 64 stat --sync=forced .
    complained "stat: '--sync=forced': not one of default, force, cached; did you mean 'force'?"
    osbox 64 stat --cached=yes .
    got ''
}

@test "--sync=force and --cached=never ask the server, cached and always do not" {
    can_trace || skip 'strace cannot trace here'
    for more in '--sync=force FORCE_SYNC' '--cached=never FORCE_SYNC' '--sync=cached DONT_SYNC' '--cached=always DONT_SYNC'; do
        traced -o trace -e trace=statx "$OSBOX" stat "${more% *}" . >/dev/null
        grep -q "statx(AT_FDCWD, \"\\.\", .*AT_STATX_${more#* }" trace
    done
}

@test "only what was asked for is asked of the kernel" {
    can_trace || skip 'strace cannot trace here'
    size_file F 5
    traced -o trace "$OSBOX" stat -g st_size F >/dev/null
    [ "$(grep -c '"F"' trace)" -eq 2 ] # execve and one statx
    grep -q 'statx(AT_FDCWD, "F", [^,]*, STATX_SIZE,' trace
    traced -o trace "$OSBOX" stat -f -g f_bfree F >/dev/null
    [ "$(grep -c '"F"' trace)" -eq 2 ]
    run ! grep -q 'statx(AT_FDCWD, "F"' trace
}

@test "without statx, as under old seccomp filters, all but its own fields is told" {
    can_trace || skip 'strace cannot trace here'
    size_file F 5
    ln -s F link
    fields=path,type,st_mode,st_ino,st_dev,st_nlink,st_uid,st_size,st_mtime_ns,st_blocks,st_rdev
    errors='ENOSYS EPERM'
    [ "$(long_bits)" = 64 ] || errors=ENOSYS # libc's own fstat calls it there
    for error in $errors; do
        for name in F link /dev/null; do
            "$OSBOX" lstat -J -F "$fields" "$name" >wanted
            traced -o trace -e "inject=statx:error=$error" "$OSBOX" lstat -J -F "$fields" "$name" >is
            grep -q INJECTED trace
            same wanted is
        done
        traced -o trace -e "inject=statx:error=$error" "$OSBOX" stat -J -F st_birthtime,stx_mnt_id,attr_append F >is
        echo '{"st_birthtime":null,"stx_mnt_id":null,"attr_append":null}' >wanted
        same wanted is
        traced -o trace -e "inject=statx:error=$error" "$OSBOX" stat -g st_size --fd=0 <F >is
        [ "$(cat is)" = 5 ]
        rc=0
        traced -o trace -e "inject=statx:error=$error" "$OSBOX" stat missing 2>said || rc=$?
        [ "$rc" -eq 66 ]
        grep -q ENOENT said
    done
}

@test "without faccessat2 --access still answers" {
    can_trace || skip 'strace cannot trace here'
    : >f
    chmod 600 f
    for error in ENOSYS EPERM; do
        for more in '' --effective -P; do
            # shellcheck disable=SC2086 # words on purpose
            traced -o trace -e inject=faccessat2:error=$error:when=1 "$OSBOX" stat -a rw $more -g access f >is
            grep -q INJECTED trace
            [ "$(cat is)" = true ]
            rc=0
            # shellcheck disable=SC2086 # words on purpose
            traced -o trace -e inject=faccessat2:error=$error:when=1 "$OSBOX" stat -a x $more -g access f >is || rc=$?
            [ "$rc" -eq 1 ]
            [ "$(cat is)" = false ]
        done
    done
}

@test "an automount point is not triggered" {
    can_trace || skip 'strace cannot trace here'
    traced -o trace -e trace=statx "$OSBOX" stat . >/dev/null
    grep -q 'statx(AT_FDCWD, "\.", .*AT_NO_AUTOMOUNT' trace
}

# ---- -f ----

@test "-f prints the eleven fields of os.statvfs and the names of f_flag's bits" {
    "$OSBOX" stat -f -o csv . | head -n 1 >is
    echo path,f_bsize,f_frsize,f_blocks,f_bfree,f_bavail,f_files,f_ffree,f_favail,f_flag,f_namemax,f_fsid,f_flags >wanted
    same wanted is
}

@test "f_flags names the options of the mount" {
    needs findmnt
    options=$(findmnt -n -o OPTIONS -T /proc) || skip 'no /proc'
    osbox 0 stat -f -g f_flags /proc
    for pair in ro=ST_RDONLY nosuid=ST_NOSUID nodev=ST_NODEV noexec=ST_NOEXEC relatime=ST_RELATIME noatime=ST_NOATIME; do
        case ,$options, in
        *,"${pair%=*}",*) [[ ,$output, == *,"${pair#*=}",* ]] ;;
        *) [[ ,$output, != *,"${pair#*=}",* ]] ;;
        esac
    done
}

@test "f_typename is the name of the file system" {
    [ -r /proc/self/stat ] || skip 'no /proc'
    osbox 0 stat -f -F f_typename,f_type -g f_typename /proc
    got proc
}

# ---- --access ----

@test "--access of what is allowed is true and 0" {
    : >f
    chmod 600 f
    osbox 0 stat -a rw f
    got $'path=f\naccess=true'
    osbox 0 stat --access=f -g access f
    got true
}

@test "--access of what is not allowed is false and 1, without a diagnostic" {
    : >f
    chmod 600 f
    osbox 1 stat -a x -J f
    got '{"path":"f","access":false}'
    complained ''
    chmod 000 f
    for letter in r w x rw rwx; do
        rc=0
        ordinary "$OSBOX" stat -a "$letter" -g access f >is 2>said || rc=$?
        [ "$rc" -eq 1 ]
        [ "$(cat is)" = false ]
        [ ! -s said ]
    done
    rc=0
    ordinary "$OSBOX" stat -a f -g access f >is || rc=$?
    [ "$rc" -eq 0 ]
    [ "$(cat is)" = true ]
}

@test "--access in a directory that cannot be searched is false" {
    mkdir locked
    : >locked/f
    chmod 000 locked
    rc=0
    ordinary "$OSBOX" stat -a f -g access locked/f >is 2>said || rc=$?
    [ "$rc" -eq 1 ]
    [ "$(cat is)" = false ]
    [ ! -s said ]
}

@test "--access on a read-only file system is false for w" {
    needs findmnt
    place=
    while read -r target; do
        [ -d "$target" ] && [ -r "$target" ] && place=$target && break
    done < <(findmnt -n -r -o TARGET -O ro)
    [ -n "$place" ] || skip 'nothing is mounted read-only'
    osbox 1 stat -a w -g access "$place"
    got false
}

@test "--access of a missing file is a diagnostic and 66" {
    osbox 66 stat -a f missing
    got ''
    complained "stat: 'missing': No such file or directory [ENOENT]"
}

@test "--access: no for one file and an error for another is the error" {
    : >f
    chmod 600 f
    osbox 66 stat -a x -g access f missing
    got false
    osbox 66 stat -a x -g access missing f
    got false
    osbox 1 stat -a x -g access f .
    got $'false\ntrue'
}

@test "--access takes letters of rwxf and nothing else" {
    for mode in '' q rwq R 7 'r w'; do
        osbox 64 stat "--access=$mode" .
        got ''
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    osbox 0 stat --access=fxwr -g access .
    got true
}

@test "--access is for the real ids, --effective for the effective ones" {
    needs setpriv
    : >f
    chmod 000 f
    chown 0 f 2>/dev/null || skip 'owners cannot be changed here'
    as_other=(setpriv --reuid=65533 --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override --)
    "${as_other[@]}" cat f 2>/dev/null || skip 'ambient capabilities have no effect here'
    cp "$OSBOX" osbox
    chmod 755 osbox
    rc=0
    "${as_other[@]}" ./osbox stat -a r -g access f >is || rc=$?
    [ "$rc" -eq 1 ]
    [ "$(cat is)" = false ]
    "${as_other[@]}" ./osbox stat -a r --effective -g access f >is
    [ "$(cat is)" = true ]
}

@test "--effective goes with --access only" {
    osbox 64 stat --effective .
    got ''
    complained "stat: '--effective': goes with --access"
}

@test "--access of a name with a trailing slash and of a loop is an error, not an answer" {
    links
    osbox 66 stat -a r file/
    complained "stat: 'file/': Not a directory [ENOTDIR]"
    osbox 71 stat -a r loop
    complained_of "stat: 'loop': " ELOOP
}

# ---- --pathconf ----

@test "--pathconf=NAME prints that limit, --pathconf all of them" {
    needs getconf
    osbox 0 stat --pathconf=PC_NAME_MAX .
    got "PC_NAME_MAX=$(getconf NAME_MAX .)"
    osbox 0 stat --pathconf=PC_NAME_MAX -o value .
    got "$(getconf NAME_MAX .)"
    osbox 0 stat --pathconf -g PC_NAME_MAX,PC_PATH_MAX,PC_PIPE_BUF .
    got "$(getconf NAME_MAX .)"$'\t'"$(getconf PATH_MAX .)"$'\t'"$(getconf PIPE_BUF .)"
}

@test "--pathconf: what has no limit is null" {
    osbox 0 stat --pathconf -J -F PC_SOCK_MAXBUF .
    got '{"PC_SOCK_MAXBUF":null}'
}

@test "--pathconf of a name that does not exist is a usage error" {
    osbox 64 stat --pathconf=PC_BOGUS .
    got ''
    complained "stat: 'PC_BOGUS': no such name; --pathconf prints them all"
    osbox 64 stat --pathconf=st_size .
    got ''
}

@test "--pathconf NAME: the value is optional, so a word after it is a path" {
    osbox 66 stat --pathconf PC_NAME_MAX
    complained "stat: 'PC_NAME_MAX': No such file or directory [ENOENT]"
}

# ---- conflicts ----

@test "questions that exclude each other are usage errors" {
    for more in '-f -ar' '-f --pathconf' '-ar --pathconf' '-C . --dir-fd=0' \
        '-c x --printf=x' '-c x -t' '--printf=x -t' '-c x -J' '-c x -o text' '-c x -F path' \
        '-c x -g path' '-t -J' '-t -0' '--printf=x --json'; do
        # shellcheck disable=SC2086 # words on purpose
        osbox 64 stat $more .
        got ''
        [ "${#stderr_lines[@]}" -eq 1 ] || [[ $more == *J* ]]
    done
}

@test "-0 goes with -o value only" {
    osbox 64 stat -0 .
    complained "stat: '--null': goes with -o value or -g only"
    "$OSBOX" stat -0 -g type,path . >is
    printf 'directory\0.\0' >wanted
    same wanted is
}

# ---- what is told ----

@test "every type has its name" {
    links
    mkfifo fifo
    osbox 0 lstat -g type file dir link fifo /dev/null
    got $'file\ndirectory\nsymlink\nfifo\ncharacter'
    run --separate-stderr -0 timeout 10 python3 -c '
import os, socket, subprocess, sys
socket.socket(socket.AF_UNIX).bind("socket")
sys.exit(subprocess.run([sys.argv[1], "stat", "-g", "type,mode", "socket"]).returncode)' "$OSBOX"
    [[ $output == socket$'\t's* ]]
}

@test "a FIFO blocks nothing, whatever is asked" {
    mkfifo fifo
    for more in '-F all' -f -arw --pathconf '-F caps,flags' '-F all -P'; do
        # shellcheck disable=SC2086 # words on purpose
        run --separate-stderr -0 timeout 10 "$OSBOX" stat -J $more fifo
    done
}

@test "device nodes have their numbers" {
    osbox 0 stat -g type,rdev_major,rdev_minor,st_rdev /dev/null
    got $'character\t1\t3\t259'
    mknod node b 4000 1048575 2>/dev/null || skip 'device nodes cannot be made here'
    osbox 0 stat -g type,rdev_major,rdev_minor node
    got $'block\t4000\t1048575'
}

@test "mode is what ls -l shows, every special bit with and without x" {
    : >f
    for mode in 0000 0644 0755 4755 4644 2755 2644 1777 1666 7777 7000; do
        chmod "$mode" f
        # shellcheck disable=SC2012 # ls is the reference
        want=$(ls -ld f | cut -c 1-10)
        osbox 0 stat -g mode f
        got "$want"
    done
}

@test "st_mode is octal in text and table, decimal elsewhere" {
    : >f
    chmod 640 f
    osbox 0 stat -F st_mode f
    got 'st_mode=0100640'
    osbox 0 stat -F st_mode -o table f
    got $'st_mode\n0100640'
    for format in json csv tsv sh value; do
        osbox 0 stat -F st_mode -o "$format" f
        [[ $output == *33184* ]]
    done
}

@test "a file with mtime -1.5 s prints -1.500000000" {
    needs python3
    : >f
    [ "$(python3 -c 'import os; os.utime("f", ns=(0, -1500000000)); print(os.stat("f").st_mtime_ns)')" = -1500000000 ] ||
        skip 'the file system has no negative times'
    osbox 0 stat -g st_mtime,st_mtime_ns,mtime f
    got $'-1.500000000\t-1500000000\t1969-12-31T23:59:58.500000000Z'
    osbox 0 stat -J -F st_mtime,st_mtime_ns f
    got '{"st_mtime":-1.500000000,"st_mtime_ns":-1500000000}'
}

# at NS...: the times of f, in all three forms.
at() {
    python3 -c '
import os, sys
ns = int(sys.argv[1])
os.utime("f", ns=(0, ns))
sys.exit(os.stat("f").st_mtime_ns != ns)' "$1" 2>/dev/null || return 1
    osbox 0 stat -g st_mtime,st_mtime_ns,mtime f
}

@test "times around 0, before and after, are exact to the nanosecond" {
    needs python3
    : >f
    at -1 || skip 'the file system has no negative times'
    got $'-0.000000001\t-1\t1969-12-31T23:59:59.999999999Z'
    at 0
    got $'0.000000000\t0\t1970-01-01T00:00:00.000000000Z'
    at 1
    got $'0.000000001\t1\t1970-01-01T00:00:00.000000001Z'
    at -1000000000
    got $'-1.000000000\t-1000000000\t1969-12-31T23:59:59.000000000Z'
    at -999999999
    got $'-0.999999999\t-999999999\t1969-12-31T23:59:59.000000001Z'
    at 951782400000000000
    got $'951782400.000000000\t951782400000000000\t2000-02-29T00:00:00.000000000Z'
}

@test "times of the year 2262 and later are exact where the file system has them" {
    needs python3
    : >f
    at 9223372036854775807 || skip 'the file system has no such times'
    got $'9223372036.854775807\t9223372036854775807\t2262-04-11T23:47:16.854775807Z'
}

@test "a file system without birth times prints null, not 0" {
    [ -r /proc/self/stat ] || skip 'no /proc'
    osbox 0 stat -J -F st_birthtime,st_birthtime_ns,birthtime /proc/self/stat
    got '{"st_birthtime":null,"st_birthtime_ns":null,"birthtime":null}'
    osbox 0 stat -F st_birthtime,st_birthtime_ns,birthtime /proc/self/stat
    got $'st_birthtime\nst_birthtime_ns\nbirthtime'
    osbox 0 stat -o csv -F st_birthtime,st_size /proc/self/stat
    got $'st_birthtime,st_size\n,0'
    osbox 0 stat -o tsv -F st_birthtime,st_size /proc/self/stat
    got $'st_birthtime\tst_size\n\\N\t0'
    osbox 0 stat -o table -F st_birthtime,st_size /proc/self/stat
    got $'st_birthtime  st_size\n           -        0'
}

@test "holes: st_blocks tells less than st_size" {
    truncate -s 1T f 2>/dev/null || skip 'the file system has no such large files'
    osbox 0 stat -g st_size f
    got 1099511627776
    osbox 0 stat -g st_blocks f
    [ "$output" -lt 100 ]
}

@test "an owner without a name is null, not an error" {
    : >f
    chown 4000000001:4000000002 f 2>/dev/null || skip 'owners cannot be changed here'
    osbox 0 stat -J -F st_uid,st_gid,user,group f
    got '{"st_uid":4000000001,"st_gid":4000000002,"user":null,"group":null}'
}

@test "user and group are the names of the owner" {
    : >f
    osbox 0 stat -g user,group f
    # shellcheck disable=SC2012 # ls is the reference
    got "$(ls -ld f | awk '{ print $3 "\t" $4 }')"
}

# Letters of lsattr, and what osbox calls them.
attribute_name() {
    case $1 in
    s) echo secure_deletion ;; u) echo undelete ;; S) echo sync ;; D) echo dirsync ;;
    i) echo immutable ;; a) echo append ;; d) echo nodump ;; A) echo noatime ;;
    c) echo compressed ;; E) echo encrypted ;; j) echo journal_data ;; I) echo indexed ;;
    t) echo notail ;; T) echo topdir ;; e) echo extents ;; C) echo nocow ;; x) echo dax ;;
    F) echo casefold ;; N) echo inline_data ;; P) echo projinherit ;; V) echo verity ;;
    m) echo dont_compress ;;
    *) echo "letter $1" ;;
    esac
}

# flags_agree FILE: osbox names what lsattr shows.
flags_agree() {
    local letters i
    letters=$(lsattr -d "$1" | cut -d ' ' -f 1)
    for ((i = 0; i < ${#letters}; i++)); do
        [ "${letters:i:1}" = - ] || attribute_name "${letters:i:1}"
    done | LC_ALL=C sort >wanted
    "$OSBOX" stat -g flags "$1" | tr , '\n' | sed '/^$/d' | LC_ALL=C sort >is
    same wanted is
}

@test "flags are those of lsattr" {
    needs lsattr chattr
    : >f
    mkdir d
    lsattr -d f >/dev/null 2>&1 || skip 'the file system has no inode flags'
    flags_agree f
    flags_agree d
    for letter in d A S; do
        chattr "+$letter" f 2>/dev/null && flags_agree f
    done
    chattr +D d 2>/dev/null && flags_agree d
    chattr -dAS f
    flags_agree f
}

@test "flags and attr_immutable of an immutable file" {
    needs lsattr chattr
    : >f
    chattr +i f 2>/dev/null || skip 'the flag cannot be set here'
    flags_agree f || { chattr -i f && false; }
    run --separate-stderr "$OSBOX" stat -g attr_immutable,attr_append f
    chattr -i f
    got $'true\tfalse'
}

@test "flags of a file that cannot be opened are whole, or null with a diagnostic" {
    needs lsattr
    : >f
    lsattr -d f >/dev/null 2>&1 || skip 'the file system has no inode flags'
    "$OSBOX" stat -g flags f >wanted
    chmod 000 f
    rc=0
    ordinary "$OSBOX" stat -J -F flags f >is 2>said || rc=$?
    if [ "$rc" -eq 0 ]; then
        ordinary "$OSBOX" stat -g flags f >is
        same wanted is
    else
        [ "$(cat is)" = '{"flags":null}' ]
        [ -s said ]
    fi
}

@test "a file system without flags has null" {
    [ -r /proc/uptime ] || skip 'no /proc'
    osbox 0 stat -J -F flags /proc/uptime
    got '{"flags":null}'
}

@test "caps are what getcap says, and null without any" {
    needs setcap getcap
    size_file f 3
    osbox 0 stat -J -F caps,caps_rootid f
    got '{"caps":null,"caps_rootid":null}'
    setcap cap_net_raw,cap_net_bind_service=ep f 2>/dev/null || skip 'file capabilities cannot be set here'
    osbox 0 stat -g caps f
    got "$(getcap f | cut -d ' ' -f 2-)"
    setcap 'cap_chown=p cap_fowner=ip' f
    osbox 0 stat -g caps f
    got "$(getcap f | cut -d ' ' -f 2-)"
}

@test "mount id and the unique mount id are both there, and different" {
    not_emulated 'its statx has no mount ids'
    osbox 0 stat -J -F stx_mnt_id,stx_mnt_id_unique .
    one=$(json stx_mnt_id <<<"$output")
    two=$(json stx_mnt_id_unique <<<"$output")
    [ "$one" != null ] || skip 'the kernel tells no mount id'
    # mountinfo has no mount of a chroot's root.
    grep -qx "mnt_id:[[:blank:]]*$one" /proc/self/fdinfo/0 <.
    [ "$two" = null ] || [ "$two" != "$one" ]
}

@test "attributes are true, false or null" {
    osbox 0 stat -J -F stx_attributes,stx_attributes_mask,attr_mount_root /proc .
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} == *'"attr_mount_root":true'* ]] || [[ ${lines[0]} == *'"attr_mount_root":null'* ]]
    [[ ${lines[1]} == *'"attr_mount_root":false'* ]] || [[ ${lines[1]} == *'"attr_mount_root":null'* ]]
}

# ---- formats ----

@test "text: nothing in a name forges a line or a value" {
    name=$'a\nst_size=9\t\\\e\x7f\xff\u009b\u202eé'
    size_file "$name" 5
    osbox 0 stat -F path,st_size "$name"
    got 'path=a\nst_size=9\t\\\x1b\x7f\xff\xc2\x9b\xe2\x80\xaeé'$'\nst_size=5'
}

@test "text: a blank line between records, none at the end" {
    "$OSBOX" stat -F path,type . / >is
    printf 'path=.\ntype=directory\n\npath=/\ntype=directory\n' >wanted
    same wanted is
}

@test "json: bytes that are not UTF-8 are b64 or surrogates, the rest is as it is" {
    : >$'\xff'
    : >é
    "$OSBOX" stat -J -F path $'\xff' é >is
    printf '{"path":{"b64":"/w=="}}\n{"path":"é"}\n' >wanted
    same wanted is
    "$OSBOX" stat -J --json-bytes=surrogateescape -F path $'\xff' >is
    printf '{"path":"\\udcff"}\n' >wanted
    same wanted is
}

@test "json: a surrogate encoded in UTF-8 does not collide with the escape of a byte" {
    : >$'\xed\xb2\x80'
    : >$'\x80'
    "$OSBOX" stat -J -F path $'\xed\xb2\x80' $'\x80' >is
    printf '{"path":{"b64":"7bKA"}}\n{"path":{"b64":"gA=="}}\n' >wanted
    same wanted is
    "$OSBOX" stat -J --json-bytes=surrogateescape -F path $'\xed\xb2\x80' $'\x80' >is
    printf '{"path":"\\udced\\udcb2\\udc80"}\n{"path":"\\udc80"}\n' >wanted
    same wanted is
}

@test "json: nothing is normalised: é in two forms stays two names" {
    "$OSBOX" stat -J -F path -C / . >/dev/null
    : >$'\u00e9'
    : >$'e\u0301' || skip 'the file system normalises names'
    "$OSBOX" stat -J -F path $'\u00e9' $'e\u0301' >is
    printf '{"path":"\u00e9"}\n{"path":"e\u0301"}\n' >wanted
    same wanted is
}

@test "json: --json-int64=string quotes integers and nothing else" {
    size_file F 5
    osbox 0 stat -J --json-int64=string -F st_size,st_nlink,type F
    got '{"st_size":"5","st_nlink":"1","type":"file"}'
}

@test "csv: cells as RFC 4180 has them" {
    size_file $'a,"b\nc' 5
    "$OSBOX" stat -o csv -F path,st_size $'a,"b\nc' >is
    printf 'path,st_size\n"a,""b\nc",5\n' >wanted
    same wanted is
}

@test "tsv: escapes as text" {
    size_file $'a\tb\nc\\' 5
    "$OSBOX" stat -o tsv -F path,st_size $'a\tb\nc\\' >is
    printf '%s\n' 'path	st_size' 'a\tb\nc\\	5' >wanted
    same wanted is
}

@test "value: raw bytes, tab between, newline or NUL after" {
    size_file $'a\nb\xff' 5
    "$OSBOX" stat -g path,st_size $'a\nb\xff' >is
    printf 'a\nb\xff\t5\n' >wanted
    same wanted is
    "$OSBOX" stat -0 -g path,st_size $'a\nb\xff' >is
    printf 'a\nb\xff\0005\0' >wanted
    same wanted is
}

@test "table: columns are aligned by what a terminal shows" {
    size_file 漢字 5
    size_file a 12345
    "$OSBOX" stat -o table -F path,st_size 漢字 a >is
    printf 'path  st_size\n漢字        5\na       12345\n' >wanted
    same wanted is
}

@test "-F chooses and orders, + adds, and duplicates are errors" {
    size_file F 5
    osbox 0 stat -J -F st_size,path F
    got '{"st_size":5,"path":"F"}'
    osbox 64 stat -F path,path F
    complained "stat: 'path': field given twice"
    osbox 64 stat -F st_siz F
    complained "stat: 'st_siz': no such field; did you mean 'st_size'?"
    "$OSBOX" stat -F +mtime -o csv F | head -n 1 >is
    "$OSBOX" stat -o csv F | head -n 1 | sed 's/$/,mtime/' >wanted
    same wanted is
}

@test "lstat prints the same fields as stat" {
    "$OSBOX" stat -o csv /etc >one
    "$OSBOX" lstat -o csv /etc >two
    same one two
    "$OSBOX" stat --describe >one
    "$OSBOX" lstat --describe | sed '1s/"name":"lstat","summary":"[^"]*"/X/' >two
    sed -i '1s/"name":"stat","summary":"[^"]*"/X/' one
    same one two
}

@test "it works where /proc is hidden" {
    not_sanitized
    unshare -rm true 2>/dev/null || skip 'no user namespaces here'
    size_file F 5
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr -0 unshare -rm sh -c 'mount -t tmpfs none /proc && exec "$OSBOX" stat -g st_size,type F'
    got $'5\tfile'
}

# ---- terminals ----

@test "on a terminal -o sh still evaluates to the name in bash" {
    needs python3
    name=$'a\'\n\e\xff\\\u202e'
    size_file "$name" 5
    python3 "$HELPERS/on_pty.py" out "$OSBOX" stat -o sh -F path,st_size -- "$name" >shown
    run ! grep -aP '[^\x0a\x20-\x7e]' shown
    eval "$(cat shown)"
    [ "$os_path" = "$name" ]
    [ "$os_st_size" = 5 ]
}

@test "a table is cut to the terminal's width, and only there" {
    needs python3
    long=$(printf 'x%.0s' {1..200})
    size_file "$long" 5
    python3 "$HELPERS/on_pty.py" out --columns=40 "$OSBOX" stat -o table --color=never -F st_size,path "$long" >shown
    [ "$(wc -L <shown)" -eq 40 ]
    "$OSBOX" stat -o table -F st_size,path "$long" >is
    grep -q "$long" is
}

@test "NO_COLOR and --color govern the bold header" {
    needs python3
    python3 "$HELPERS/on_pty.py" out "$OSBOX" stat -o table -F path --color=never . >plain
    printf 'path\n.\n' >wanted
    same wanted plain
    NO_COLOR=1 python3 "$HELPERS/on_pty.py" out "$OSBOX" stat -o table -F path . >plain
    same wanted plain
    "$OSBOX" stat -o table -F path --color=always . >bold
    printf '\e[1mpath\e[0m\n.\n' >wanted
    same wanted bold
}

@test "a pipe whose reader leaves ends it quietly" {
    mkdir many
    : >many/f
    yes many/f | head -n 20000 | tr '\n' '\0' >list
    "$OSBOX" stat --files0-from=list 2>said | head -n 1 >is || true
    [ ! -s said ]
    [ -s is ]
}

# ---- -c %m ----

# in_mounts SCRIPT [ARG]...: as root of a mount namespace; skips the test where that is refused.
in_mounts() {
    local how=-rm
    unshare -m true 2>/dev/null && how=-m
    unshare "$how" sh -c 'mount -t tmpfs none "$PWD" && exit 0; exit 99' || skip 'no mount namespace'
    unshare "$how" sh -euc "$@"
}

@test "-c %m never changes the working directory, not even without /proc" {
    can_trace || skip 'strace cannot trace here'
    mkdir -p a/b
    # LeakSanitizer reads its options, and much else, in /proc.
    in_mounts 'mount -t tmpfs none a; mkdir a/b; mount -t tmpfs none /proc
               strace -o trace -e trace=chdir,fchdir "$@" || [ -n "${ASAN_OPTIONS:-}" ]' \
        sh "$OSBOX" stat -c '%m' a/b a . a/b/.. >is
    [ "$(sed -n '1p;2p;4p' is)" = "$(realpath a a a)" ]
    [ "$(sed -n 3p is)" = "$(stat -c %m .)" ]
    [ "$(grep -c chdir trace)" -eq 0 ]
}

@test "-c %m of a directory that another mount hides is its path" {
    mkdir a
    in_mounts 'mount -t tmpfs none a; cd a; mount -t tmpfs none "$PWD"; mkdir b; "$@"' \
        sh "$OSBOX" stat -c '%m' . >is
    [ "$(cat is)" = "$(realpath a)" ]
}

@test "-c %m of a deleted directory is the mount point that it was below" {
    mkdir a
    in_mounts 'mount -t tmpfs none a; mkdir a/b; cd a/b; rmdir ../b; "$@"' \
        sh "$OSBOX" stat -c '%m' . >is
    [ "$(cat is)" = "$(realpath a)" ]
}
