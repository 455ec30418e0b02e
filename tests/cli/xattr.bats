#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# osbox xattr: values to the byte, failures and what they say, trees, dumps, and
# where restore does not go; getfattr and setfattr as names of osbox. The
# comparison with os.getxattr and attr's tools over random attributes is in
# tests/oracle/xattr.py.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
# shellcheck disable=SC2094 # `dump` is a file, and a verb
# shellcheck disable=SC2030,SC2031 # a test is a subshell, and that is what it should be

load ../helpers/common

setup_file() { common_setup_file; }
setup() {
    common_setup
    : >f
    "$OSBOX" xattr set user.probe 1 f 2>/dev/null || skip 'TMPDIR is on a file system without user attributes'
    "$OSBOX" xattr remove user.probe f
}
teardown() {
    common_teardown
    [ -z "${ROOMY:-}" ] || rm -rf "$ROOMY"
}

# A directory, ROOMY, whose files can have values of 64 KiB.
roomy() {
    ROOMY=$(mktemp -d /dev/shm/osbox-test.XXXXXX 2>/dev/null) || skip 'there is no /dev/shm'
    : >"$ROOMY/f"
    head -c 65536 /dev/zero >"$ROOMY/64k"
    "$OSBOX" xattr set user.probe --from="$ROOMY/64k" "$ROOMY/f" 2>/dev/null ||
        skip '/dev/shm has no user attributes of 64 KiB'
    "$OSBOX" xattr remove user.probe "$ROOMY/f"
}

# Skips unless trusted.* can be set here.
trusted() {
    "$OSBOX" xattr set trusted.probe 1 f 2>/dev/null || skip 'trusted.* cannot be set here'
    "$OSBOX" xattr remove trusted.probe f
}

# Skips unless capabilities of files can be set here.
filecaps() {
    "$OSBOX" xattr set security.capability --cap=cap_net_raw=ep f 2>/dev/null ||
        skip 'capabilities of files cannot be set here'
}

# without NUMBERS ARG...: osbox on a kernel without these calls.
without() {
    local numbers=$1
    shift
    run --separate-stderr python3 "$HELPERS/without_call.py" ENOSYS "$numbers" "$OSBOX" "$@"
    [ "$status" != 125 ] || skip 'seccomp filters cannot be used here'
}

# ---- list ----

@test "a value that cannot be got is null and reported; a dump leaves it out" {
    can_trace || skip 'strace cannot trace here'
    osbox 0 xattr set user.a 1 f
    osbox 0 xattr set user.b 2 f
    osbox 0 xattr dump f -g name
    local rc=0
    traced -o trace -e trace=getxattr -e inject=getxattr:error=EIO:when=1 "$OSBOX" xattr dump f >is 2>said || rc=$?
    [ "$rc" = 71 ]
    [ "$(cat is)" = '{"path":"f","name":"user.b","value":"2"}' ]
    [[ $(cat said) == "xattr dump: 'f': 'user.a': "*"[EIO]" ]]
    rc=0
    traced -o trace -e trace=getxattr -e inject=getxattr:error=EIO "$OSBOX" xattr list -J -F name,value f >is 2>said || rc=$?
    [ "$rc" = 71 ]
    [ "$(sort is)" = '{"name":"user.a","value":null}
{"name":"user.b","value":null}' ]
    rc=0
    traced -o trace -e trace=getxattr -e inject=getxattr:error=ENODATA "$OSBOX" xattr dump f >is 2>said || rc=$?
    [ "$rc" = 0 ]
    [ ! -s is ] && [ ! -s said ]
}

# ---- get, set ----

@test "get writes the bytes of a value and nothing more" {
    python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) + b"\n\0\0")' >all
    osbox 0 xattr set user.x --from=all f
    "$OSBOX" xattr get user.x f >is
    same all is
    osbox 0 xattr set user.x '' f
    "$OSBOX" xattr get user.x f >is
    same /dev/null is
    osbox 0 xattr get -J user.x f
    got '{"path":"f","name":"user.x","size":0,"value":"","decoded":null}'
}

@test "a value of 64 KiB comes back as it was" {
    roomy
    head -c 65536 /dev/urandom >v
    "$OSBOX" xattr set user.x --from=- "$ROOMY/f" <v
    "$OSBOX" xattr get user.x "$ROOMY/f" | cmp - v
    "$OSBOX" xattr get --base64 user.x "$ROOMY/f" >b64
    base64 -w0 v >want
    echo >>want
    same want b64
    "$OSBOX" xattr set --base64 user.y --from=b64 "$ROOMY/f"
    "$OSBOX" xattr get user.y "$ROOMY/f" | cmp - v
}

@test "a value of more than 64 KiB is refused by the kernel, and what is endless before" {
    roomy
    head -c 65537 /dev/zero >v
    osbox 71 xattr set user.x --from=v "$ROOMY/f"
    [[ $stderr == *"'user.x': "*"[E2BIG] (a value has 65536 bytes at the most, on some file systems less)" ]]
    osbox 71 xattr set user.x --from=/dev/zero f
    [[ $stderr == "xattr set: '/dev/zero': "*"[E2BIG] (a value has 65536 bytes at the most)" ]]
}

@test "the values of several files follow each other" {
    : >g
    osbox 0 xattr set user.x 'a
' f g
    osbox 0 xattr get user.x f g
    got $'a\na'
    osbox 0 xattr get --hex user.x f g
    got $'610a\n610a'
}

@test "a VALUE is itself, whatever it looks like" {
    local value
    for value in 0x41 0sQQ== '"q"' '\101' ' ' $'a\nb' -- ; do
        osbox 0 xattr set user.x -- "$value" f
        [ "$("$OSBOX" xattr get user.x f; echo .)" = "$value." ]
    done
}

@test "--hex and --base64: values as text, with white space in them" {
    osbox 0 xattr set --hex user.x ' 00fF 0a
' f
    osbox 0 xattr get --hex user.x f
    got 00ff0a
    osbox 0 xattr set --base64 user.x 'AP 8K' f
    osbox 0 xattr get --base64 user.x f
    got AP8K
    osbox 64 xattr set --hex user.x 0f0 f
    complained "xattr set: '0f0': an odd number of hex digits"
    osbox 64 xattr set --hex user.x 0g f
    complained "xattr set: '0g': not a hex digit"
    osbox 64 xattr set --base64 user.x AP8 f
    complained "xattr set: 'AP8': bad base64"
    echo zz >bad
    osbox 65 xattr set --hex user.x --from=bad f
    complained "xattr set: 'bad': not a hex digit"
    osbox 0 xattr get --hex user.x f
    got 00ff0a
}

@test "--create fails for an attribute that exists, --replace for one that does not" {
    osbox 66 xattr set --replace user.x 1 f
    [[ $stderr == "xattr set: 'f': 'user.x': "*"[ENODATA] (there is no such attribute)" ]]
    osbox 0 xattr set --create user.x 1 f
    osbox 73 xattr set --create user.x 2 f
    [[ $stderr == "xattr set: 'f': 'user.x': "*"[EEXIST] (the attribute exists)" ]]
    osbox 0 xattr get user.x f
    got 1
    osbox 0 xattr set --replace user.x 2 f
    osbox 0 xattr get user.x f
    got 2
    osbox 64 xattr set --create --replace user.x 3 f
}

@test "an absent attribute is status 66, a file that is missing too, and the rest is done" {
    osbox 0 xattr set user.x 1 f
    osbox 66 xattr get user.none f
    [[ $stderr == "xattr get: 'f': 'user.none': "*"[ENODATA] (there is no such attribute)" ]]
    osbox 66 xattr remove user.none f
    osbox 66 xattr get user.x missing f
    got 1
    [[ $stderr == "xattr get: 'missing': "*"[ENOENT]" ]]
    osbox 0 xattr remove user.x f
    osbox 0 xattr list f
    got ''
}

@test "diagnostics in JSON have the name and the hint" {
    osbox 66 xattr get -J user.none f
    [ "$(jq -r '[.error, .applet, .operation, .path, .path2, .hint] | join("|")' <<<"$stderr")" = \
        'ENODATA|xattr get|getxattr|f|user.none|there is no such attribute' ]
}

@test "names that are none are explained" {
    osbox 69 xattr set foo 1 f
    [[ $stderr == *"[EOPNOTSUPP] (a name begins with user., trusted., security. or system.)" ]]
    osbox 69 xattr set foo.bar 1 f
    osbox 71 xattr set user. 1 f
    [[ $stderr == *"[EINVAL] (the name ends with its namespace)" ]]
    osbox 71 xattr set '' 1 f
    [[ $stderr == *"[ERANGE] (a name has 1 to 255 bytes)" ]]
    osbox 0 xattr set "user.$(printf '%0250d' 1)" 1 f
    osbox 71 xattr set "user.$(printf '%0251d' 1)" 1 f
    [[ $stderr == *"[ERANGE] (a name has 1 to 255 bytes)" ]]
}

@test "any bytes may be in a name" {
    local name=$'user.\xff\n="\e[1m'
    osbox 0 xattr set "$name" 1 f
    osbox 0 xattr get "$name" f
    got 1
    osbox 0 xattr list f
    got $'path=f\nname=user.\\xff\\n="\\x1b[1m'
    osbox 0 xattr dump f
    got '{"path":"f","name":{"b64":"dXNlci7/Cj0iG1sxbQ=="},"value":"1"}'
}

@test "a value that is too large for the file system is explained" {
    [ "$(stat -f -c %T .)" = ext2/ext3 ] || skip 'this is not ext4'
    head -c 65536 /dev/zero >v
    run --separate-stderr "$OSBOX" xattr set user.x --from=v f
    [ "$status" != 0 ] || skip 'this ext4 has ea_inode'
    [ "$status" = 71 ]
    [[ $stderr == *"[ENOSPC] (the file system is full, or the value too large for it: on ext4 all attributes of a file share about one block)" ]]
}

@test "user.* of links, FIFOs and devices is refused, and why" {
    ln -s f l
    mkfifo p
    local name
    for name in l p; do
        osbox 77 xattr set -P user.x 1 "$name"
        [[ $stderr == "xattr set: '$name': 'user.x': "*"[EPERM] (only regular files and directories have user.* attributes, and immutable ones keep theirs)" ]]
        osbox 66 xattr get -P user.x "$name"
    done
    osbox 0 xattr set user.x 1 l
    osbox 0 xattr get user.x f
    got 1
}

@test "trusted.* needs a capability, to be set and to be seen" {
    trusted
    osbox 0 xattr set trusted.x 1 f
    osbox 0 xattr list -g name f
    got trusted.x
    not_sanitized
    setpriv --bounding-set=-sys_admin --inh-caps=-all true || skip 'capabilities cannot be dropped'
    run --separate-stderr -77 setpriv --bounding-set=-sys_admin --inh-caps=-all "$OSBOX" xattr set trusted.x 1 f
    [[ $stderr == *"[EPERM] (needs CAP_SYS_ADMIN)" ]]
    run --separate-stderr -66 setpriv --bounding-set=-sys_admin --inh-caps=-all "$OSBOX" xattr get trusted.x f
    [[ $stderr == *"[ENODATA] (needs CAP_SYS_ADMIN) (there is no such attribute)" ]]
    run --separate-stderr -0 setpriv --bounding-set=-sys_admin --inh-caps=-all "$OSBOX" xattr list f
    got ''
}

@test "-P: a link has attributes of its own" {
    trusted
    ln -s f l
    osbox 0 xattr set -P trusted.x link l
    osbox 0 xattr set trusted.x file l
    osbox 0 xattr get -P trusted.x l
    got link
    osbox 0 xattr get trusted.x f
    got file
    osbox 0 xattr remove -P trusted.x l
    osbox 0 xattr list l -g name
    got trusted.x
    osbox 0 xattr list -P l
    got ''
}

@test "operands that are missing are usage errors" {
    osbox 64 xattr get
    complained 'xattr get: the NAME of an attribute is missing; --help tells more'
    osbox 64 xattr set user.x
    complained 'xattr set: the VALUE is missing; --help tells more'
    osbox 64 xattr set user.x 1
    complained 'xattr set: an operand is missing; --help tells more'
    osbox 64 xattr list
    osbox 64 xattr set user.x --from=- --files0-from=-
    complained "xattr set: '--from=-': standard input is the list of files already"
    osbox 64 xattr set --cap=cap_chown=p
    osbox 64 xattr set security.capability --cap=cap_chown=p
    complained 'xattr set: an operand is missing; --help tells more'
    osbox 64 xattr set security.capability --cap=cap_chown=p --from=f f
    osbox 64 xattr list --namespace=users f
    complained "xattr list: '--namespace=users': not a list of user, security, system and trusted"
    osbox 64 xattr
    osbox 64 xattr lst f
}

@test "output that is lost is status 74" {
    osbox 0 xattr set user.x 1 f
    run -74 bash -c '"$0" "$@" >/dev/full' "$OSBOX" xattr get user.x f
    run -74 bash -c '"$0" "$@" >/dev/full' "$OSBOX" xattr list f
    run -74 bash -c '"$0" "$@" >/dev/full' "$OSBOX" xattr dump -R .
}

@test "on a terminal, a raw value is escaped" {
    osbox 0 xattr set --hex user.x 1b5b33316d0a f
    run -0 python3 "$HELPERS/on_pty.py" out "$OSBOX" xattr get user.x f
    got '\x1b[31m\n'
    osbox 0 xattr set --hex $'user.\e' 1b9bff00 f
    run -0 python3 "$HELPERS/on_pty.py" out "$OSBOX" xattr list -F all -o value --match=$'user.\e' f
    got $'f\tuser.\\x1b\t4\t\\x1b\\x9b\\xff\\x00\t'
}

@test "-o sh: a value with a NUL is in base64" {
    osbox 0 xattr set --hex user.x 410042 f
    osbox 0 xattr get -o sh user.x f
    got "os_path='f' os_name='user.x' os_size=3 os_value_b64='QQBC' ; unset os_error os_value os_decoded"
    osbox 0 xattr set user.x "it's" f
    eval "$("$OSBOX" xattr get -o sh user.x f)"
    [ "$os_value" = "it's" ]
    osbox 0 xattr set user.y 1 f
    osbox 64 xattr list -o sh f
}

# ---- which file ----

@test "--fd: the open file, also one of O_PATH, of memory, or without a name" {
    osbox 0 xattr set user.x 1 f
    run --separate-stderr -0 "$OSBOX" xattr get --fd=9 user.x 9<f
    got 1
    run --separate-stderr -0 "$OSBOX" xattr list --fd=9 9<f
    got $'path\nname=user.x'
    run --separate-stderr -0 "$OSBOX" xattr set --fd=9 user.y 2 9<f
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" path f "$OSBOX" xattr get --fd=9 user.y
    got 2
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" path f "$OSBOX" xattr remove --fd=9 user.y
    run --separate-stderr -0 python3 "$HELPERS/with_fd.py" path f "$OSBOX" xattr list --fd=9 -g name
    got user.x
    run --separate-stderr -71 "$OSBOX" xattr list --fd=9 9>&-
    [[ $stderr == "xattr list: descriptor 9: "*"[EBADF]" ]]
    osbox 64 xattr list --fd=0 f
    run --separate-stderr python3 "$HELPERS/with_fd.py" tmpfile . "$OSBOX" xattr set --fd=9 user.x 1
    [ "$status" = 0 ] || [[ $stderr != *osbox* ]]
}

@test "-C and --dir-fd: paths begin there, with the new calls and without them" {
    mkdir d
    : >d/f
    ln -s f d/l
    local numbers
    for numbers in 462 463,464,465,466; do
        without $numbers xattr set -C d user.x 1 f
        [ "$status" = 0 ]
        without $numbers xattr get -C d user.x l
        got 1
        without $numbers xattr list -C d -P l
        got ''
        without $numbers xattr remove -C d user.x f
        [ "$status" = 0 ]
        without $numbers xattr get -C d user.x f
        [ "$status" = 66 ]
        [[ $stderr == "xattr get: 'f': 'user.x': "*"[ENODATA]"* ]]
        without $numbers xattr list -C d "$WORK/f"
        [ "$status" = 0 ]
    done
    osbox 0 xattr set user.x 1 d/f
    run --separate-stderr -0 "$OSBOX" xattr get --dir-fd=9 user.x f 9<d
    got 1
}

@test "--files0-from: a record or a diagnostic for each, in order" {
    : >$'g\n'
    osbox 0 xattr set user.x 1 f $'g\n'
    printf 'f\0missing\0g\n\0' >list
    osbox 66 xattr list -J --files0-from=list
    got '{"path":"f","name":"user.x"}
{"path":"missing","error":"ENOENT","errno":2}
{"path":"g\n","name":"user.x"}'
    osbox 66 xattr get user.x --files0-from=- <list
    got 11
}

# ---- which attributes ----

@test "--match and --namespace choose attributes" {
    osbox 0 xattr set user.ab 1 f
    osbox 0 xattr set user.ac 1 f
    osbox 0 xattr set user.b 1 f
    osbox 0 xattr dump -g name --match='user.a*' f
    got $'user.ab\nuser.ac'
    osbox 0 xattr dump -g name --match='*.b' --match=user.ac f
    got $'user.ac\nuser.b'
    osbox 0 xattr dump -g name --match=ab f
    got ''
    osbox 0 xattr dump -g name --namespace=trusted,system f
    got ''
    osbox 0 xattr dump -g name --namespace=security,user --match='*b' f
    got $'user.ab\nuser.b'
}

@test "names of more than 64 KiB together are an error, and each is there all the same" {
    roomy
    local i name
    for i in $(seq 300); do
        name=user.$(printf '%0240d' "$i")
        echo "$name" >>names
    done
    python3 -c 'import os, sys
for name in open("names"): os.setxattr(sys.argv[1], name.strip(), b"1")' "$ROOMY/f"
    osbox 71 xattr list "$ROOMY/f"
    got ''
    [[ $stderr == "xattr list: '$ROOMY/f': "*"[E2BIG] (the names take more than 65536 bytes, which no call can list; each can still be got by its name)" ]]
    osbox 71 xattr dump -R "$ROOMY"
    [[ $stderr == *"'$ROOMY/f': "*"[E2BIG] (the names take more than 65536 bytes"* ]]
    osbox 0 xattr get "$name" "$ROOMY/f"
    got 1
}

@test "-R: all files below, links as themselves" {
    mkdir -p t/d
    : >t/d/f
    : >t/g
    ln -s g t/l
    ln -s t tl
    osbox 0 xattr set -R user.x 1 t
    osbox 0 xattr dump -R t -g path,name
    got $'t\tuser.x\nt/d\tuser.x\nt/g\tuser.x\nt/d/f\tuser.x'
    osbox 0 xattr dump -R tl -g path
    got $'tl\ntl/d\ntl/g\ntl/d/f'
    osbox 0 xattr list -R -P tl
    got ''
    osbox 0 xattr remove user.x t/g
    osbox 0 xattr get -R user.x t
    got 111
    osbox 0 xattr remove -R user.x t
    osbox 0 xattr list -R t
    got ''
    run --separate-stderr -0 "$OSBOX" xattr set -R --fd=9 user.x 2 9<t
    run --separate-stderr -0 "$OSBOX" xattr get -R --fd=9 user.x 9<t
    got 2222
    osbox 64 xattr list -R -o sh t
}

@test "-R without the new calls is the same" {
    mkdir -p t/d
    : >t/d/f
    osbox 0 xattr set -R user.x 1 t
    without 463,464,465,466 xattr dump -R t
    got '{"path":"t","name":"user.x","value":"1"}
{"path":"t/d","name":"user.x","value":"1"}
{"path":"t/d/f","name":"user.x","value":"1"}'
}

# ---- decoding ----

@test "ACLs are decoded, and setting one changes the mode" {
    chmod 640 f
    osbox 0 xattr set --hex system.posix_acl_access '02000000 01000600ffffffff 02000400eabaa0fe
        04000400ffffffff 10000700ffffffff 20000000ffffffff' f
    osbox 0 xattr get -g decoded system.posix_acl_access f
    got u::rw-,u:4271946474:r--,g::r--,m::rwx,o::---
    [ "$(stat -c %a f)" = 670 ]
    osbox 71 xattr set --hex system.posix_acl_access '02000000 03000600ffffffff' f
    [[ $stderr == *"[EINVAL] (the value is no valid ACL)" ]]
    osbox 69 xattr set system.posix_acl_access garbage f
    [[ $stderr == *"[EOPNOTSUPP] (the file, or its file system, has no such ACL, or the value is none)" ]]
    osbox 77 xattr set --hex system.posix_acl_default '02000000 01000600ffffffff 04000400ffffffff
        20000000ffffffff' f
    [[ $stderr == *"(only directories have a default ACL)" ]]
}

@test "capabilities are set as text and decoded" {
    filecaps
    osbox 0 xattr get --hex security.capability f
    got 0100000200200000000000000000000000000000
    osbox 0 xattr get -g decoded security.capability f
    got cap_net_raw=ep
    osbox 0 xattr set security.capability --cap=cap_chown,cap_net_raw=ep --rootid=100000 f
    osbox 0 xattr get -g decoded,size security.capability f
    got $'cap_chown,cap_net_raw=ep [rootid=100000]\t24'
    osbox 0 xattr set --cap=cap_chown=p f
    osbox 0 xattr get -g decoded security.capability f
    got cap_chown=p
    osbox 64 xattr set security.capability --cap=cap_nonsense=ep f
    complained "xattr set: 'cap_nonsense=ep': not a text of capabilities (cap_from_text(3))"
    osbox 64 xattr set security.capability --cap=cap_chown=e f
    osbox 71 xattr set security.capability garbage f
    [[ $stderr == *"[EINVAL] (the value is no valid set of capabilities)" ]]
}

# ---- dump and restore ----

# A tree with attributes, t, and the same without, r/t.
trees() {
    mkdir -p t/d r
    : >t/d/f
    : >t/g
    cp -r t r/
    "$OSBOX" xattr set --hex user.nul 00410000 t/d/f
    "$OSBOX" xattr set user.x 1 t t/d/f
    "$OSBOX" xattr set "$(printf 'user.\xff')" 'a b' t/g
    "$OSBOX" xattr dump -R t >dump
}

@test "restore: dump, restore and dump again gives the same bytes" {
    trees
    osbox 0 xattr restore --root=r -g path,result dump
    got $'t\tset\nt/g\tset\nt/d/f\tset\nt/d/f\tset'
    (cd r && "$OSBOX" xattr dump -R t) >again
    same dump again
    osbox 0 xattr restore --root=r -g result <dump
    got $'same\nsame\nsame\nsame'
    osbox 0 xattr restore --root=r -J dump
    [ "$(head -n 1 <<<"$output")" = '{"path":"t","name":"user.x","result":"same","error":null}' ]
}

@test "restore --dry-run changes nothing and says what it would do" {
    trees
    osbox 0 xattr set user.extra 1 r/t
    osbox 0 xattr restore --root=r --dry-run --delete-extra -g name,result --match='user.[ex]*' dump
    got $'user.extra\tremoved\nuser.x\tset\nuser.x\tset'
    osbox 0 xattr dump -R r -g name
    got user.extra
}

@test "restore --delete-extra: when the rest of a dump cannot be read, nothing that it may have is removed" {
    can_trace || skip 'strace cannot trace here'
    osbox 0 xattr set user.a 1 f
    osbox 0 xattr set user.b 2 f
    { printf '%s\n' '{"path":"f","name":"user.a","value":"new"}' &&
        printf '%70000s%s\n' '' '{"path":"f","name":"user.b","value":"2"}'; } >dump
    local rc=0
    traced -o trace -P "$(realpath dump)" -e trace=read -e inject=read:error=EIO:when=2 \
        "$OSBOX" xattr restore --delete-extra -g name,result dump >is 2>said || rc=$?
    [ "$rc" = 71 ]
    [ "$(cat is)" = $'user.a\tset' ]
    [[ $(cat said) == "xattr restore: 'dump': "*"[EIO]" ]]
    osbox 0 xattr list f -J -F name,value
    got '{"name":"user.a","value":"new"}
{"name":"user.b","value":"2"}'
}

@test "restore --delete-extra: what the dump does not have goes, and two places of a dump add up" {
    trees
    ln r/t/g r/t/hard
    osbox 0 xattr set user.extra 1 r/t r/t/g
    printf '%s\n' '{"path":"t/g","name":"user.a","value":"1"}' '{"path":"t/d","name":null,"value":null}' \
        '{"path":"t/hard","name":"user.b","value":"2"}' '{"path":"t/g","name":"user.c","value":"3"}' >parts
    osbox 0 xattr set user.gone 1 r/t/d
    osbox 0 xattr restore --root=r --delete-extra -g path,name,result parts
    got $'t/g\tuser.extra\tremoved\nt/g\tuser.a\tset\nt/d\tuser.gone\tremoved\nt/hard\tuser.b\tset\nt/g\tuser.c\tset'
    osbox 0 xattr dump r/t/g r/t/d r/t -g name
    got $'user.a\nuser.b\nuser.c\nuser.extra'
}

@test "dump --empty: files without attributes are there, too" {
    mkdir t
    : >t/g
    osbox 0 xattr set user.x 1 t
    osbox 0 xattr dump -R --empty t
    got '{"path":"t","name":"user.x","value":"1"}
{"path":"t/g","name":null,"value":null}'
    "$OSBOX" xattr dump -R --empty t >dump
    osbox 0 xattr set user.y 1 t/g
    osbox 0 xattr restore --delete-extra -g name,result dump
    got $'user.x\tsame\nuser.y\tremoved'
}

@test "restore: ACLs behind other attributes, capabilities last" {
    filecaps
    osbox 0 xattr set user.x 1 f
    osbox 0 xattr set --hex system.posix_acl_access '02000000 01000600ffffffff 02000400eabaa0fe
        04000400ffffffff 10000700ffffffff 20000000ffffffff' f
    osbox 0 xattr dump f
    head -n 1 <<<"$output" | grep -q security.capability
    "$OSBOX" xattr dump f >dump
    mkdir r
    : >r/f
    osbox 0 xattr restore --root=r -g name,result dump
    got $'user.x\tset\nsystem.posix_acl_access\tset\nsecurity.capability\tset'
    (cd r && "$OSBOX" xattr dump f) >again
    same dump again
}

# outside CALLS: restore of paths that lead out, on a kernel without these calls.
outside() {
    mkdir -p r/d out
    : >out/f
    : >r/f
    : >r/last
    ln -s ../out r/link
    ln -s ../out/f r/leaf
    ln -s d r/inner
    local path
    for path in ../out/f "$WORK/out/f" d/../../out/f link/f leaf d/../f inner/x missing f/x /proc/self/cwd/out/f \
        last; do
        printf '{"path":"%s","name":"user.x","value":"1"}\n' "$path"
    done >dump
    without "$1" xattr restore --root=r -g path,result,error dump
    [ "$status" = 71 ]
    got "../out/f	skipped	EXDEV
$WORK/out/f	skipped	EXDEV
d/../../out/f	skipped	EXDEV
link/f	skipped	ELOOP
leaf	skipped	ELOOP
d/../f	skipped	EXDEV
inner/x	skipped	ELOOP
missing	skipped	ENOENT
f/x	skipped	ENOTDIR
/proc/self/cwd/out/f	skipped	EXDEV
last	set	"
    [ "${#stderr_lines[@]}" = 10 ]
    [[ ${stderr_lines[0]} == "xattr restore: '../out/f': "*"[EXDEV] (it leads out of the root)" ]]
    [[ ${stderr_lines[3]} == "xattr restore: 'link/f': "*"[ELOOP] (a symbolic link is not followed)" ]]
    [[ ${stderr_lines[4]} == "xattr restore: 'leaf': "*"[ELOOP] (a symbolic link is not followed; with --no-follow it gets them itself)" ]]
    run -0 "$OSBOX" xattr list -R -g path,name .
    got $'./r/last\tuser.x'
}

@test "restore: paths that lead out are named and refused, and the rest is done" {
    outside 462
}

@test "restore: the same without openat2" {
    outside 437
}

@test "restore: a directory that is swapped for a link all the time leads nowhere else" {
    mkdir -p r/d out
    : >r/d/f
    : >out/f
    python3 -c 'for i in range(3000): print("{\"path\":\"d/f\",\"name\":\"user.%d\",\"value\":\"1\"}\n{\"path\":\"d\",\"name\":null,\"value\":null}" % (i % 3))' >dump
    python3 - <<'P' &
import ctypes, os
libc = ctypes.CDLL(None)
os.symlink("../out", "r/s")
while os.path.exists("r"):
    libc.renameat2(-100, b"r/d", -100, b"r/s", 2)
P
    local swapper=$!
    run "$OSBOX" xattr restore --root=r -g path,result,error dump
    local ended=$status
    mv r stopped
    wait "$swapper" || true
    [ "$ended" = 0 ] || [ "$ended" = 71 ] || [ "$ended" = 66 ]
    [ "$(sort -u <<<"$output" | grep -cvE '^(d|d/f)	(set|same|skipped)	(ELOOP|ENOTDIR)?$|^xattr restore: ')" = 0 ]
    osbox 0 xattr list -R out
    got ''
}

@test "restore -P: a link gets its attributes itself" {
    trusted
    mkdir -p r
    : >out
    ln -s ../out r/l
    osbox 0 xattr restore -P --root=r -g result <<<'{"path":"l","name":"trusted.x","value":"1"}'
    got set
    osbox 0 xattr get -P trusted.x r/l
    got 1
    osbox 0 xattr list out
    got ''
}

@test "restore: paths of any length" {
    python3 - <<'P'
import os
fd = os.open(".", os.O_RDONLY)
name = "x" * 200
path = []
for _ in range(40):
    os.mkdir(name, dir_fd=fd)
    fd = os.open(name, os.O_RDONLY, dir_fd=fd)
    path.append(name)
os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
with open("dump", "w") as dump:
    dump.write('{"path":"%s/f","name":"user.x","value":"1"}\n' % "/".join(path))
P
    osbox 0 xattr restore -g result dump
    got set
    "$OSBOX" xattr dump -R x* >again
    same dump again
}

@test "restore: a line that is none is named by its number, and the rest is done" {
    printf '%s\n' 'nonsense' '' '{"path":"f","name":"user.a","value":"1"}' '{"path":"f","name":"user.b","val' \
        '{"path":"f","name":"user.c"}' '{"path":"f","name":"user.d","value":null}' \
        '{"path":"f\u0000g","name":"user.e","value":"1"}' '{"path":"f","path":"g","name":"user.f","value":"1"}' \
        '{"more":[{"x":[1,2]}],"value":{"b64":"AP8="},"name":"user.g","path":"f","z":null}'$'\r' \
        '{"path":"f","name":"user.h","value":{"b64":"AP8"}}' '[]' '{"path":"f","name":"user.i","value":"1"} x' \
        '{"path":"f","name":"user.j","value":"\ud800"}' '{"path":"f","name":"user.k","value":"\udcff"}' \
        '{"path":"f","name":"","value":"1"}' >dump
    printf '{"path":"f","name":"user.z","value":"1"}' >>dump
    osbox 65 xattr restore -g name,result,error dump
    got $'user.a\tset\t\nuser.g\tset\t\nuser.k\tset\t\n\tskipped\tERANGE\nuser.z\tset\t'
    [ "$(grep -c "restore: 'dump': line" <<<"$stderr")" = 10 ]
    [ "${stderr_lines[0]}" = "xattr restore: 'dump': line 1: neither an object nor below a line '# file: PATH'" ]
    [ "${stderr_lines[1]}" = "xattr restore: 'dump': line 4: unfinished string" ]
    [ "${stderr_lines[2]}" = "xattr restore: 'dump': line 5: one of path, name and value is missing" ]
    osbox 0 xattr get --hex user.g f
    got 00ff
    osbox 0 xattr get --hex user.k f
    got ff
}

@test "restore: a line that is too long is bad data, and the next one is read" {
    python3 - >dump <<'P'
print('{"path":"f","name":"user.x","value":"%s"}' % ("a" * (17 << 20)))
print('{"path":"f","name":"user.y","value":"1"}')
P
    osbox 65 xattr restore -g name,result dump
    got $'user.y\tset'
    complained "xattr restore: 'dump': line 1: the line is too long"
}

@test "restore: a dump of getfattr" {
    printf '%s\n' '# file: g\012' 'user.a\075b="q\134\"\\\000"' 'user.h=0x00ff' 'user.b=0sAP8=' '' '# file: f' 'user.x=plain' \
        'user.bad=0x0' 'user.none' '' 'user.y="1"' >dump
    : >$'g\n'
    osbox 65 xattr restore -g path,name,result dump
    got $'g\n\tuser.a=b\tset\ng\n\tuser.h\tset\ng\n\tuser.b\tset\nf\tuser.x\tset'
    [ "${#stderr_lines[@]}" = 3 ]
    osbox 0 xattr get --hex user.a=b $'g\n'
    got 715c225c00
    osbox 0 xattr get --hex user.b $'g\n'
    got 00ff
    osbox 0 xattr get user.x f
    got plain
}

@test "restore: one file only; one that is missing; a root that is none" {
    osbox 64 xattr restore a b
    osbox 66 xattr restore missing
    [[ $stderr == "xattr restore: 'missing': "*"[ENOENT]" ]]
    osbox 66 xattr restore --root=missing /dev/null
    osbox 66 xattr restore --root=f /dev/null
    osbox 0 xattr restore /dev/null
    got ''
}

# ---- getfattr, setfattr ----

# as TOOL STATUS ARG...: osbox by the name of a tool.
as() {
    local tool=$1 want=$2
    shift 2
    mkdir -p "$WORK/bin"
    ln -sf "$OSBOX" "$WORK/bin/$tool"
    run --separate-stderr "-$want" "$WORK/bin/$tool" "$@" 3>&-
}

@test "by the name of getfattr it prints what getfattr prints" {
    osbox 0 xattr set user.x hello f
    osbox 0 xattr set --hex user.e 410a225c f
    osbox 0 xattr set --hex user.b 00fffe f
    as getfattr 0 -d f
    got '# file: f
user.b=0sAP/+
user.e=0sQQoiXA==
user.x="hello"'
    as getfattr 0 -d -e text -m '[ex]$' f
    got '# file: f
user.e="A\012\"\\"
user.x="hello"'
    as getfattr 0 -n user.x -e hex --absolute-names "$WORK/f"
    got "# file: $WORK/f
user.x=0x68656c6c6f"
    as getfattr 0 -n user.x "$WORK/f"
    got "# file: ${WORK#/}/f
user.x=\"hello\""
    complained "getfattr: Removing leading '/' from absolute path names"
    as getfattr 0 --only-values -n user.x f
    got hello
    as getfattr 1 -n user.none f
    complained 'f: user.none: No such attribute'
    as getfattr 1 -d missing
    complained 'getfattr: missing: No such file or directory'
    as getfattr 2
}

@test "by the name of getfattr a NUL is never lost" {
    osbox 0 xattr set --hex user.x 6100 f
    as getfattr 0 -d -e text f
    got '# file: f
user.x=0sYQA='
}

@test "by the name of setfattr it sets, removes and restores" {
    as setfattr 0 -n user.x -v hello f
    as setfattr 0 -n user.h -v 0x00ff f
    as setfattr 0 -n user.b -v 0sAP8= f
    as setfattr 0 -n user.q -v '"a\101\""' f
    as setfattr 0 -n user.r --raw -v 0x00 f
    as setfattr 0 -n user.none f
    as getfattr 0 -d -e hex f
    cp <(echo "$output") dump
    got '# file: f
user.b=0x00ff
user.h=0x00ff
user.none=0x
user.q=0x614122
user.r=0x30783030
user.x=0x68656c6c6f'
    local name
    for name in b h none q r x; do
        as setfattr 0 -x user.$name f
    done
    as setfattr 1 -x user.b f
    complained 'setfattr: f: No such attribute'
    as setfattr 0 --restore=dump
    as getfattr 0 -d -e hex f
    got "$(cat dump)"
    as setfattr 1 --restore=missing
    as setfattr 1 --restore=- <<<nonsense
    complained 'setfattr: No filename found in line 1 of standard input, aborting'
    as setfattr 1 -n user.x -v 0xz f
    complained 'bad input encoding'
    as setfattr 2 -n user.x
}

@test "the names of other tools are no applets" {
    osbox 0 --list
    [[ $output != *fattr* ]]
    osbox 127 getfattr f
}

@test "by the name of getfattr, output that is lost is an error" {
    osbox 0 xattr set user.x hello f
    ln -s "$OSBOX" getfattr
    run -74 bash -c './getfattr -d f >/dev/full'
}
