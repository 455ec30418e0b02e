#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# The multiplexer: dispatch on argv[0], --list, --install, help, version, and
# what it refuses to run as.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr_lines

load ../helpers/common

setup_file() { common_setup_file; }
setup() { common_setup; }
teardown() { common_teardown; }

# as ARGV0 STATUS [ARG]...: runs osbox under another name.
as() {
    local name=$1 want=$2
    shift 2
    run --separate-stderr "-$want" python3 "$HELPERS/exec_argv.py" "$OSBOX" "$name" "$@"
}

# The binary in the private directory, where links to it and changes of it are harmless.
own_copy() {
    cp -- "$OSBOX" "$WORK/osbox"
    chmod 755 "$WORK/osbox"
}

# ---- dispatch ----

@test "osbox APPLET runs the applet" {
    echo -n 12345 >f
    osbox 0 stat -g st_size f
    got 5
}

@test "a program called APPLET is the applet" {
    ln -s "$OSBOX" stat
    echo -n 12345 >f
    run --separate-stderr -0 ./stat -g st_size f
    got 5
}

@test "a program called osbox-APPLET is the applet" {
    ln -s "$OSBOX" osbox-lstat
    ln -s nowhere f
    run --separate-stderr -0 ./osbox-lstat -g type f
    got symlink
}

@test "argv[0] may be a login shell's -APPLET" {
    as -stat 0 -g type .
    got directory
}

@test "argv[0] may be -osbox-APPLET" {
    as -osbox-stat 0 -g type .
    got directory
}

@test "argv[0] may be a path, of which the last component counts" {
    as /no/such/place/stat 0 -g type .
    got directory
    as ./x/osbox-stat 0 -g type .
    got directory
    as stat/osbox 0 stat -g type .
    got directory
}

@test "argv[0] osbox-osbox and -osbox are the multiplexer" {
    as osbox-osbox 0 stat -g type .
    got directory
    as -osbox 0 stat -g type .
    got directory
}

@test "an argv[0] that is no applet is 127 with the nearest name" {
    as stta 127 .
    got ''
    complained "osbox: 'stta': no such applet; did you mean 'stat'?"
}

@test "an argv[0] that is near nothing is 127 and says where the list is" {
    as zzqqxx 127 .
    complained "osbox: 'zzqqxx': no such applet; 'osbox --list' lists them"
}

@test "an argv[0] that ends in a slash is no applet" {
    as /usr/bin/ 127 .
    complained "osbox: '': no such applet; 'osbox --list' lists them"
}

@test "an unknown applet is 127 with the nearest name" {
    osbox 127 lstta .
    got ''
    complained "osbox: 'lstta': no such applet; did you mean 'lstat'?"
}

@test "an unknown applet shows terminal escapes escaped" {
    osbox 127 $'\e[31mx\u202e\xff'
    complained 'osbox: '\''\x1b[31mx\xe2\x80\xae\xff'\'': no such applet; '\''osbox --list'\'' lists them'
}

@test "a hostile argv[0] reaches no terminal raw, not in --help either" {
    needs python3
    for more in --help --bogus .; do
        python3 "$HELPERS/on_pty.py" both \
            python3 "$HELPERS/exec_argv.py" "$OSBOX" $'\e]0;title\a\xc2\x9b31m' "$more" >shown || true
        [ -s shown ]
        run -1 grep -aPc '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' shown
    done
}

@test "an abbreviated applet is an unknown one" {
    osbox 127 sta .
    complained "osbox: 'sta': no such applet; did you mean 'stat'?"
}

@test "without an applet osbox is a usage error of one line" {
    osbox 64
    got ''
    complained "osbox: an applet is missing; 'osbox --list' lists them"
}

@test "an empty argv[0] is a usage error" {
    as '' 64 stat .
    got ''
    complained "osbox: the program's name (argv[0]) is empty"
}

@test "an empty argument vector (argc 0) is a usage error" {
    run --separate-stderr -64 python3 "$HELPERS/exec_argv.py" "$OSBOX"
    got ''
    complained "osbox: the program's name (argv[0]) is empty"
}

@test "an argument of 100 KiB is shown and no crash" {
    needs python3
    long=$(python3 -c 'print("-" * 2 + "x" * 100000)')
    osbox 64 stat "$long"
    complained "stat: '$long': unknown option; --help lists them"
    osbox 127 "${long#--}"
    [ "${#stderr}" -gt 100000 ]
}

@test "an empty environment changes nothing" {
    run --separate-stderr -0 env -i "$OSBOX" stat -g type .
    got directory
}

# ---- --list, help, version, describe ----

@test "--list prints a name a line, and each of them is an applet" {
    osbox 0 --list
    [ -n "$output" ]
    grep -qx stat <<<"$output"
    grep -qx lstat <<<"$output"
    names=$output
    run ! grep -qxE 'help|completion' <<<"$names"
    while read -r name; do
        "$OSBOX" "$name" --help >/dev/null
    done <<<"$names"
}

@test "--list -J prints a record for each applet, in the same order" {
    osbox 0 --list
    "$OSBOX" --list -J | json name | tr -d '"' >names
    got "$(cat names)"
}

@test "--list -F name,summary tells what each does" {
    run --separate-stderr -0 "$OSBOX" --list -F name,summary -o tsv
    [ "${lines[0]}" = $'name\tsummary' ]
    [ "${lines[1]}" = $'stat\tprint what the kernel knows about files, as os.stat' ]
}

@test "--list with --install is a usage error" {
    osbox 64 --list --install .
    complained "osbox: '--list': cannot be given with --install"
}

@test "help prints osbox --help" {
    "$OSBOX" help >by-word
    "$OSBOX" --help >by-option
    same by-word by-option
}

@test "help APPLET prints APPLET --help" {
    "$OSBOX" help stat >by-word
    "$OSBOX" stat --help >by-option
    same by-word by-option
}

@test "help APPLET VERB prints the help of the verb" {
    "$OSBOX" help completion bash >by-word
    "$OSBOX" completion bash --help >by-option
    same by-word by-option
}

@test "help of an unknown applet is 127 with the nearest name" {
    osbox 127 help stta
    got ''
    complained "osbox: 'stta': no such applet; did you mean 'stat'?"
}

@test "help of a verb that does not exist is an error of one line" {
    run --separate-stderr "$OSBOX" help stat bogus
    [ "$status" -ne 0 ]
    [ "$status" -lt 128 ]
    got ''
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "completion without a shell is a usage error" {
    osbox 64 completion
    got ''
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "fields of a command that prints no record are a usage error" {
    local command
    for command in 'help' 'sched yield' 'xattr remove' 'timerfd create'; do
        # shellcheck disable=SC2086 # words
        osbox 64 $command -F bogus
        got ''
        complained "$command: '--fields': the command prints no record"
    done
}

@test "completion prints a script for each shell" {
    for shell in bash zsh fish; do
        osbox 0 completion "$shell"
        [ -n "$output" ]
        complained ''
    done
}

@test "--version prints one line, whatever the name" {
    osbox 0 --version
    [[ $output =~ ^osbox\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    version=$output
    as stat 0 --version
    got "$version"
}

@test "--help after an error is still the error" {
    osbox 64 stat --bogus --help
    got ''
}

@test "-- ends the options of osbox itself" {
    osbox 127 -- zzqqxx
    complained "osbox: 'zzqqxx': no such applet; 'osbox --list' lists them"
}

# ---- --install ----

@test "--install makes a symbolic link for each applet" {
    own_copy
    mkdir bin
    run --separate-stderr -0 ./osbox --install bin
    got ''
    ls bin >made
    "$OSBOX" --list | LC_ALL=C sort >wanted
    LC_ALL=C sort made >sorted
    same wanted sorted
    [ "$(readlink bin/stat)" = "$WORK/osbox" ]
    run --separate-stderr -0 bin/stat -g type .
    got directory
}

@test "--install --symbolic is the default" {
    own_copy
    mkdir bin
    run --separate-stderr -0 ./osbox --install bin --symbolic
    [ "$(readlink bin/lstat)" = "$WORK/osbox" ]
}

@test "--install takes its options before the directory too" {
    own_copy
    mkdir bin
    run --separate-stderr -0 ./osbox --install --hard --name-prefix=osbox- bin
    [ bin/osbox-stat -ef osbox ]
}

@test "--install --hard makes hard links" {
    own_copy
    mkdir bin
    run --separate-stderr -0 ./osbox --install bin --hard
    [ ! -L bin/stat ]
    [ bin/stat -ef osbox ]
    run --separate-stderr -0 bin/lstat -g type .
    got directory
}

@test "--install --name-prefix begins each name" {
    own_copy
    mkdir bin
    run --separate-stderr -0 ./osbox --install bin --name-prefix=osbox-
    [ -L bin/osbox-stat ]
    [ -L bin/osbox-lstat ]
    [ ! -e bin/stat ]
}

@test "--install never overwrites a file that is no link to osbox, and does the rest" {
    own_copy
    mkdir bin
    echo precious >bin/stat
    run --separate-stderr -73 ./osbox --install bin
    complained "osbox: 'stat': File exists [EEXIST]"
    [ "$(cat bin/stat)" = precious ]
    [ ! -L bin/stat ]
    [ -L bin/lstat ]
}

@test "--install never overwrites a foreign symbolic link, dangling ones included" {
    own_copy
    mkdir bin
    ln -s /no/such/file bin/stat
    run --separate-stderr -73 ./osbox --install bin
    [ "$(readlink bin/stat)" = /no/such/file ]
    ln -sf /dev/null bin/stat
    run --separate-stderr -73 ./osbox --install bin
    [ "$(readlink bin/stat)" = /dev/null ]
}

@test "--install never overwrites a directory, not with --force either" {
    own_copy
    mkdir -p bin/stat
    run --separate-stderr ./osbox --install bin
    [ "$status" -eq 73 ]
    run --separate-stderr ./osbox --install bin --force
    [ "$status" -ne 0 ]
    [ -d bin/stat ]
    [ ! -L bin/stat ]
}

@test "--install --force replaces a foreign file" {
    own_copy
    mkdir bin
    echo worthless >bin/stat
    run --separate-stderr -0 ./osbox --install bin --force
    [ "$(readlink bin/stat)" = "$WORK/osbox" ]
}

@test "a second --install changes nothing and succeeds" {
    own_copy
    mkdir bin
    ./osbox --install bin
    LC_ALL=C ls -1 bin >before
    run --separate-stderr -0 ./osbox --install bin
    complained ''
    LC_ALL=C ls -1A bin >after
    same before after
    [ "$(readlink bin/stat)" = "$WORK/osbox" ]
}

@test "a second --install --hard changes nothing, succeeds, and leaves no spare name" {
    own_copy
    mkdir bin
    ./osbox --install bin --hard
    LC_ALL=C ls -1 bin >before
    run --separate-stderr -0 ./osbox --install bin --hard
    complained ''
    LC_ALL=C ls -1A bin >after
    same before after
    [ bin/stat -ef osbox ]
}

@test "--install turns own symbolic links into hard ones and back" {
    own_copy
    mkdir bin
    ./osbox --install bin
    run --separate-stderr -0 ./osbox --install bin --hard
    [ ! -L bin/stat ]
    [ bin/stat -ef osbox ]
    run --separate-stderr -0 ./osbox --install bin --symbolic
    [ "$(readlink bin/stat)" = "$WORK/osbox" ]
    [ -z "$(find bin -name '.*' -type l)" ]
}

@test "--install renews its own link that leads to where osbox was" {
    own_copy
    mkdir bin
    ln -s /no/such/place/osbox bin/stat
    run --separate-stderr -0 ./osbox --install bin
    [ "$(readlink bin/stat)" = "$WORK/osbox" ]
}

@test "--install into a directory that does not exist is 66" {
    osbox 66 --install missing
    complained "osbox: 'missing': No such file or directory [ENOENT]"
}

@test "--install into a file is 66" {
    : >file
    osbox 66 --install file
    complained "osbox: 'file': Not a directory [ENOTDIR]"
}

@test "--install into a directory without write permission is 77 and makes nothing" {
    own_copy
    mkdir bin
    chmod 555 bin
    ordinary true # or skip
    rc=0
    ordinary ./osbox --install bin 2>said || rc=$?
    [ "$rc" -eq 77 ]
    grep -q '\[EACCES\]' said
    [ -z "$(ls -A bin)" ]
}

@test "--install of a name with a slash cannot leave the directory" {
    own_copy
    mkdir bin
    run --separate-stderr ./osbox --install bin --name-prefix=../
    [ "$status" -ne 0 ]
    [ ! -e stat ]
    [ ! -L stat ]
}

@test "--install without a directory is a usage error" {
    osbox 64 --install
    [ "${#stderr_lines[@]}" -eq 1 ]
    got ''
}

@test "--symbolic, --hard, --force and --name-prefix without --install are usage errors" {
    for more in --symbolic --hard --force --name-prefix=x; do
        osbox 64 "$more"
        got ''
    done
}

# ---- privilege ----

@test "a set-user-id osbox refuses to run" {
    not_sanitized
    needs setpriv
    cp "$(command -v id)" id
    chown 65534 id && chmod 4755 id || skip 'owners cannot be changed here'
    [ "$(setpriv --reuid=65533 --clear-groups ./id -u)" = 65534 ] || skip 'set-id has no effect here'
    own_copy
    chown 65534 osbox
    chmod 4755 osbox
    for arguments in '--version' '--list' 'stat .' ''; do
        # shellcheck disable=SC2086 # words on purpose
        run --separate-stderr -77 setpriv --reuid=65533 --clear-groups ./osbox $arguments
        got ''
        complained 'osbox: refuses to run from a set-id binary or one with file capabilities'
    done
    # By the owner it is an ordinary program.
    run --separate-stderr -0 setpriv --reuid=65534 --clear-groups ./osbox stat -g type .
    got directory
}

@test "a set-group-id osbox refuses to run" {
    not_sanitized
    needs setpriv
    cp "$(command -v id)" id
    chgrp 65534 id && chmod 2755 id || skip 'groups cannot be changed here'
    [ "$(setpriv --reuid=65533 --regid=65533 --clear-groups ./id -g)" = 65534 ] ||
        skip 'set-id has no effect here'
    own_copy
    chgrp 65534 osbox
    chmod 2755 osbox
    run --separate-stderr -77 setpriv --reuid=65533 --regid=65533 --clear-groups ./osbox stat .
    got ''
    complained 'osbox: refuses to run from a set-id binary or one with file capabilities'
}

@test "an osbox with file capabilities refuses to run" {
    not_sanitized
    needs setpriv setcap
    cp "$(command -v grep)" grep
    setcap cap_net_raw=ep grep 2>/dev/null || skip 'file capabilities cannot be set here'
    setpriv --reuid=65533 --clear-groups ./grep '^CapEff:.*2000$' /proc/self/status >/dev/null ||
        skip 'file capabilities have no effect here'
    own_copy
    setcap cap_net_raw=ep osbox
    run --separate-stderr -77 setpriv --reuid=65533 --clear-groups ./osbox --help
    got ''
    complained 'osbox: refuses to run from a set-id binary or one with file capabilities'
}

# Skips the test where effective ids cannot be set.
can_differ() {
    not_sanitized
    needs setpriv
    own_copy
    chmod 755 "$WORK"
    setpriv --euid=65533 --egid=65533 --clear-groups true 2>/dev/null || skip 'ids cannot be changed here'
}

# differing ARG...: osbox, its effective user not the real one.
differing() {
    env "${variables[@]}" setpriv --euid=65533 --clear-groups "$WORK/osbox" "$@"
}

@test "a caller whose effective and real ids differ is not refused" {
    can_differ
    variables=()
    run --separate-stderr -0 differing spawn -g ruid,euid,suid
    got "$(printf '%s\t65533\t65533' "$(id -u)")"
    run --separate-stderr -0 differing spawn --resetids -- "$WORK/osbox" spawn -g ruid,euid,suid
    got "$(id -u)$(printf '\t%s' "$(id -u)" "$(id -u)")"
    run --separate-stderr -0 setpriv --egid=65533 --clear-groups ./osbox spawn -g rgid,egid,sgid
    got "$(printf '%s\t65533\t65533' "$(id -g)")"
}

@test "with such ids, stat --access --effective is about the effective user" {
    can_differ
    variables=()
    echo secret >f
    chmod 600 f
    run --separate-stderr -1 differing stat --access=r --effective -g access f
    got false
    run --separate-stderr -0 differing stat --access=r -g access f
    got true
}

@test "with such ids, TMPDIR and a TZ that names a file are not used" {
    can_differ
    touch -d @0 f
    for zone in Europe/Berlin /etc/localtime :CET-1; do
        variables=("TZ=$zone" "TMPDIR=$WORK")
        run --separate-stderr -1 differing spawn -- printenv TMPDIR TZ
        got ''
    done
    variables=(TZ=CET-1)
    run --separate-stderr -0 differing stat -c %y f
    got '1970-01-01 01:00:00.000000000 +0100'
}

@test "such ids do not make a set-id osbox, or one with file capabilities, run" {
    can_differ
    chmod 4755 osbox
    run --separate-stderr -77 setpriv --euid=65533 --clear-groups ./osbox stat .
    complained 'osbox: refuses to run from a set-id binary or one with file capabilities'
    chmod 755 osbox
    needs setcap
    setcap cap_net_raw=ep osbox 2>/dev/null || skip 'file capabilities cannot be set here'
    run --separate-stderr -77 setpriv --euid=65533 --clear-groups ./osbox stat .
    complained 'osbox: refuses to run from a set-id binary or one with file capabilities'
}

# ---- what was probably meant ----

# refused STATUS MESSAGE COMMAND...: a usage error with exactly this message.
refused() {
    local status=$1 message=$2
    shift 2
    osbox "$status" "$@"
    got ''
    complained "$message"
}

@test "a program without -- before it: the error shows the command line with it" {
    local put='to run a program, put -- before it: osbox'
    refused 125 "popen: '-l': unknown option; $put popen -- ls -l" popen ls -l
    refused 125 "popen: '-l': unknown option; $put popen --timeout=1s -- ls -l /" popen --timeout=1s ls -l /
    refused 125 "popen: '--foo': unknown option; $put popen -F +pid -- make --foo" popen -F +pid make --foo
    refused 125 "popen: 'foo': unexpected operand; $put popen -- ls foo 'a b'" popen ls foo 'a b'
    refused 64 "waitid: '1': unexpected operand; $put waitid -- sleep 1" waitid sleep 1
    refused 64 "waitid: 'sleep': unexpected operand; $put waitid --timeout=1s -- sleep" waitid --timeout=1s sleep
    refused 64 "sched set: '1': unexpected operand; $put sched set --nice=5 -- sleep 1" sched set --nice=5 sleep 1
    refused 64 "sched set: 'sleep': unexpected operand; $put sched set --nice=5 -F pid -- sleep" \
        sched set --nice=5 -F pid sleep
    refused 64 "timerfd: './probe': unexpected operand; $put timerfd --interval=1s -- ./probe" \
        timerfd --interval=1s ./probe
    refused 64 "timerfd create: 'cat': unexpected operand; $put timerfd create --fd=9 -- cat" timerfd create --fd=9 cat
    osbox 125 popen -J ls -l
    output=$(json message <<<"$stderr")
    got "\"'-l': unknown option; $put popen -J -- ls -l\""
}

@test "a program without -- is not suggested for a PID, a command for a shell, a verb or an option" {
    refused 64 "waitid: '12x': not a number" waitid 12x
    refused 64 "waitid: 'sleep': not a number" waitid 1234567 sleep
    refused 125 "popen: '-x': unknown option; --help lists them" popen 'ls -l' -x
    refused 125 "popen: '--timout': unknown option; did you mean '--timeout'?" popen true --timout=1
    refused 64 "timerfd: 'crate': no such command; did you mean 'create'?" timerfd crate
    refused 64 "sched show: 'sleep': not a number" sched show sleep
    osbox 0 popen true
    osbox 0 waitid sleep --help
}

@test "a long option with one dash: the error has the one with two" {
    local command option name
    while read -r command option name; do
        # shellcheck disable=SC2086
        osbox "$([[ $command =~ ^(spawn|popen)$ ]] && echo 125 || echo 64)" ${command/_/ } "$option" x
        complained "${command/_/ }: '$option': unknown option; did you mean '--$name'?"
    done <<'END'
walk -maxdepth max-depth
walk -mindepth=1 min-depth
walk -name name
walk -type type
stat -format format
stat -printf=x printf
stat -help help
stat -file-system file-system
lstat -json json
spawn -user=bob user
spawn -timeout=1s timeout
popen -timeout timeout
waitid -timeout timeout
timerfd -interval=1s interval
sched_set -policy=batch policy
urandom -hex hex
END
    refused 64 "stat: '--output=jsn': not one of text, json, csv, tsv, sh, value, table; did you mean 'json'?" stat -ojsn x
    refused 64 "stat: '-x': unknown option; --help lists them" stat -fx x
}

# ---- the limit on the size of files ----

@test "output beyond the limit on the size of files is lost: 74, and no death by SIGXFSZ" {
    local command
    for command in 'stat /' 'stat -o table /' 'walk -J .' 'urandom 10' 'urandom 10M' 'sched show' 'waitid -- true' \
        'spawn' 'spawn --dry-run true' 'spawn --status=record true' 'spawn --status=record -- /nope' \
        'spawn --nowait --status=record true' 'spawn --overlay --status=record -- /nope' \
        'popen --status=record true' 'popen -J true' 'popen -J -- head -c 3000000 /dev/zero' 'popen echo' \
        'sched set --nice=0 --status=record -- true' 'timerfd --interval=1ms --count=1' '--help'; do
        # shellcheck disable=SC2016
        run -74 bash -c 'ulimit -f 0 && exec "$OSBOX" $1 >out 2>/dev/null' bash "$command"
    done
    # An error that cannot be printed keeps its status, and what fits is written.
    # shellcheck disable=SC2016 # quoted for an inner shell
    run -66 bash -c 'ulimit -f 0 && exec "$OSBOX" stat /nope 2>out'
    # shellcheck disable=SC2016 # quoted for an inner shell
    run -74 bash -c 'ulimit -f 1 && exec "$OSBOX" urandom 3000 >out 2>/dev/null'
    [ "$(stat -c %s out)" -eq 1024 ]
}

@test "a program has the action for SIGXFSZ that osbox inherited" {
    # shellcheck disable=SC2016 # quoted for an inner shell
    run -153 bash -c 'ulimit -c 0; ulimit -f 0 && exec "$OSBOX" spawn -- dd if=/dev/zero of=out count=1 2>/dev/null'
    # shellcheck disable=SC2016 # quoted for an inner shell
    run -1 bash -c 'trap "" XFSZ; ulimit -f 0 && exec "$OSBOX" spawn -- dd if=/dev/zero of=out count=1 2>/dev/null'
}
