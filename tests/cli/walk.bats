#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox walk: what it enters, what it prints and in which order, how it fails.
# The comparison with os.walk and find over generated trees, and what depth and
# width cost, are in tests/oracle/walk.py; trees that change meanwhile in
# tests/oracle/walk_race.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be
# shellcheck disable=SC2016 # quoted for an inner shell
# shellcheck disable=SC2094 # nothing is written to what is read

load ../helpers/common

setup_file() { common_setup_file; }
setup() { common_setup; }
teardown() { common_teardown; }

# A tree with a file or directory on each of three levels, and two links.
tree() {
    mkdir -p t/a t/b/c
    : >t/f
    : >t/b/g
    : >t/b/c/h
    ln -s b t/lb
    ln -s nowhere t/lost
}

# wanted LINE...: what same_out compares with.
wanted() {
    printf '%s\n' "$@" >wanted
}

# lists PATHS ARG...: walk prints these paths, in one word between blanks, and nothing else.
lists() {
    local paths=$1
    shift
    osbox 0 walk --sort "$@"
    got "$(tr ' ' '\n' <<<"$paths")"
    complained ''
}

# in_mounts SCRIPT: sh, with mounts of its own.
in_mounts() {
    local option
    for option in -m -rm; do
        if unshare "$option" mount -t tmpfs none /tmp 2>/dev/null; then
            run --separate-stderr unshare "$option" sh -ec "$1"
            return
        fi
    done
    skip 'nothing can be mounted here'
}

# ---- order ----

@test "a directory's entries come together, before those of its subdirectories" {
    tree
    lists 't t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h' t
}

@test "--bottom-up: what is in a directory comes before the directory" {
    tree
    lists 't/a t/b/c/h t/b/c t/b/g t/b t/f t/lb t/lost t' --bottom-up t
}

@test "--sort is by the bytes of each component" {
    mkdir -p t/a
    : >t/a/x
    : >"t/a b"
    : >t/a-b
    : >t/B
    : >t/$'e\u0301'
    : >t/$'\u00e9'
    osbox 0 walk --sort t
    got $'t\nt/B\nt/a\nt/a b\nt/a-b\nt/e\u0301\nt/\u00e9\nt/a/x'
}

@test "without --sort the order is the directory's own" {
    mkdir t
    touch t/{1..100} t/{300..200} t/{101..150}
    "$OSBOX" walk --min-depth=1 -g name t >is
    ls -UA t >wanted
    same wanted is
}

@test "-j changes nothing that is printed" {
    mkdir -p t/{1..40}/{a/b,c}
    touch t/{1..40}/a/f
    "$OSBOX" walk -j1 t >wanted
    for jobs in 0 2 3 8 64 4294967295; do
        "$OSBOX" walk -j"$jobs" t >is
        same wanted is
    done
}

@test "several TOPs come in the order given, one that is given twice comes twice" {
    tree
    lists 't/b/c t/b/c/h t/a t/b/c t/b/c/h' t/b/c t/a t/b/c
}

# ---- forms of TOP ----

@test "no TOP is the current directory, with ./ before each path" {
    tree
    cd t/b
    lists '. ./c ./g ./c/h'
    lists '. ./c ./g ./c/h' .
}

@test "TOP is printed as given; one slash follows unless it has one" {
    tree
    lists 't/b t/b/c t/b/g t/b/c/h' t/b
    lists 't/b/ t/b/c t/b/g t/b/c/h' t/b/
    lists 't/b// t/b//c t/b//g t/b//c/h' t/b//
    lists './t/../t/b ./t/../t/b/c ./t/../t/b/g ./t/../t/b/c/h' ./t/../t/b
    osbox 0 walk --sort "$PWD/t/b/c"
    got "$PWD/t/b/c"$'\n'"$PWD/t/b/c/h"
    lists '../b/c ../b/c/h' -C t/a ../b/c
}

@test "TOP / has no second slash" {
    osbox 0 walk --max-depth=1 /
    [ "${lines[0]}" = / ]
    printf '%s\n' "${lines[@]:1}" | sort >is
    find / -maxdepth 1 -mindepth 1 | sort >wanted
    same wanted is
    osbox 0 walk --max-depth=0 //
    got //
}

@test "the empty TOP is ENOENT" {
    osbox 66 walk ''
    got ''
    complained "walk: '': No such file or directory [ENOENT]"
    osbox 66 walk --tuples ''
    osbox 66 walk --sum -C / ''
}

@test "a file as TOP is one entry" {
    tree
    lists t/f t/f
    lists t/f --bottom-up t/f
    osbox 0 walk -J -F path,name,depth,type t/f
    got '{"path":"t/f","name":"f","depth":0,"type":"file"}'
}

@test "a FIFO as TOP is one entry, and nothing waits for a writer" {
    mkfifo p
    for form in '' --bottom-up --follow '-F path,st_size -o csv' --sum; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr -0 timeout 10 "$OSBOX" walk $form p
        [[ $output == *p* ]]
    done
    run --separate-stderr -66 timeout 10 "$OSBOX" walk --tuples p
}

@test "a socket and a device as TOP are one entry" {
    needs python3
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("s")'
    osbox 0 walk -g path,type s /dev/null
    got $'s\tsocket\n/dev/null\tcharacter'
}

@test "a link to a directory as TOP is followed, with and without a slash" {
    tree
    lists 't/lb t/lb/c t/lb/g t/lb/c/h' t/lb
    lists 't/lb/ t/lb/c t/lb/g t/lb/c/h' t/lb/
    osbox 0 walk --sort -g type t/lb
    got $'directory\ndirectory\nfile\nfile'
}

@test "a dangling link as TOP is itself, and so is one that leads to itself" {
    tree
    ln -s loop loop
    lists 't/lost loop' t/lost loop
    osbox 0 walk -g path,type,st_size,target t/lost loop
    got $'t/lost\tsymlink\t7\tnowhere\nloop\tsymlink\t4\tloop'
    complained ''
}

@test "a link that ends below a file is a dangling one, as TOP as below it" {
    mkdir t
    touch t/f
    ln -s f/x t/below
    lists 't/below' t/below
    lists 't/below' -L t/below
    lists 't t/below t/f' -L t
}

@test "-L: a TOP that is a link to itself is listed and reported as ELOOP, as below a TOP" {
    mkdir t
    ln -s loop loop
    ln -s nowhere lost
    for form in '' '--bottom-up' '-g path,type'; do
        # shellcheck disable=SC2086 # no word when empty
        osbox 71 walk -L $form loop t lost
        [ "$(cut -f 1 <<<"$output")" = $'loop\nt\nlost' ]
        complained_of "walk: 'loop': " ELOOP
    done
    osbox 71 walk -L --sum -F dirpath,files,errors,incomplete -o csv loop lost
    got $'dirpath,files,errors,incomplete\nloop,1,1,true\nlost,1,0,false'
    complained_of "walk: 'loop': " ELOOP
    osbox 71 walk -L --on-error=stop loop t
    got loop
    osbox 0 walk -L --on-error=ignore loop t
    got $'loop\nt'
    complained ''
}

@test "a TOP that does not exist is 66 in every form, and the others are walked" {
    tree
    for form in '' --tuples --sum --bottom-up --on-error=ignore; do
        # shellcheck disable=SC2086 # no word when empty
        osbox 66 walk $form missing t/a
        [[ $output == t/a* ]]
        complained "walk: 'missing': No such file or directory [ENOENT]"
    done
    osbox 66 walk t/f/x t/a
    got t/a
    complained "walk: 't/f/x': Not a directory [ENOTDIR]"
}

@test "a TOP that begins with - stands behind --" {
    mkdir -p ./-name/x
    lists '-name -name/x' -- -name
    lists './-name ./-name/x' ./-name
    osbox 64 walk -name
}

@test "a TOP of mode 000 is printed and reported, 77" {
    mkdir -m 000 locked
    ordinary true
    run --separate-stderr -77 ordinary "$OSBOX" walk locked
    got locked
    complained "walk: 'locked': Permission denied [EACCES] (needs CAP_DAC_READ_SEARCH)"
}

@test "a TOP below a directory of mode 000 is 77" {
    mkdir -p locked/in
    chmod 000 locked
    ordinary true
    run --separate-stderr -77 ordinary "$OSBOX" walk locked/in
    got ''
    complained "walk: 'locked/in': Permission denied [EACCES] (needs CAP_DAC_READ_SEARCH)"
}

@test "a path beyond PATH_MAX as TOP is ENAMETOOLONG" {
    osbox 71 walk "$(printf './%.0s' {1..2100})"
    [[ $stderr == *'[ENAMETOOLONG]' ]]
}

# ---- links ----

@test "a link to a directory below TOP is listed and not entered" {
    tree
    osbox 0 walk --sort --type=l -g path,type t
    got $'t/lb\tsymlink\nt/lost\tsymlink'
}

@test "-L enters links to directories, and lists a dangling link as itself" {
    tree
    for option in -L --follow; do
        lists 't t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h t/lb/c t/lb/g t/lb/c/h' "$option" t
    done
    lists 't/a t/b/c/h t/b/c t/b/g t/b t/lb/c/h t/lb/c t/lb/g t/lb t/f t/lost t' -L --bottom-up t
}

@test "-L: a link to an ancestor is listed, not entered, and reported as ELOOP" {
    mkdir -p t/a/b
    ln -s .. t/a/up
    ln -s . t/a/b/self
    osbox 71 walk -L --sort t
    got $'t\nt/a\nt/a/b\nt/a/up\nt/a/b/self'
    stderr=$(without_words <<<"$stderr")
    complained "walk: 't/a/b/self': [ELOOP]
walk: 't/a/up': [ELOOP]"
    osbox 71 walk -L --sort --bottom-up t
    got $'t/a/b/self\nt/a/b\nt/a/up\nt/a\nt'
    osbox 0 walk -L --sort --on-error=ignore t
    got $'t\nt/a\nt/a/b\nt/a/up\nt/a/b/self'
    complained ''
}

@test "-L: two links that lead into each other's directories end" {
    mkdir -p t/a t/b
    ln -s ../b t/a/to-b
    ln -s ../a t/b/to-a
    osbox 71 walk -L --sort t
    got $'t\nt/a\nt/b\nt/a/to-b\nt/a/to-b/to-a\nt/b/to-a\nt/b/to-a/to-b'
    [ "${#stderr_lines[@]}" -eq 2 ]
}

@test "-L: a link to itself is listed and reported as ELOOP" {
    mkdir t
    ln -s loop t/loop
    osbox 71 walk -L t
    got $'t\nt/loop'
    complained_of "walk: 't/loop': " ELOOP
}

@test "without -L no link is looked at: one to itself is no error in any form" {
    mkdir t
    ln -s loop t/loop
    for form in '' --tuples --sum --bottom-up; do
        # shellcheck disable=SC2086 # no word when empty
        osbox 0 walk $form t
        complained ''
    done
}

# ---- errors ----

# locked: t, of which t/x cannot be read and t/z can.
locked() {
    mkdir -p t/x/y t/z
    chmod 000 t/x
    ordinary true
}

@test "a directory that cannot be read is listed and reported, and the rest goes on: 77" {
    locked
    run --separate-stderr -77 ordinary "$OSBOX" walk --sort t
    got $'t\nt/x\nt/z'
    complained "walk: 't/x': Permission denied [EACCES] (needs CAP_DAC_READ_SEARCH)"
    run --separate-stderr -77 ordinary "$OSBOX" walk --sort --bottom-up t
    got $'t/x\nt/z\nt'
}

@test "with -J its error is an object with errno and operation" {
    locked
    run --separate-stderr -77 ordinary "$OSBOX" walk -J --sort --min-depth=9 t
    complained '{"error":"EACCES","errno":13,"applet":"walk","operation":"open","path":"t/x","message":"Permission denied","capability":"CAP_DAC_READ_SEARCH"}'
}

@test "--on-error=strict reports it too, ignore does not and is 0, stop ends there" {
    locked
    run --separate-stderr -77 ordinary "$OSBOX" walk --sort --on-error=strict t
    got $'t\nt/x\nt/z'
    run --separate-stderr -0 ordinary "$OSBOX" walk --sort --on-error=ignore t
    got $'t\nt/x\nt/z'
    complained ''
    mkdir t/z/late
    run --separate-stderr -77 ordinary "$OSBOX" walk --sort --on-error=stop t t/z
    got $'t\nt/x\nt/z'
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "--on-error=stop ends at a TOP that does not exist" {
    tree
    osbox 66 walk --on-error=stop t/a missing t/b
    got t/a
}

@test "--on-error takes nothing else" {
    osbox 64 walk --on-error=loudly .
    complained "walk: '--on-error=loudly': not one of report, strict, stop, ignore"
}

@test "names of a directory without x are listed; what needs a stat is null and reported" {
    mkdir -p t/x
    : >t/x/f
    chmod 444 t/x
    ordinary true
    run --separate-stderr -0 ordinary "$OSBOX" walk -g path,type t
    got $'t\tdirectory\nt/x\tdirectory\nt/x/f\tfile'
    run --separate-stderr -77 ordinary "$OSBOX" walk -J -F path,type,st_size t/x
    [ "${lines[1]}" = '{"path":"t/x/f","type":"file","st_size":null}' ]
    [[ $stderr == *'"error":"EACCES"'*'"path":"t/x/f"'* ]]
}

@test "a directory without r is EACCES at opening" {
    mkdir -p t/x/y
    chmod 111 t/x
    ordinary true
    run --separate-stderr -77 ordinary "$OSBOX" walk t
    got $'t\nt/x'
    run --separate-stderr -0 ordinary "$OSBOX" walk t/x/y
    got t/x/y
}

# vanish ERROR [ARG]...: walk -j1 --sort t, where opening t/a fails with this error.
vanish() {
    local when
    can_trace || skip 'nothing can be traced here'
    mkdir -p t/a t/b
    traced -f -o trace -e trace=openat "$OSBOX" walk -j1 --sort t >/dev/null
    when=$(grep openat trace | grep -n '"a"' | cut -d : -f 1)
    run --separate-stderr traced -f -o trace -e trace=openat \
        -e inject=openat:error="$1":when="$when" "$OSBOX" walk -j1 --sort "${@:2}" t
}

@test "what vanished before it was opened is silent, and an error with --on-error=strict" {
    for error in ENOENT ENOTDIR; do
        vanish "$error"
        [ "$status" -eq 0 ]
        got $'t\nt/a\nt/b'
        complained ''
        vanish "$error" --on-error=strict
        [ "$status" -eq 66 ]
        [[ $stderr == "walk: 't/a': "*"[$error]" ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
}

@test "a directory that cannot be read to its end keeps what was read, and is reported" {
    can_trace || skip 'nothing can be traced here'
    mkdir -p t/d
    printf 't/d/file%s\0' {1..5000} | xargs -0 touch
    for sort in --bottom-up --sort; do
        # The directory t takes two calls; the third one is the second of t/d.
        rc=0
        traced -f -o trace -e trace=getdents64 -e inject=getdents64:error=EIO:when=4 \
            "$OSBOX" walk -j1 "$sort" t >is 2>said || rc=$?
        [ "$rc" -eq 71 ]
        without_words <said >named
        wanted "walk: 't/d': [EIO]"
        same wanted named
        [ "$(grep -c '^t/d/file[0-9]*$' is)" -gt 1000 ]
        [ "$(grep -vc '^t/d/file[0-9]*$' is)" -eq 2 ]
    done
}

@test "a directory that was closed and cannot be opened again: what is below it is reported" {
    can_trace || skip 'nothing can be traced here'
    local here=t lost=0
    for _ in {1..14}; do
        mkdir -p $here/a $here/n $here/z
        touch $here/a/file $here/z/file
        here=$here/n
    done
    ulimit -n 14
    walk_it() {
        traced -f -qq -o trace -e trace=openat "$@" "$OSBOX" walk -j1 t
    }
    walk_it >wanted
    # It is opened again through "..", or else by the names above it.
    for when in $(sed -n '/openat/=' trace | paste - <(grep openat trace) | sed -n 's/\t.*"\.\.".*//p'); do
        for error in EACCES EMFILE; do
            rc=0
            walk_it -e inject=openat:error=$error:when="$when..$((when + 3))" >is 2>said || rc=$?
            cmp -s wanted is && [ "$rc" -eq 0 ] && continue
            ((++lost))
            [ "$rc" -ne 0 ]
            grep -q "$error" said
        done
    done
    [ "$lost" -gt 0 ]
}

# ---- what is entered ----

@test "--prune prints the directory and does not enter it" {
    tree
    lists 't t/a t/b t/f t/lb t/lost' --prune=b t
    lists 't t/a t/b t/f t/lb t/lost t/b/c t/b/g' --prune=c t
    lists 't t/a t/b t/f t/lb t/lost t/b/c t/b/g' --prune=b/c t
    lists 't/a t/b t/f t/lb t/lost t' --prune=b --bottom-up t
}

@test "--exclude neither prints nor enters, files too" {
    tree
    lists 't t/a t/f t/lb t/lost' --exclude=b t
    lists 't t/a t/b t/lb t/lost t/b/c t/b/g t/b/c/h' --exclude=f t
    lists 't t/a t/b t/f t/lb t/lost t/b/g' --exclude=b/c t
    lists 't/a t/b/g t/b t/f t/lb t/lost t' --exclude=b/c --bottom-up t
}

@test "--prune and --exclude are repeated, and do not apply to TOP" {
    tree
    lists 't t/lb t/lost' --exclude=a --exclude=b --exclude=f t
    lists 't t/a t/b t/f t/lb t/lost' --prune=a --prune='b*' t
    lists 't t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h' --exclude=t --prune=t t
    cd t/a
    lists '.' --exclude=. --exclude='*' .
}

@test "a glob matches the name's bytes: a leading dot, bytes that are not UTF-8, two for é" {
    mkdir t
    : >t/.dot
    : >t/$'\xff\n'
    : >t/é
    lists 't/.dot' --name='*dot' t
    lists $'t/\u00e9' --name='??' --exclude=$'\xff*' t
    "$OSBOX" walk -0 --name=$'\xff?' t >is
    printf 't/\xff\n\0' >wanted
    same wanted is
    "$OSBOX" walk -0 --name=$'[\xff]*' t >is
    same wanted is
}

@test "a glob that holds a / matches the path below TOP, and its * matches slashes" {
    tree
    for top in t t/ ./t "$PWD/t"; do
        osbox 0 walk --sort --name='b/*' -g name "$top"
        got $'c\ng\nh'
        osbox 0 walk --sort --name='*/h' -g name "$top"
        got h
        osbox 0 walk --sort --name='t/*' -g name "$top"
        got ''
        osbox 0 walk --sort --name='/*' -g name "$top"
        got ''
    done
    osbox 0 walk --max-depth=2 --on-error=ignore --name='dev/null' /
    got /dev/null
}

@test "--name filters what is printed and nothing else; it is repeated" {
    tree
    lists 't/b/c/h' --name=h t
    lists 't/b t/f t/b/c/h' --name='[h]' --name=b --name=f t
    lists '' --name=none t
    lists './t' --name=t --max-depth=0 ./t
    lists 't/' --name=t --max-depth=0 t/
    lists '.' --name=. .
}

@test "--type filters what is printed by the type of the entry itself" {
    needs python3
    tree
    mkfifo t/p
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("t/s")'
    lists 't/f t/b/g t/b/c/h' --type=f t
    lists 't t/a t/b t/b/c' --type=d t
    lists 't/lb t/lost' --type=l t
    lists 't/p' --type=p t
    lists 't/s' --type=s t
    lists 't/p t/s' --type=p,s t
    lists 't/p t/s' --type=sp t
    lists '/dev/null' --type=c /dev/null
    lists '' --type=b t
    osbox 64 walk --type=fx t
    complained "walk: '--type=fx': not made of the letters f, d, l, p, s, b and c"
    osbox 64 walk --type= t
}

@test "--min-depth and --max-depth" {
    tree
    lists 't' --max-depth=0 t
    lists 't t/a t/b t/f t/lb t/lost' --max-depth=1 t
    lists 't/b/c t/b/g t/b/c/h' --min-depth=2 t
    lists 't/b/c t/b/g' --min-depth=2 --max-depth=2 t
    lists 't/b/c t/b/g' --min-depth=2 --max-depth=2 --bottom-up t
    lists 't/b/c/h' --min-depth=3 t
    lists '' --min-depth=4 t
    lists 't/a t/b t/f t/lb t/lost t' --max-depth=1 --bottom-up t
    lists 't t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h' --max-depth=4294967295 t
    osbox 64 walk --max-depth=4294967296 t
    osbox 64 walk --max-depth=-1 t
    osbox 64 walk --min-depth=x t
}

@test "--max-depth does not open what is deeper" {
    mkdir -p t/locked
    chmod 000 t/locked
    ordinary true
    run --separate-stderr -0 ordinary "$OSBOX" walk --max-depth=1 t
    got $'t\nt/locked'
}

# ---- mounts ----

@test "-x lists a mount point and does not enter it: another file system" {
    tree
    in_mounts 'mount -t tmpfs none t/a; : >t/a/inside; "$OSBOX" walk --sort t; "$OSBOX" walk --sort -x t; exec "$OSBOX" walk -x t/a'
    [ "$status" -eq 0 ]
    got "$(printf '%s\n' t t/a t/b t/f t/lb t/lost t/a/inside t/b/c t/b/g t/b/c/h \
        t t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h t/a t/a/inside)"
}

@test "-x tells a bind mount of the same file system, by its mount id" {
    not_emulated 'its statx has no mount ids'
    tree
    in_mounts 'mount --bind t/b t/a; exec "$OSBOX" walk --sort --one-file-system t'
    [ "$status" -eq 0 ]
    got "$(printf '%s\n' t t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h)"
}

@test "-x -L does not follow links to other mounts" {
    tree
    ln -s /proc t/b/c/proc
    in_mounts 'mount -t tmpfs none t/a; : >t/a/inside; ln -s ../a t/b/la; exec "$OSBOX" walk -L -x --sort t/b'
    [ "$status" -eq 0 ]
    got "$(printf '%s\n' t/b t/b/c t/b/g t/b/la t/b/c/h t/b/c/proc)"
}

@test "a bind mount cycle ends; with -L it is reported as ELOOP" {
    mkdir -p t/a/b/c
    in_mounts 'mount --rbind t t/a/b/c; timeout 10 "$OSBOX" walk t'
    [ "$status" -eq 0 ]
    got $'t\nt/a\nt/a/b\nt/a/b/c\nt/a/b/c/a\nt/a/b/c/a/b\nt/a/b/c/a/b/c'
    in_mounts 'mount --rbind t t/a/b/c; exec timeout 10 "$OSBOX" walk -L t'
    [ "$status" -eq 71 ]
    got $'t\nt/a\nt/a/b\nt/a/b/c'
    complained_of "walk: 't/a/b/c': " ELOOP
}

@test "ino of a mount point is the directory's, st_ino what is mounted there" {
    mkdir -p t/m
    in_mounts 'mount -t tmpfs none t/m; exec "$OSBOX" walk --min-depth=1 -g ino,st_ino t'
    mount=${output#*$'\t'}
    [ "${output%$'\t'*}" = "$(stat -c %i t/m)" ]
    [ "$mount" != "${output%$'\t'*}" ]
}

# ---- formats ----

@test "-0 ends each path with a NUL; names are raw" {
    mkdir t
    : >t/$'a\nb\xff'
    "$OSBOX" walk -0 t >is
    printf 't\0t/a\nb\xff\0' >wanted
    same wanted is
}

@test "json: a record a line, bytes that are not UTF-8 as b64" {
    mkdir t
    : >t/$'a\nb\xff'
    osbox 0 walk -J t
    got $'{"path":"t"}\n{"path":{"b64":"dC9hCmL/"}}'
    osbox 0 walk -J --json-bytes=surrogateescape --min-depth=1 t
    got '{"path":"t/a\nb\udcff"}'
}

@test "csv: one header for all TOPs, then rows" {
    mkdir t
    : >t/'a,"b'
    osbox 0 walk -o csv -F path,depth t t
    got $'path,depth\nt,0\n"t/a,""b",1\nt,0\n"t/a,""b",1'
}

@test "tsv: one header, escapes as text" {
    mkdir t
    : >t/$'a\tb\n'
    osbox 0 walk -o tsv -F path,depth t
    got $'path\tdepth\nt\t0\nt/a\\tb\\n\t1'
}

@test "text: a blank line between records, none before or behind" {
    mkdir -p t/a t/b
    "$OSBOX" walk --sort -o text -F path,depth t t/a >is
    printf 'path=%s\ndepth=%s\n' t 0 >wanted
    printf '\npath=%s\ndepth=%s\n' t/a 1 t/b 1 t/a 0 >>wanted
    same wanted is
}

@test "table: columns are aligned over all records" {
    mkdir -p t/long-name
    "$OSBOX" walk -o table -F path,depth,type t >is
    wanted 'path         depth  type' 't                0  directory' 't/long-name      1  directory'
    same wanted is
}

@test "value: tabs between the fields" {
    mkdir -p t/a
    osbox 0 walk -g depth,path t
    got $'0\tt\n1\tt/a'
    "$OSBOX" walk -0 -F depth,path t >is
    printf '0\0t\0001\0t/a\0' >wanted
    same wanted is
}

@test "sh is refused but for --sum --max-depth=0, and eval of it fails" {
    tree
    for form in '' --tuples --sum '--sum --max-depth=1' --max-depth=0; do
        # shellcheck disable=SC2086 # words
        osbox 64 walk -o sh $form t
        [[ $output == 'unset '*"; os_error='EX_USAGE'; (exit 64)" ]]
    done
    eval "$("$OSBOX" walk --sum --max-depth=0 -o sh t)"
    [ "$os_dirpath $os_files $os_dirs $os_errors $os_incomplete" = 't 5 4 0 false' ]
    rc=0
    eval "$("$OSBOX" walk --sum --max-depth=0 -o sh missing 2>/dev/null)" || rc=$?
    [ "$rc $os_error" = '66 ENOENT' ]
    osbox 64 walk --sum --max-depth=0 -o sh t t
}

# ---- fields ----

@test "-F path,name,depth,type,ino" {
    needs jq
    tree
    "$OSBOX" walk -J --sort -F path,name,depth,type,ino t >is
    for path in t t/a t/b t/f t/lb t/lost t/b/c t/b/g t/b/c/h; do
        type=$(find "$path" -maxdepth 0 -printf %y)
        case $type in d) type=directory ;; f) type='file' ;; l) type=symlink ;; esac
        slashes=${path//[!\/]/}
        printf '{"path":"%s","name":"%s","depth":%s,"type":"%s","ino":%s}\n' "$path" "${path##*/}" \
            "${#slashes}" "$type" "$(stat -c %i "$path")"
    done >wanted
    same wanted is
}

@test "every field of stat is what lstat says of the same path" {
    tree
    fields=mode,st_mode,st_ino,st_dev,st_nlink,st_uid,st_gid,st_size,st_mtime,st_ctime_ns,birthtime
    fields+=,st_blocks,st_blksize,st_rdev,user,group,target,caps,flags,dev_major,stx_mnt_id
    "$OSBOX" walk -0 --sort t | "$OSBOX" lstat --files0-from=- -J -F "path,type,$fields" >wanted
    "$OSBOX" walk --sort -J -F "path,type,$fields" t >is
    same wanted is
}

@test "-F all: every field that lstat has, and walk's own" {
    tree
    "$OSBOX" walk -J --sort -F all t >one
    json path name depth ino st_size mtime target <one >/dev/null
    [ "$(wc -l <one)" -eq 9 ]
}

@test "fields of TOP are those of what it leads to" {
    tree
    osbox 0 walk --max-depth=0 -g type,st_ino,target t/lb
    got $'directory\t'"$(stat -c %i t/b)"$'\t'
}

@test "nothing is stat'ed for path, name, depth, type and ino" {
    can_trace || skip 'nothing can be traced here'
    mkdir t
    for ((i = 0; i < 50; i++)); do : >"t/$i"; done
    [ "$("$OSBOX" walk --type=f t | wc -l)" -eq 50 ]
    traced -f -o trace -e trace=statx,newfstatat,lstat,stat "$OSBOX" walk -F path,name,depth,type,ino t >/dev/null
    grep -c 'stat' trace >calls || true
    traced -f -o trace -e trace=statx,newfstatat,lstat,stat "$OSBOX" walk -F path,st_size t >/dev/null
    more=$(grep -c stat trace)
    [ "$((more - $(cat calls)))" -ge 50 ]
    [ "$(cat calls)" -lt 20 ]
}

@test "an unknown field is a usage error with a suggestion" {
    osbox 64 walk -F pat .
    complained "walk: 'pat': no such field; did you mean 'path'?"
}

# ---- --tuples ----

@test "--tuples: os.walk's records; a link to a directory is a dirname" {
    tree
    osbox 0 walk --tuples --sort -J t
    got '{"dirpath":"t","dirnames":["a","b","lb"],"filenames":["f","lost"]}
{"dirpath":"t/a","dirnames":[],"filenames":[]}
{"dirpath":"t/b","dirnames":["c"],"filenames":["g"]}
{"dirpath":"t/b/c","dirnames":[],"filenames":["h"]}'
}

@test "--tuples --bottom-up: the same records, subdirectories first" {
    tree
    osbox 0 walk --tuples --sort --bottom-up -J t
    got '{"dirpath":"t/a","dirnames":[],"filenames":[]}
{"dirpath":"t/b/c","dirnames":[],"filenames":["h"]}
{"dirpath":"t/b","dirnames":["c"],"filenames":["g"]}
{"dirpath":"t","dirnames":["a","b","lb"],"filenames":["f","lost"]}'
}

@test "--tuples -L enters links" {
    tree
    osbox 0 walk --tuples --sort -L -g dirpath t
    got $'t\nt/a\nt/b\nt/b/c\nt/lb\nt/lb/c'
}

@test "--tuples in csv, tsv, text, table and value" {
    mkdir -p 't/a,b' t/c
    : >t/f
    osbox 0 walk --tuples --sort -o csv t
    got $'dirpath,dirnames,filenames\nt,"a\\x2cb,c",f\n"t/a,b","",""\nt/c,"",""'
    osbox 0 walk --tuples --sort -o tsv t
    got $'dirpath\tdirnames\tfilenames\nt\ta\\x2cb,c\tf\nt/a,b\t\t\nt/c\t\t'
    osbox 0 walk --tuples --sort -o text --max-depth=1 t
    got $'dirpath=t\ndirnames=a\\x2cb,c\nfilenames=f'
    osbox 0 walk --tuples --sort -o table --max-depth=1 t
    got $'dirpath  dirnames  filenames\nt        a\\x2cb,c  f'
}

@test "--tuples of a TOP that is no directory is ENOTDIR, of a dangling link ENOENT" {
    tree
    osbox 66 walk --tuples -J t/f t/lost t/a
    got '{"dirpath":"t/a","dirnames":[],"filenames":[]}'
    complained '{"error":"ENOTDIR","errno":20,"applet":"walk","operation":"open","path":"t/f","message":"Not a directory"}
{"error":"ENOENT","errno":2,"applet":"walk","operation":"open","path":"t/lost","message":"No such file or directory"}'
}

@test "--tuples and --steer of a link to itself is ELOOP, with and without -L" {
    mkdir t
    ln -s loop loop
    for form in --tuples '--tuples -L' '--tuples --bottom-up'; do
        # shellcheck disable=SC2086 # words
        osbox 71 walk $form -F dirpath loop t
        got t
        complained_of "walk: 'loop': " ELOOP
    done
    run --separate-stderr -71 "$OSBOX" walk --steer -L loop </dev/null
    got ''
    [ "$(json error path <<<"$stderr")" = $'"ELOOP"\n"loop"' ]
}

@test "--tuples with --exclude, --prune, --min-depth and --max-depth" {
    tree
    osbox 0 walk --tuples --sort -J --exclude=b --exclude=f t
    got '{"dirpath":"t","dirnames":["a","lb"],"filenames":["lost"]}
{"dirpath":"t/a","dirnames":[],"filenames":[]}'
    osbox 0 walk --tuples --sort -J --prune=b t
    got '{"dirpath":"t","dirnames":["a","b","lb"],"filenames":["f","lost"]}
{"dirpath":"t/a","dirnames":[],"filenames":[]}'
    osbox 0 walk --tuples --sort -J --max-depth=1 t
    got '{"dirpath":"t","dirnames":["a","b","lb"],"filenames":["f","lost"]}'
    osbox 0 walk --tuples --sort -g dirpath --min-depth=1 t
    got $'t/a\nt/b\nt/b/c'
}

@test "--tuples and --sum exclude each other, and --name and --type" {
    osbox 64 walk --tuples --sum .
    complained "walk: '--tuples': cannot be given with --sum"
    for filter in --name=x --type=f; do
        for form in --tuples --sum --steer; do
            osbox 64 walk "$form" "$filter" .
        done
    done
    osbox 64 walk --sum --steer .
    osbox 64 walk --min-depth=1 --steer .
}

# ---- --sum ----

# A tree with sizes: hard links, a hole, a link.
sizes() {
    mkdir -p t/a/b t/c
    head -c 10000 /dev/zero >t/a/one
    ln t/a/one t/c/two
    ln t/a/one t/a/b/three
    head -c 5 /dev/zero >t/c/f
    truncate -s 1M t/a/b/hole
    ln -s one t/a/link
}

# own PATH...: the sizes of these, each once, as stat has them.
own() {
    stat -c %s -- "$@" | paste -sd+ | bc
}

@test "--sum: files, dirs, bytes and allocated bytes of each directory, hard links once" {
    needs bc
    sizes
    run --separate-stderr -0 "$OSBOX" walk --sum --sort -o csv -F dirpath,files,dirs,bytes,errors,incomplete t
    got "dirpath,files,dirs,bytes,errors,incomplete
t/a/b,2,1,$(own t/a/b t/a/b/hole t/a/b/three),0,false
t/a,4,2,$(own t/a t/a/link t/a/b t/a/b/hole t/a/b/three),0,false
t/c,2,1,$(own t/c t/c/f),0,false
t,6,4,$(own t t/a t/a/link t/a/b t/a/b/hole t/a/b/three t/c t/c/f),0,false"
}

@test "--sum: allocated is du's" {
    sizes
    "$OSBOX" walk --sum --max-depth=0 -g allocated t >is
    du -s -B1 t | cut -f 1 >wanted
    same wanted is
    rm t/c/two t/a/b/three
    "$OSBOX" walk --sum -g allocated,dirpath t | sort >is
    du -B1 t | sort >wanted
    same wanted is
}

@test "--sum counts hard links once over all TOPs, as du does" {
    sizes
    "$OSBOX" walk --sum --max-depth=0 -g allocated,dirpath t/a t/c >is
    du -s -B1 t/a t/c >wanted
    same wanted is
}

@test "--sum --max-depth and --min-depth limit what is printed, not what is counted" {
    sizes
    "$OSBOX" walk --sum --sort -o csv t >all
    (sed -n 1p all && grep '^t,' all) >wanted
    "$OSBOX" walk --sum --sort -o csv --max-depth=0 t >is
    same wanted is
    grep -v '^t/a/b,' all >wanted
    "$OSBOX" walk --sum --sort -o csv --max-depth=1 t >is
    same wanted is
    grep -v '^t,' all >wanted
    "$OSBOX" walk --sum --sort -o csv --min-depth=1 t >is
    same wanted is
}

@test "--sum: an error makes every ancestor incomplete, and no other directory" {
    mkdir -p t/a/locked t/b
    chmod 000 t/a/locked
    ordinary true
    run --separate-stderr -77 ordinary "$OSBOX" walk --sum --sort -g dirpath,dirs,errors,incomplete t
    got $'t/a/locked\t1\t1\ttrue\nt/a\t2\t1\ttrue\nt/b\t1\t0\tfalse\nt\t4\t1\ttrue'
    complained "walk: 't/a/locked': Permission denied [EACCES] (needs CAP_DAC_READ_SEARCH)"
    run --separate-stderr -0 ordinary "$OSBOX" walk --sum --max-depth=0 --on-error=ignore -g errors,incomplete t
    got $'1\ttrue'
}

@test "--sum: a TOP that is no directory is a record of its own" {
    sizes
    ln -s gone lost
    osbox 0 walk --sum -g dirpath,files,dirs,bytes t/c/f lost
    got $'t/c/f\t1\t0\t5\nlost\t1\t0\t4'
}

@test "--sum with --exclude and --prune counts what would be listed" {
    sizes
    osbox 0 walk --sum --sort -g dirpath,files,dirs --exclude=b t
    got $'t/a\t2\t1\nt/c\t2\t1\nt\t4\t3'
    osbox 0 walk --sum --sort -g dirpath,files,dirs --prune=b t
    got $'t/a\t2\t2\nt/c\t2\t1\nt\t4\t4'
}

@test "--sum of a tree without files is exact json" {
    mkdir -p t/d
    size=$(stat -c %s t/d) blocks=$(stat -c '%b * 512' t/d)
    osbox 0 walk --sum -J t/d
    got "{\"dirpath\":\"t/d\",\"files\":0,\"dirs\":1,\"bytes\":$size,\"allocated\":$((blocks)),\"errors\":0,\"incomplete\":false}"
}

# ---- --steer ----

# steered REPLY...: walk --steer t with these lines on stdin.
steered() {
    printf '%s\n' "$@" | "$OSBOX" walk --steer --sort t >out 2>said
}

# The same; prints status and the directories that were walked.
steer() {
    local rc=0
    steered "$@" || rc=$?
    echo "$rc $(sed 's/^{"dirpath":"\([^"]*\)","dirnames".*/\1/' out | paste -sd ' ')"
}

@test "--steer: the reply chooses and orders what is entered" {
    tree
    [ "$(steer '["b","a"]' '["c"]' '[]' '[]')" = '0 t t/b t/b/c t/a' ]
    [ "$(steer '["a"]' '[]')" = '0 t t/a' ]
    [ "$(steer '[]')" = '0 t' ]
    [ "$(steer '["b","b"]' '[]' '[]')" = '0 t t/b t/b' ]
    [ ! -s said ]
}

@test "--steer is --tuples -J" {
    tree
    run --separate-stderr -0 "$OSBOX" walk --steer --sort t <<<'[]'
    got '{"dirpath":"t","dirnames":["a","b","lb"],"filenames":["f","lost"]}'
}

@test "--steer: each record is there before its reply is asked for" {
    tree
    coproc walk { "$OSBOX" walk --steer --sort t 2>&1; }
    # shellcheck disable=SC2154 # the coproc's
    pid=$walk_PID to=${walk[1]} from=${walk[0]}
    for reply in '["b"]' '["c"]' '[]'; do
        read -r -t 20 -u "$from" line
        echo "$line" >>records
        echo "$reply" >&"$to"
    done
    wait "$pid"
    wanted '"t"' '"t/b"' '"t/b/c"'
    json dirpath <records >is
    same wanted is
}

@test "--steer: a reply may have white space and escapes, and the last one no newline" {
    tree
    [ "$(printf ' [ "b" ,\t"\\u0061" ] \r\n[]\n[]' | "$OSBOX" walk --steer --sort -F dirpath t | json dirpath | paste -sd ' ')" = '"t" "t/b" "t/a"' ]
}

@test "--steer: names as b64 and as surrogates" {
    mkdir -p t/$'\xff' t/$'a\nb'
    printf '[{"b64":"/w=="},"a\\nb","\\udcff"]\n[]\n[]\n[]\n' |
        "$OSBOX" walk --steer -F dirpath t >is
    printf '{"dirpath":%s}\n' '"t"' '{"b64":"dC//"}' '"t/a\nb"' '{"b64":"dC//"}' >wanted
    same wanted is
}

@test "--steer: end of input ends the walk with 0" {
    tree
    [ "$(steer '["a","b"]')" = '0 t t/a' ]
    run --separate-stderr -0 "$OSBOX" walk --steer t </dev/null
    [ "${#lines[@]}" -eq 1 ]
    complained ''
}

@test "--steer: a name that was not listed is tried, and reported when it is no directory" {
    tree
    [ "$(steer '["nope","f","a"]' '[]')" = '66 t t/a' ]
    json error path <said >is
    wanted '"ENOENT"' '"t/nope"' '"ENOTDIR"' '"t/f"'
    same wanted is
    mkdir t/new
    [ "$(printf '["new"]\n[]\n' | "$OSBOX" walk --steer --exclude=new -F dirpath t | json dirpath | paste -sd ' ')" = '"t" "t/new"' ]
}

@test "--steer: naming a link is skipped silently, with -L it is entered" {
    tree
    [ "$(steer '["lb","lost","a"]' '[]')" = '0 t t/a' ]
    [ ! -s said ]
    [ "$(printf '["lb"]\n[]\n' | "$OSBOX" walk -L --steer -F dirpath t | json dirpath | paste -sd ' ')" = '"t" "t/lb"' ]
}

@test "--steer: a listed directory that vanished is silent unless strict" {
    tree
    for form in '' --on-error=strict; do
        mkdir -p t/a
        # shellcheck disable=SC2086 # no word when empty
        coproc walk { "$OSBOX" walk $form --steer --sort t 2>said; }
        # shellcheck disable=SC2154 # the coproc's
        pid=$walk_PID to=${walk[1]} from=${walk[0]} rc=0
        read -r -t 20 -u "$from" _
        rmdir t/a
        echo '["a"]' >&"$to"
        wait "$pid" || rc=$?
        echo "$rc $(wc -l <said)" >>is
    done
    wanted '0 0' '66 1'
    same wanted is
}

@test "--steer refuses names with a slash, '.', '..', empty ones and NULs with 65, and ends" {
    tree
    for name in .. . '' / a/b /etc ../.. 'a/' '\u0000' 'a\u0000b' '\u002e.'; do
        [ "$(steer "[\"a\",\"$name\"]" '[]' '[]')" = '65 t' ]
        wanted "{\"error\":\"EX_DATAERR\",\"errno\":null,\"applet\":\"walk\",\"operation\":null,\"path\":\"t\",\"message\":\"a name is refused: empty, '.', '..', or with a slash or NUL\"}"
        same wanted said
    done
    for b64 in Li4= Lg== YS9i AA==; do
        [ "$(steer "[{\"b64\":\"$b64\"}]" '[]')" = '65 t' ]
    done
}

@test "--steer refuses what is no JSON array of names with 65" {
    tree
    for reply in '' x a '"a"' '{}' '["a"' '["a",]' '[,"a"]' '["a"]]' '["a"] x' '[a]' '[1]' '[null]' \
        '[["a"]]' '[{"b65":"YQ=="}]' '[{"b64":"YQ"}]' '[{"b64":"Y==="}]' '[{"b64":1}]' '["\x"]' \
        '["\ud800"]' $'["\xff"]' $'["\t"]' "['a']"; do
        [ "$(steer "$reply" '[]' '[]')" = '65 t' ]
        [ "$(wc -l <said)" -eq 1 ]
    done
}

@test "--steer with --max-depth goes no deeper whatever the reply" {
    tree
    printf '["b"]\n["c"]\n[]\n' | "$OSBOX" walk --steer --max-depth=1 -F dirpath t >is
    wanted '{"dirpath":"t"}'
    same wanted is
    printf '["b"]\n["c"]\n[]\n' | "$OSBOX" walk --steer --max-depth=2 -F dirpath t >is
    wanted '{"dirpath":"t"}' '{"dirpath":"t/b"}'
    same wanted is
}

@test "--steer in bottom-up order reads no reply" {
    tree
    run --separate-stderr -0 "$OSBOX" walk --steer --sort --bottom-up -F dirpath t <&-
    got "$(printf '{"dirpath":"%s"}\n' t/a t/b/c t/b t)"
}

@test "--steer over several TOPs goes on with the next" {
    tree
    printf '[]\n["c"]\n[]\n' | "$OSBOX" walk --steer -F dirpath t t/b >is
    wanted '{"dirpath":"t"}' '{"dirpath":"t/b"}' '{"dirpath":"t/b/c"}'
    same wanted is
}

@test "--steer: a reader that leaves ends it quietly" {
    tree
    (
        set +o pipefail
        yes '[]' | "$OSBOX" walk --steer t t t t t t t t t 2>said | true
        echo "${PIPESTATUS[1]}" >rc
    ) || true
    [ ! -s said ]
    [[ $(cat rc) == @(0|141) ]]
}

# ---- --files0-from, --fd, -C, --dir-fd ----

@test "--files0-from walks each name of the list, in order" {
    tree
    printf 't/b/c\0t/f\0t/a' >list
    for list in list -; do
        lists 't/b/c t/b/c/h t/f t/a' --files0-from="$list" <list
    done
    lists '' --files0-from=/dev/null
}

@test "--files0-from: errors stand in place with -J, and the first decides the status" {
    tree
    printf 't/a\0missing\0\0t/f\0' >list
    osbox 66 walk --files0-from=list -J
    got '{"path":"t/a"}
{"path":"missing","error":"ENOENT","errno":2}
{"path":"","error":"EX_DATAERR","errno":null}
{"path":"t/f"}'
    [ "${#stderr_lines[@]}" -eq 2 ]
    osbox 66 walk --files0-from=list
    got $'t/a\nt/f'
    [ "${#stderr_lines[@]}" -eq 2 ]
}

@test "--files0-from: a record is there before the list has ended" {
    tree
    coproc walk { "$OSBOX" walk --files0-from=-; }
    # shellcheck disable=SC2154 # the coproc's
    pid=$walk_PID to=${walk[1]} from=${walk[0]}
    printf 't/a\0' >&"$to"
    read -r -t 20 -u "$from" line
    [ "$line" = t/a ]
    printf 't/f\0' >&"$to"
    read -r -t 20 -u "$from" line
    [ "$line" = t/f ]
    exec {to}>&-
    wait "$pid"
}

@test "--files0-from goes with no operand and no --fd; a missing or unreadable list is an error" {
    tree
    : >list
    osbox 64 walk --files0-from=list t
    osbox 64 walk --files0-from=list --fd=0
    osbox 66 walk --files0-from=missing
    osbox 71 walk --files0-from=t
    [[ $stderr == *'[EISDIR]' ]]
}

@test "--fd walks an open directory, with paths that begin with ." {
    tree
    osbox 0 walk --sort --fd=9 9<t/b
    got $'.\n./c\n./g\n./c/h'
    osbox 0 walk --sort --fd=9 --tuples -J 9<t/b
    got '{"dirpath":".","dirnames":["c"],"filenames":["g"]}
{"dirpath":"./c","dirnames":[],"filenames":["h"]}'
    osbox 0 walk --fd=9 --max-depth=0 -g path,st_ino,st_size 9<t/b
    got ".	$(stat -c '%i	%s' t/b)"
}

@test "--fd of a directory that was removed, or cannot be reached by a path" {
    mkdir -p t/gone
    exec 9<t/gone
    rmdir t/gone
    osbox 0 walk --fd=9
    got .
    exec 9<&-
    mkdir -p locked/in/x
    exec 9<locked/in
    chmod 000 locked
    ordinary true
    run --separate-stderr -0 ordinary "$OSBOX" walk --fd=9
    got $'.\n./x'
}

@test "--fd of a file is one entry" {
    printf 12345 >f
    osbox 0 walk --fd=9 -g path,type,st_size 9<f
    got $'.\tfile\t5'
    osbox 0 walk --fd=9 --sum -g files,bytes 9<f
    got $'1\t5'
}

@test "--fd takes no operand, and a descriptor that is closed is an error" {
    osbox 64 walk --fd=9 . 9</
    complained "walk: '.': no operand goes with --fd"
    osbox 71 walk --fd=9 9<&-
    complained 'walk: descriptor 9: Bad file descriptor [EBADF]'
    osbox 64 walk --fd=9 -C / 9</
    osbox 64 walk --fd=9 --dir-fd=9 9</
}

@test "-C and --dir-fd: relative TOPs begin there, absolute ones do not" {
    tree
    for form in '-C t' '--dir=t' '--dir-fd=9'; do
        # shellcheck disable=SC2086 # words
        lists 'b/c b/c/h a' $form b/c a 9<t
        # shellcheck disable=SC2086 # words
        osbox 0 walk $form "$PWD/t/a" 9<t
        got "$PWD/t/a"
        # shellcheck disable=SC2086 # words
        lists '. ./c ./g ./c/h' ${form/t/t\/b} 9<t/b && continue
        [ "$form" = --dir-fd=9 ]
    done
    printf 'b/c\0' >list
    lists 'b/c b/c/h' -C t --files0-from=list
    osbox 64 walk -C t --dir-fd=9 9<t
}

@test "-C of what is no directory is an error" {
    tree
    osbox 66 walk -C missing .
    osbox 66 walk -C t/f .
    [[ $stderr == *'[ENOTDIR]' ]]
    osbox 71 walk --dir-fd=9 . 9<&-
}

@test "a current directory that was removed is walked" {
    not_emulated 'the shell that starts it complains'
    mkdir gone
    cd gone
    rmdir ../gone
    osbox 0 walk
    got .
    complained ''
}

# ---- --progress ----

@test "--progress tells entries and their rate on standard error and changes nothing else" {
    tree
    "$OSBOX" walk --sort t >wanted
    for form in '' --bottom-up --tuples --sum; do
        # shellcheck disable=SC2086 # no word when empty
        "$OSBOX" walk --sort $form t >wanted
        # shellcheck disable=SC2086 # no word when empty
        "$OSBOX" walk --sort $form --progress t >is 2>said
        same wanted is
        tail -c 1 said | cmp - <(echo)
        tr '\r' '\n' <said | tail -n 1 | grep -Eqx 'walk: 9 entries, [0-9]+/s *'
    done
}

@test "--progress shows the directory that is read, escaped" {
    can_trace || skip 'nothing can be traced here'
    mkdir -p t/$'evil\e[31m\n'
    printf 't/evil\e[31m\n/file%s\0' {1..5000} | xargs -0 touch
    # The directory t takes two calls; the second one of the other directory takes its time.
    traced -f -o trace -e trace=getdents64 -e inject=getdents64:delay_exit=250000:when=4 \
        "$OSBOX" walk --progress -j1 t 2>said >/dev/null
    run ! grep -aP '[^\x0a\x0d\x20-\x7e]' said
    tr '\r' '\n' <said | grep -Eqx 'walk: [0-9]+ entries, [0-9]+/s t/evil\\x1b\[31m\\n/ *'
}

# ---- output that is lost ----

# many: a directory t whose listing is more than a pipe holds.
many() {
    mkdir t
    printf "t/%s-$(printf 'x%.0s' {1..60})\0" {1..4000} | xargs -0 touch
}

@test "walk DIR | head -1 ends at once and quietly" {
    many
    for form in '' -0 --bottom-up --sort --tuples -J '-J -F path,st_size'; do
        # shellcheck disable=SC2086 # words
        set -- $form
        (
            set +o pipefail
            "$OSBOX" walk "$@" t t t t t 2>said | head -c 1 >is
            echo "${PIPESTATUS[0]}" >rc
        ) || true
        [ ! -s said ]
        [ -s is ]
        [[ $(cat rc) == @(0|141) ]]
    done
}

@test "where SIGPIPE is ignored, a reader that leaves is 74" {
    many
    (
        trap '' PIPE
        set +o pipefail
        "$OSBOX" walk t t t t t 2>said | true
        echo "${PIPESTATUS[0]}" >rc
    ) || true
    [ "$(cat rc)" = 74 ]
    grep -q EPIPE said
    [ "$(wc -l <said)" -eq 1 ]
}

@test "walk -0 --bottom-up DIR | xargs -0 rm -d removes the tree" {
    tree
    mkdir -p t/$'new\nline'/$' \xff'/"-rf"
    : >t/$'new\nline'/$'*'
    "$OSBOX" walk -0 --bottom-up t | xargs -0 rm -d --
    [ ! -e t ]
}

@test "/dev/full is 74 and one message in every form and format" {
    tree
    for form in '' --tuples --sum --bottom-up --sort -J '-o csv' '-o tsv' '-o text' '-o table' -0 \
        '-F path,st_size' '--sum --max-depth=0 -o sh'; do
        rc=0
        # shellcheck disable=SC2086 # words
        "$OSBOX" walk $form t >/dev/full 2>said || rc=$?
        [ "$rc" -eq 74 ]
        grep -q ENOSPC said
        [ "$(wc -l <said)" -eq 1 ]
    done
    rc=0
    "$OSBOX" walk --steer t >/dev/full 2>said <<<'[]' || rc=$?
    [ "$rc" -eq 74 ]
}

@test "a full device ends the walk" {
    needs strace
    can_trace || skip 'nothing can be traced here'
    x=$(printf 'x%.0s' {1..200})
    printf "t/%s/$x/$x\0" {1..300} | xargs -0 mkdir -p
    traced -f -o trace -e trace=openat "$OSBOX" walk -j1 t t t t t t t >/dev/full 2>said || true
    [ "$(grep -c O_DIRECTORY trace)" -lt 3000 ]
}

# ---- the command itself ----

@test "walk stands under both links' names" {
    tree
    for name in walk osbox-walk; do
        ln -s "$OSBOX" "./$name"
        run --separate-stderr -0 "./$name" --sort t/b
        got $'t/b\nt/b/c\nt/b/g\nt/b/c/h'
    done
}

@test "diagnostics escape terminal escapes and line ends" {
    run --separate-stderr -66 "$OSBOX" walk $'a\e]0;x\a\nb\xff'
    complained "walk: 'a\\x1b]0;x\\x07\\nb\\xff': No such file or directory [ENOENT]"
}

@test "names on a terminal are escaped as text" {
    needs python3
    mkdir t
    : >t/$'a\e[31m\nb\xff'
    python3 "$HELPERS/on_pty.py" out "$OSBOX" walk t >is
    wanted t 't/a\x1b[31m\nb\xff'
    same wanted is
}
