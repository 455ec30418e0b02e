#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# Completion: what the program answers for every node of the tree, and what bash,
# zsh and fish make of it, with the stubs as they are printed and as installed.

# shellcheck disable=SC2030,SC2031 # each test is a process of its own

load ../helpers/common
load ../helpers/completion

setup_file() {
    common_setup_file
    completion_setup_file
}

setup() {
    common_setup
    completion_setup
}

teardown() { common_teardown; }

# answer WANT WORD...: the program's answer is exactly WANT, with "|" for a tab.
answer() {
    local want=$1
    shift
    osbox 0 --complete "$@"
    got "${want//|/$'\t'}"
}

# begins WANT WORD...: the same of its first line.
begins() {
    local want=$1
    shift
    osbox 0 --complete "$@"
    output=${lines[0]} got "${want//|/$'\t'}"
}

# names WANT WORD...: the same of its candidates, which are separated by blanks here.
names() {
    local want=$1
    shift
    osbox 0 --complete "$@"
    output=$(sed 1d <<<"$output" | cut -f 1 | paste -sd ' ') got "$want"
}

# Files with names that a shell takes apart.
hostile_files() {
    mkdir -p 'd/a dir' d/sub
    # shellcheck disable=SC2016 # a file's name
    touch d/plain 'd/b lank' $'d/new\nline' "d/quo'te" 'd/st*r' 'd/$(touch pwned)' 'd/{x,y}' d/é
}

# ---- the answer ----

@test "every node: every option's values, operands and lines of the answer" {
    run -0 python3 - <<'END'
import json, os, subprocess

osbox = os.environ["OSBOX"]
asked = 0

def ask(words):
    """The first line's two parts, and the candidates; every line is a name, a tab and text."""
    global asked
    asked += 1
    out = subprocess.run([osbox, "--complete", *words], stdout=subprocess.PIPE, check=True,
                         stdin=subprocess.DEVNULL).stdout.decode()
    assert out.endswith("\n"), words
    (kind, lead), *rest = [line.split("\t") for line in out[:-1].split("\n")]
    if kind != "command":
        assert words[-1].startswith(lead), words
    names = [name for name, _ in rest]
    assert all(name.startswith(words[-1]) for name in names), words
    assert len(set(names)) == len(names), words
    assert not set("".join(names)) & set(" \"'\\$`*?[](){}<>|&;#!~"), words
    return kind, lead, names

def check(node, words, kind, choices, lead):
    """What is offered for a value, or an operand, of that kind."""
    got_kind, got_lead, names = ask(words)
    fields = [field["name"] for field in node["fields"]]
    want = {"fields": ["all", "help"] + fields}.get(kind, [])
    some = {"signal": "SIGTERM", "capability": "cap_sys_admin", "descriptor": "0"}.get(kind)
    if some:
        assert lead + some in names, words
    else:
        assert names == [lead + name for name in choices + want], (words, names)
    lists = ("list", "fields", "capability")
    shown = ("file", "directory", "pid", "user", "group")
    want_kind = kind if kind in shown else "list" if kind in lists else "none"
    assert (got_kind, got_lead) == (want_kind, lead), words

def visit(root, node, words):
    below = [command["name"] for command in node["commands"]]
    if node["stop_at_operand"]:
        assert ask(words + [""]) == ("command", str(len(words)), below), words
        assert ask(words + ["--", "x", "-"]) == ("command", str(len(words) + 1), []), words
    elif node["operands"] == "command":
        assert ask(words + [""]) == ("none", "", [c["name"] for c in root["commands"]]), words
    else:
        check(node, words + [""], node["operands"], below, "")
        if node["dashes_program"]:
            assert ask(words + ["--", "-"]) == ("command", str(len(words) + 1), []), words
        else:
            check(node, words + ["--", "-"], node["operands"], [], "")
    for option in node["options"]:
        name, letter = option["long"], option["short"]
        if not option["metavar"]:
            if letter:
                assert ask(words + ["-" + letter]) == ("none", "", ["-" + letter]), (words, letter)
            continue
        kind, choices = option["complete"], option["choices"] or []
        check(node, words + [f"--{name}="], kind, choices, f"--{name}=")
        if option["optional"]:
            continue
        check(node, words + ["--" + name, ""], kind, choices, "")
        if letter:
            check(node, words + ["-" + letter, ""], kind, choices, "")
            if choices or kind == "fields":
                check(node, words + ["-" + letter], kind, choices, "-" + letter)
            else:
                assert ask(words + ["-" + letter]) == ("none", "", ["-" + letter]), (words, letter)
    for command in node["commands"]:
        visit(root, command, words + [command["name"]])

root = json.loads(subprocess.run([osbox, "--describe"], stdout=subprocess.PIPE, check=True).stdout)
visit(root, root, ["osbox"])
for command in root["commands"]:
    assert ask([f"osbox-{command['name']}", "--hel"]) == ("none", "", ["--help"])
assert asked > 100
END
}

@test "every node: the long options" {
    local words options
    while IFS=$'\t' read -r words options; do
        # shellcheck disable=SC2086 # a word each
        run -0 --separate-stderr "$OSBOX" --complete $words --
        [ "${lines[0]}" = $'none\t' ]
        # shellcheck disable=SC2086
        [ "$(printf '%s\n' "${lines[@]:1}" | cut -f 1 | sort)" = "$(sorted $options)" ]
    done < <(tree)
}

@test "the applet is told from the name, with or without a path and osbox-" {
    local name
    for name in stat osbox-stat /a/b/stat ./osbox-stat -stat; do
        answer $'none|\n--describe|print what this command takes and prints, as JSON' "$name" --desc
    done
    names 'stat' osbox sta
    names 'stat' /a/osbox sta
    names 'stat' unheard-of sta
}

@test "only words that can stand there: verbs come first, and options end them" {
    names '' osbox -J sta
    names '' osbox -- sta
    names '' osbox nonsense sta
    names 'bash zsh fish' osbox completion ''
    names '' osbox completion bash ''
    names 'stat' osbox help sta
    names '' osbox help stat ''
    names 'bash zsh fish' osbox help completion ''
    names '' osbox help nonsense ''
}

@test "options: those that were given, or conflict with these, are not offered" {
    names '--json --json-bytes= --json-int64=' stat --js
    names '--json-bytes= --json-int64=' stat -J --js
    names '--json-bytes= --json-int64=' stat --json --js
    names '--json-bytes=' stat --json-int64=string -J --json-b
    names '' stat --json-bytes base64 -J --json-b
    names '--dir= --dir-fd=' stat --dir
    names '' stat -C / --dir
    names '' stat --dir-fd=3 --dir
    names '' stat --fd=3 --dir
    names '--output=' stat -o json --outp
    names '--effective' stat -fL --eff
    names '' stat --effective --eff
    names '--json-bytes= --json-int64=' stat -0JL --js
    names '--json-bytes= --json-int64=' stat -Jo text --js
    names '--json --json-bytes= --json-int64=' stat -oJ --js
}

@test "options: none behind --, and none where a value is due" {
    begins 'file|' stat -- --js
    begins 'file|' stat x -- -
    names '' stat -- --js
    names '' stat --sh-prefix --js
    names '' stat -C --js
    names '--json --json-bytes= --json-int64=' stat -C -- --js
    names '--json --json-bytes= --json-int64=' stat - --js
    names '--json --json-bytes= --json-int64=' stat x --js
}

@test "letters: a bundle, and a value attached to its last one" {
    answer $'none|\n-J0|with -o value: end each value with a NUL' stat -J0
    answer $'none|-o\n-ojson|one object a line (JSON Lines)' stat -oj
    answer $'none|-0LJo\n-0LJojson|one object a line (JSON Lines)' stat -0LJoj
    answer $'none|\njson|one object a line (JSON Lines)' stat -0LJo j
    answer 'directory|-C' stat -C/us
    answer 'directory|-JC' stat -JC/us
    answer 'none|' stat '-J?'
    answer 'none|' stat '-J=x'
    answer 'none|' stat --json=x
    answer 'none|' stat --nonsense=x
    answer 'none|' stat --nonsense
    answer 'file|' stat --nonsense x
}

@test "an option with an optional value is offered with and without it" {
    names '--pathconf --pathconf=' stat --path
    begins 'file|' stat --pathconf ''
    answer 'none|--pathconf=' stat --pathconf=PC
}

@test "lists of choices and of capabilities: the last one" {
    names '--unshare=user,net' spawn --unshare=user,n
    names 'mnt,uts' spawn --unshare mnt,ut
    names '--cap-ambient=cap_chown,cap_sys_admin' spawn --cap-ambient=cap_chown,cap_sys_a
    begins 'list|cap_chown,' spawn --cap-bounding cap_chown,cap_k
    names '' spawn --unshare=user,x
}

@test "descriptors: those that are open in the shell" {
    "$OSBOX" --complete stat --fd=4 41<&- 42</dev/null >out
    [ "$(sed -n 1p out)" = "$(printf 'none\t--fd=')" ]
    grep -qx -e "$(printf -- '--fd=42\t')" out
    run ! grep -q -e '--fd=41' out
    "$OSBOX" --complete spawn --close 4 41</dev/null 42<&- >out
    grep -qx "$(printf '41\t')" out
    run ! grep -q 42 out
}

@test "fields: the last one of the list, none twice, all and help alone" {
    names 'st_atime st_atime_ns' stat -F st_a
    names 'st_size,st_atime st_size,st_atime_ns' stat -F st_size,st_a
    names '--get=type,st_size,st_atime_ns' stat --get=type,st_size,st_atime_
    names '-gtype,st_size' stat -gtype,st_si
    names '+st_size' stat -F +st_si
    names '+type,st_size' stat -F +type,st_si
    names '' stat -F type,type
    names '' stat -F +type,type
    names 'type,st_atime_ns' stat -F type,st_atime_
    names '' stat -F st_atime_ns,st_atime_
    names 'all' stat -F al
    names '' stat -F +al
    names '' stat -F type,al
    begins 'list|type,st_size,' stat -F type,st_size,st
    begins 'list|--fields=+' stat --fields=+st
    begins 'list|' stat -g ''
    answer 'list|nonsense,' stat -F nonsense,st_
    answer 'none|' stat -F $'new\nline,st_'
}

@test "nothing of a hostile word is taken for a line of the answer" {
    local hostile=$'x\ny\tz'
    begins 'file|' osbox stat "$hostile"
    names '' osbox stat "$hostile"
    answer 'none|' osbox "$hostile"
    answer 'none|' osbox stat "--$hostile="
    answer 'none|--sync=' osbox stat "--sync=$hostile"
    answer 'none|' osbox stat "-$hostile"
    answer 'list|-F' osbox stat "-F$hostile"
    answer 'none|' osbox stat "-F$hostile,"
    answer 'directory|--dir=' osbox stat "--dir=$hostile"
    names '--describe' osbox stat "$hostile" '' --desc
    answer 'none|' "$hostile" nonsense
}

@test "osbox completion SHELL prints the stub" {
    "$OSBOX" completion bash >printed
    same "$BATS_TEST_DIRNAME/../../completions/osbox.bash" printed
    "$OSBOX" completion zsh >printed
    same "$BATS_TEST_DIRNAME/../../completions/_osbox" printed
    "$OSBOX" completion fish >printed
    same "$BATS_TEST_DIRNAME/../../completions/osbox.fish" printed
}

# What can be the first word.
root_commands() {
    {
        "$OSBOX" --list
        sorted help completion
    } | sort
}

# ---- bash and zsh: lines ----

commands() {
    all "$1" \
        'osbox ' "osbox $(root_commands | paste -sd ' ') " \
        'osbox completion ' 'osbox completion bash fish zsh ' \
        'osbox help completion ' 'osbox help completion bash fish zsh '
    tab "$1" \
        'osbox sta' 'osbox stat ' \
        'osbox help sta' 'osbox help stat ' \
        'osbox completion b' 'osbox completion bash ' \
        'osbox nonsense sta' 'osbox nonsense sta'
}

every_option() {
    local words options i
    local -a typed=() want=()
    while IFS=$'\t' read -r words options; do
        typed+=("$words --")
        want+=("$options")
    done < <(tree)
    press "$1" '\033*' "${typed[@]}"
    for i in "${!typed[@]}"; do
        # shellcheck disable=SC2086 # a word each
        [ "$(sorted ${lines[i]#"${typed[i]%--}"})" = "$(sorted ${want[i]})" ]
    done
}

values() {
    tab "$1" \
        'osbox stat --outp' 'osbox stat --output=' \
        'osbox stat --desc' 'osbox stat --describe ' \
        'osbox stat -o js' 'osbox stat -o json ' \
        'osbox stat -ojs' 'osbox stat -ojson ' \
        'osbox stat -JLojs' 'osbox stat -JLojson ' \
        'osbox stat --output js' 'osbox stat --output json ' \
        'osbox stat --output=js' 'osbox stat --output=json ' \
        'osbox stat -J' 'osbox stat -J ' \
        'osbox stat -' 'osbox stat --' \
        'osbox stat --describe --describ' 'osbox stat --describe --describ' \
        'osbox stat --dir-fd=4 --di' 'osbox stat --dir-fd=4 --di'
    all "$1" \
        'osbox stat --sync ' 'osbox stat --sync cached default force ' \
        'osbox stat -o t' 'osbox stat -o table text tsv '
}

fields() {
    tab "$1" \
        'osbox stat -F st_blk' 'osbox stat -F st_blksize' \
        'osbox stat -F st_size,st_blk' 'osbox stat -F st_size,st_blksize' \
        'osbox stat -Fst_size,st_blk' 'osbox stat -Fst_size,st_blksize' \
        'osbox stat --fields=st_size,st_blk' 'osbox stat --fields=st_size,st_blksize' \
        'osbox stat -g st_blk' 'osbox stat -g st_blksize' \
        'osbox stat --get st_size,type,st_blk' 'osbox stat --get st_size,type,st_blksize' \
        'osbox stat -F +st_blk' 'osbox stat -F +st_blksize' \
        'osbox stat -F st_blksize,st_blk' 'osbox stat -F st_blksize,st_blk'
}

files() {
    hostile_files
    tab "$1" \
        'osbox stat d/pl' 'osbox stat d/plain ' \
        'osbox stat -- d/pl' 'osbox stat -- d/plain ' \
        'osbox stat d/b' 'osbox stat d/b\ lank ' \
        'osbox stat "d/b' 'osbox stat "d/b lank" ' \
        "osbox stat d/quo" "osbox stat d/quo\\'te " \
        'osbox stat d/st' 'osbox stat d/st\*r ' \
        'osbox stat d/é' 'osbox stat d/é ' \
        'osbox stat d/a' 'osbox stat d/a\ dir/' \
        'osbox stat --files0-from d/pl' 'osbox stat --files0-from d/plain ' \
        'osbox stat --files0-from=d/pl' 'osbox stat --files0-from=d/plain ' \
        'osbox stat --files0-from=d/b' 'osbox stat --files0-from=d/b\ lank ' \
        'osbox stat -C d/pl' 'osbox stat -C d/pl' \
        'osbox stat -C d/s' 'osbox stat -C d/sub/' \
        'osbox stat -C d/a' 'osbox stat -C d/a\ dir/' \
        'osbox stat -Cd/s' 'osbox stat -Cd/sub/' \
        'osbox stat -JCd/a' 'osbox stat -JCd/a\ dir/' \
        'osbox stat --dir d/s' 'osbox stat --dir d/sub/' \
        'osbox stat --dir=d/s' 'osbox stat --dir=d/sub/' \
        'osbox stat --dir=d/a' 'osbox stat --dir=d/a\ dir/' \
        'osbox stat --dir=d/pl' 'osbox stat --dir=d/pl' \
        'osbox stat --sh-prefix d/pl' 'osbox stat --sh-prefix d/pl' \
        'osbox completion d/pl' 'osbox completion d/pl' \
        'osbox completion bash >d/pl' 'osbox completion bash >d/plain ' \
        'osbox completion bash 2> d/pl' 'osbox completion bash 2> d/plain '
}

# Words before, of any kind: none is run, and none changes what is completed.
hostile_words() {
    # shellcheck disable=SC2016 # typed as they are
    tab "$1" \
        'osbox stat "a b" --desc' 'osbox stat "a b" --describe ' \
        "osbox stat 'a  b' a\\ b --desc" "osbox stat 'a  b' a\\ b --describe " \
        'osbox stat $'"'a\\nb'"' --desc' 'osbox stat $'"'a\\nb'"' --describe ' \
        $'osbox stat \'a\026\nb\' --desc' $'osbox stat \'a\nb\' --describe ' \
        'osbox stat "$(touch pwned)" --desc' 'osbox stat "$(touch pwned)" --describe ' \
        'osbox stat '"'\`touch pwned\`;\$(touch pwned)'"' --desc' \
        'osbox stat '"'\`touch pwned\`;\$(touch pwned)'"' --describe ' \
        'osbox stat -c "%n;%s|>x" --desc' 'osbox stat -c "%n;%s|>x" --describe ' \
        'osbox stat a:b=c@d --desc' 'osbox stat a:b=c@d --describe ' \
        'osbox stat --sh-prefix= --desc' 'osbox stat --sh-prefix= --describe ' \
        'osbox stat é "" --desc' 'osbox stat é "" --describe ' \
        'X="a b" osbox stat --desc' 'X="a b" osbox stat --describe ' \
        'echo osbox; osbox stat --desc' 'echo osbox; osbox stat --describe ' \
        'osbox stat "--sync=fo' 'osbox stat "--sync=force" ' \
        "osbox stat -o 'js" "osbox stat -o 'json' "
    [ ! -e pwned ]
}

# The program that is completed is the one that answers.
# shellcheck disable=SC2088 # a tilde is typed
programs() {
    mkdir other
    printf '%s\n' '#!/bin/sh' 'printf "none\t\nquestion\t\n"' >other/osbox
    chmod 755 other/osbox
    cp -r other "$HOME"
    tab "$1" \
        'osbox-stat --desc' 'osbox-stat --describe ' \
        "$BIN/osbox sta" "$BIN/osbox stat " \
        "$BIN/osbox-lstat --sync=fo" "$BIN/osbox-lstat --sync=force " \
        './other/osbox q' './other/osbox question ' \
        '~/other/osbox q' '~/other/osbox question ' \
        './nowhere/osbox sta' './nowhere/osbox stat ' \
        'stat --desc' 'stat --desc'
}

bare_name() {
    mkdir bare
    ln ${2:+"$2"} "$(realpath "$BIN/osbox")" bare/stat
    PATH=$WORK/bare:$PATH tab "$1" 'stat --sync=fo' 'stat --sync=force '
}

no_program() {
    PATH=/usr/bin:/bin tab "$1" 'osbox sta' 'osbox sta' 'osbox stat --desc' 'osbox stat --desc'
}

# An applet that runs a command leaves that command's words to the shell. `runs` is one.
fake_osbox() {
    mkdir -p fake
    cat >fake/osbox <<'END'
#!/bin/sh
[ "$1" = --complete ] || exit 64
case $#$3 in
4runs | 5runs | 6runs) printf 'command\t2\n' ;;
4pid | 4user | 4group) printf '%s\t\n' "$3" ;;
3--u=*) printf 'user\t--u=\n' ;;
*) printf 'none\t\nruns\ta command: of its own\n' ;;
esac
END
    chmod 755 fake/osbox
    touch a-file
}

other_commands() {
    fake_osbox
    tab "$1" \
        './fake/osbox r' './fake/osbox runs ' \
        './fake/osbox runs osbox-sta' './fake/osbox runs osbox-stat ' \
        './fake/osbox runs cat a-f' './fake/osbox runs cat a-file '
}

users_and_groups() {
    fake_osbox
    tab "$1" \
        './fake/osbox user nobod' './fake/osbox user nobody ' \
        './fake/osbox --u=nobod' './fake/osbox --u=nobody ' \
        './fake/osbox group roo' './fake/osbox group root ' \
        './fake/osbox group zzqqxx' './fake/osbox group zzqqxx'
}

@test "bash: commands, verbs" { commands bash; }
@test "bash: the long options of every node" { every_option bash; }
@test "bash: options and their values" { values bash; }
@test "bash: fields" { fields bash; }
@test "bash: files and directories" { files bash; }
@test "bash: hostile words" { hostile_words bash; }
@test "bash: names and paths of the program" { programs bash; }
@test "bash: the command of another command" { other_commands bash; }
@test "bash: users and groups" { users_and_groups bash; }
@test "bash: no program" { no_program bash; }
@test "bash: a bare name that is a link to osbox" { bare_name bash -s; }

@test "bash: a bare name that is osbox, a hard link" {
    ln "$(realpath "$BIN/osbox")" probe 2>/dev/null || skip 'osbox is on another file system'
    bare_name bash
}

@test "zsh: commands, verbs" { needs zsh && commands zsh; }
@test "zsh: the long options of every node" { needs zsh && every_option zsh; }
@test "zsh: options and their values" { needs zsh && values zsh; }
@test "zsh: fields" { needs zsh && fields zsh; }
@test "zsh: files and directories" { needs zsh && files zsh; }
@test "zsh: hostile words" { needs zsh && hostile_words zsh; }
@test "zsh: names and paths of the program" { needs zsh && programs zsh; }
@test "zsh: the command of another command" { needs zsh && other_commands zsh; }
@test "zsh: users and groups" { needs zsh && users_and_groups zsh; }
@test "zsh: no program" { needs zsh && no_program zsh; }
@test "zsh: a bare name that is a link to osbox" {
    needs zsh
    ZSH_PRELUDE="source $STUBS/zsh" bare_name zsh -s
}

# ---- bash ----

@test "bash: files whose names it quotes in its own way" {
    hostile_files
    # shellcheck disable=SC2016 # typed as they are
    tab bash \
        'osbox stat d/n' $'osbox stat \'d/new\nline\' ' \
        'osbox stat d/\$' 'osbox stat d/\$\(touch\ pwned\) ' \
        'osbox stat "d/$' 'osbox stat "d/\$(touch pwned)" ' \
        'osbox stat d/{' 'osbox stat d/\{x\,y\} ' \
        'osbox stat --dir="d/a' 'osbox stat --dir="d/a dir"/'
    mkdir "$HOME/homely"
    # shellcheck disable=SC2088 # typed as it is
    tab bash 'osbox stat ~/home' 'osbox stat ~/homely/' 'osbox stat -C ~/home' 'osbox stat -C ~/homely/'
    [ ! -e pwned ]
}

@test "bash: the values behind =, where its own word begins" {
    all bash 'osbox stat --sync=' 'osbox stat --sync=cached default force '
}

@test "bash: an open quote in a value, and the cursor before other words" {
    tab bash \
        "osbox stat --output='js" "osbox stat --output='json' " \
        $'osbox stat --sync=f x\002\002' 'osbox stat --sync=force x' \
        $'osbox stat --sync=for\002\002' 'osbox stat --sync=forceor'
}

# What the stub has to do in other settings.
sample() {
    mkdir -p d/sub
    touch d/plain
    tab bash \
        'osbox sta' 'osbox stat ' \
        'osbox stat --outp' 'osbox stat --output=' \
        'osbox stat --output=js' 'osbox stat --output=json ' \
        'osbox stat --output=no' 'osbox stat --output=no' \
        'osbox stat -F st_size,st_blk' 'osbox stat -F st_size,st_blksize' \
        'osbox stat d/pl' 'osbox stat d/plain ' \
        'osbox stat d/no' 'osbox stat d/no' \
        'osbox stat -C d/s' 'osbox stat -C d/sub/' \
        'osbox stat -Cd/s' 'osbox stat -Cd/sub/' \
        'osbox stat -Cd/no' 'osbox stat -Cd/no' \
        'osbox stat --dir=d/s' 'osbox stat --dir=d/sub/' \
        'osbox nonsense x' 'osbox nonsense x' \
        'osbox-stat --desc' 'osbox-stat --describe ' \
        'stat --desc' 'stat --desc'
}

@test "bash: PIDs" {
    fake_osbox
    press bash '\033*' "./fake/osbox pid $$" "./fake/osbox pid x$$"
    [[ "${lines[0]} " == "./fake/osbox pid "*" $$ "* || "${lines[0]} " == "./fake/osbox pid $$ "* ]]
    [ "${lines[1]}" = "./fake/osbox pid x$$" ]
}

@test "bash: with set -u, set -e, in POSIX mode, all of them" {
    local options
    for options in -u -e '-o posix' '-eu -o posix'; do
        BASH_PRELUDE="set $options; source $STUBS/bash" sample
    done
}

@test "bash: with an odd IFS, nullglob, failglob, noglob, nocasematch" {
    local setting
    for setting in "IFS=,st" 'shopt -s nullglob' 'shopt -s failglob' 'set -f' 'shopt -s extglob dotglob'; do
        BASH_PRELUDE="source $STUBS/bash; $setting" sample
    done
}

@test "bash: with other word breaks" {
    # shellcheck disable=SC2016 # for bash
    BASH_PRELUDE+='; COMP_WORDBREAKS=${COMP_WORDBREAKS//=}' sample
    # shellcheck disable=SC2016
    BASH_PRELUDE+='; COMP_WORDBREAKS=$COMP_WORDBREAKS,-' sample
    BASH_PRELUDE+='; unset COMP_WORDBREAKS' sample
}

@test "bash: the stub evaluated, as the program prints it" {
    # shellcheck disable=SC2016 # for bash
    BASH_PRELUDE='eval "$(osbox completion bash)"' sample
    BASH_PRELUDE='source <(osbox completion bash)' sample
}

@test "bash: loading it says nothing and leaves only what completion needs" {
    # shellcheck disable=SC2016 # for bash
    run -0 bash -c 'set -u; before=$(compgen -A function; compgen -v)
        source "$STUBS/bash" && comm -13 <(sort <<<"$before") <({ compgen -A function; compgen -v; } | sort)'
    got '_osbox
_osbox_add
_osbox_words
before'
    # shellcheck disable=SC2016
    run -0 env PATH=/usr/bin:/bin bash -c 'set -eu; source "$STUBS/bash"; complete -p'
    got 'complete -F _osbox osbox'
}

@test "bash: with bash-completion" {
    [ -e /usr/share/bash-completion/bash_completion ] || skip 'bash-completion is not installed'
    BASH_PRELUDE="source /usr/share/bash-completion/bash_completion; $BASH_PRELUDE"
    sample
    other_commands bash
    tab bash './fake/osbox runs osbox stat --output=js' './fake/osbox runs osbox stat --output=json '
    mkdir sudo
    ln -s /usr/bin/env sudo/sudo
    PATH=$WORK/sudo:$PATH tab bash \
        'sudo osbox sta' 'sudo osbox stat ' \
        'sudo osbox stat --output=js' 'sudo osbox stat --output=json '
}

# ---- zsh ----

@test "zsh: files whose names it quotes in its own way" {
    needs zsh
    hostile_files
    # shellcheck disable=SC2016,SC2088 # typed as they are
    tab zsh \
        'osbox stat d/n' 'osbox stat d/new$'"'\\n'"'line' \
        'osbox stat d/\$' 'osbox stat d/\$\(touch\ pwned\) ' \
        'osbox stat --dir="d/a' 'osbox stat --dir=d/a\ dir/' \
        "osbox stat --output='js" 'osbox stat --output=json '
    [ ! -e pwned ]
}

@test "zsh: descriptions" {
    needs zsh
    tab zsh 'osbox stat --sync=' 'osbox stat --sync='
    tr -d '\r' <zsh-screen >screen
    grep -a -x 'cached   -- never ask it *' screen
    grep -a -x 'default  -- as stat(2) does *' screen
    other_commands zsh
    all zsh './fake/osbox ' './fake/osbox runs '
    printf '%s\n' '#!/bin/sh' 'printf "none\t\na:b\tc:d\n"' >fake/osbox
    tab zsh './fake/osbox a' './fake/osbox a:b '
}

@test "zsh: PIDs, which it also finds by the command's name" {
    needs zsh ps
    fake_osbox
    ln -s "$(command -v sleep)" zzsleep
    ZSH_PRELUDE='./zzsleep 300 & print $! >pid' press zsh '\t' './fake/osbox pid zzsle'
    kill "$(cat pid)"
    [ "${lines[0]}" = "./fake/osbox pid $(cat pid) " ] || [ "${lines[0]}" = "./fake/osbox pid $(cat pid)" ]
}

@test "zsh: sourced, as the program prints it" {
    needs zsh
    export FPATH_OF_STUB=/var/empty ZSH_PRELUDE='source <(osbox completion zsh)'
    commands zsh
    programs zsh
}

# ---- fish ----

# offers of one candidate, which has no description: the same word.
@test "fish: commands, verbs, with descriptions" {
    needs fish
    fish_offers 'osbox completion ' $'bash\tprint the completion for bash' \
        $'fish\tprint the completion for fish' $'zsh\tprint the completion for zsh'
    fish_offers 'osbox sta' $'stat\tprint what the kernel knows about files, as os.stat'
    fish_offers 'osbox help sta' $'stat\tprint what the kernel knows about files, as os.stat'
    fish_offers 'osbox nonsense sta'
    [ "$(in_fish 'osbox ' | cut -f 1)" = "$(root_commands)" ]
}

@test "fish: the long options of every node" {
    needs fish
    local words options
    while IFS=$'\t' read -r words options; do
        # shellcheck disable=SC2086 # a word each
        [ "$(in_fish "$words --" | cut -f 1 | sort)" = "$(sorted $options)" ]
    done < <(tree)
}

@test "fish: options and their values" {
    needs fish
    local json=$'json\tone object a line (JSON Lines)'
    fish_offers 'osbox stat -o js' "$json"
    fish_offers 'osbox stat -ojs' "-o$json"
    fish_offers 'osbox stat -JLojs' "-JLo$json"
    fish_offers 'osbox stat --output js' "$json"
    fish_offers 'osbox stat --output=js' "--output=$json"
    fish_offers "osbox stat -o 'js" "'json'${json#json}"
    fish_offers 'osbox stat --outp' $'--output=\tprint records in this format'
    fish_offers 'osbox stat --describe --describ'
    fish_offers 'osbox stat --color=a' --color=always $'--color=auto\ton a terminal, unless NO_COLOR is set'
}

@test "fish: fields; the last one left is offered with a comma, too, so that no space follows" {
    needs fish
    local help=$'\tpreferred I/O size in bytes'
    fish_offers 'osbox stat -F st_blk' "st_blksize$help" "st_blksize,$help"
    fish_offers 'osbox stat -F st_size,st_blk' "st_size,st_blksize$help" "st_size,st_blksize,$help"
    fish_offers 'osbox stat --get=type,st_blk' "--get=type,st_blksize$help" "--get=type,st_blksize,$help"
    fish_offers 'osbox stat -Fst_blk' "-Fst_blksize$help" "-Fst_blksize,$help"
    [ "$(in_fish 'osbox stat -F st_size,st_a' | cut -f 1)" = 'st_size,st_atime
st_size,st_atime_ns' ]
}

@test "fish: files and directories" {
    needs fish
    hostile_files
    # shellcheck disable=SC2016 # as it is inserted
    fish_offers 'osbox stat d/' 'd/a\ dir/' 'd/b\ lank' 'd/new\nline' 'd/plain' "d/quo\\'te" 'd/st\*r' \
        'd/sub/' 'd/\$\(touch\ pwned\)' 'd/\{x,y\}' 'd/é'
    fish_offers 'osbox stat -- d/pl' 'd/plain'
    fish_offers 'osbox stat --files0-from d/pl' 'd/plain'
    fish_offers 'osbox stat --files0-from=d/b' '--files0-from=d/b\ lank'
    fish_offers 'osbox stat -C d/' 'd/a\ dir/' 'd/sub/'
    fish_offers 'osbox stat -C d/a\ ' 'd/a\ dir/'
    fish_offers 'osbox stat --dir=d/' '--dir=d/a\ dir/' '--dir=d/sub/'
    fish_offers 'osbox stat -JCd/' '-JCd/a\ dir/' '-JCd/sub/'
    fish_offers 'osbox stat --sh-prefix d/'
    fish_offers 'osbox completion d/'
    fish_offers 'osbox completion bash >d/pl' 'd/plain'
    [ ! -e pwned ]
}

@test "fish: hostile words" {
    needs fish
    local word describe=$'--describe\tprint what this command takes and prints, as JSON'
    # shellcheck disable=SC2016 # typed as they are
    for word in '"a b"' 'a\ b' "'a"$'\n'"b'" 'a\nb' "'(touch pwned)'" '(touch pwned)' '"$(touch pwned)"' \
        '""' é '-c "%n;%s|>x"' '--sh-prefix='; do
        fish_offers "osbox stat $word --desc" "$describe"
    done
    [ ! -e pwned ]
}

@test "fish: names and paths of the program" {
    needs fish
    local describe=$'--describe\tprint what this command takes and prints, as JSON'
    mkdir other bare
    printf '%s\n' '#!/bin/sh' 'printf "none\t\nquestion\t\n"' >other/osbox
    chmod 755 other/osbox
    cp -r other "$HOME"
    ln -s "$BIN/osbox" bare/stat
    fish_offers 'osbox-stat --desc' "$describe"
    fish_offers "$BIN/osbox stat --desc" "$describe"
    fish_offers './nowhere/osbox stat --desc' "$describe"
    fish_offers './other/osbox q' 'question'
    # shellcheck disable=SC2088 # typed as it is
    fish_offers '~/other/osbox q' 'question'
    fish_offers 'stat --desc'
    PATH=$WORK/bare:$PATH fish_offers 'stat --desc' "$describe"
    PATH=/usr/bin:/bin fish_offers 'osbox stat --desc'
}

@test "fish: the command of another command" {
    needs fish
    fake_osbox
    fish_offers './fake/osbox r' $'runs\ta command: of its own'
    fish_offers './fake/osbox runs osbox-stat --desc' \
        $'--describe\tprint what this command takes and prints, as JSON'
    fish_offers './fake/osbox runs cat a-f' a-file
}

@test "fish: PIDs, users and groups" {
    needs fish
    fake_osbox
    in_fish './fake/osbox user ' | cut -f 1 | grep -qx nobody
    in_fish './fake/osbox group ' | cut -f 1 | grep -qx root
    in_fish './fake/osbox --u=nobod' | cut -f 1 | grep -qx -- --u=nobody
    in_fish "./fake/osbox pid $$" | cut -f 1 | grep -qx "$$"
}

# ---- installed ----

# Sets $SHARE, the data directory of an installation below this test's own.
installed() {
    local build=${OSBOX_BUILD:-${OSBOX%/*}/..}
    needs meson
    [ -e "$build/meson-info" ] || skip 'osbox is in no build directory'
    meson install -C "$build" --no-rebuild --quiet --destdir "$WORK/installed" >&2 3>&-
    SHARE=$(find "$WORK/installed" -path '*/bash-completion/completions/osbox.bash')
    SHARE=${SHARE%/bash-completion/*}
}

@test "installed: the stubs, with a link for each name where the shell goes by names" {
    installed
    local stub shell applet
    for stub in bash-completion/completions/osbox.bash zsh/site-functions/_osbox \
        fish/vendor_completions.d/osbox.fish; do
        same "$BATS_TEST_DIRNAME/../../completions/${stub##*/}" "$SHARE/$stub"
        [ "$(find "$SHARE/${stub%/*}" -type f)" = "$SHARE/$stub" ]
    done
    for stub in bash-completion/completions/osbox.bash fish/vendor_completions.d/osbox.fish; do
        shell=${stub##*.}
        [ "$(cd "$SHARE/${stub%/*}" && find . -type l -printf '%f %l\n' | sort)" = "$(
            for applet in $("$OSBOX" --list); do
                echo "osbox-$applet.$shell osbox.$shell"
            done | sort
        )" ]
    done
}

@test "installed: bash-completion finds each name by itself" {
    [ -e /usr/share/bash-completion/bash_completion ] || skip 'bash-completion is not installed'
    installed
    export BASH_PRELUDE='source /usr/share/bash-completion/bash_completion'
    export XDG_DATA_DIRS=$SHARE:/usr/share
    sample
    tab bash 'osbox-lstat --sync=fo' 'osbox-lstat --sync=force '
    mkdir alone
    ln -s "$BIN/osbox" alone/osbox-stat
    PATH=$WORK/alone:/usr/bin:/bin tab bash 'osbox-stat --desc' 'osbox-stat --describe '
}

@test "installed: zsh" {
    needs zsh
    installed
    export FPATH_OF_STUB=$SHARE/zsh/site-functions
    tab zsh 'osbox sta' 'osbox stat '
    tab zsh 'osbox-lstat --sync=fo' 'osbox-lstat --sync=force '
}

@test "installed: fish finds each name by itself" {
    needs fish
    installed
    export FISH_PRELUDE='' XDG_DATA_DIRS=$SHARE:/usr/share
    local describe=$'--describe\tprint what this command takes and prints, as JSON'
    fish_offers 'osbox stat --desc' "$describe"
    fish_offers 'osbox-lstat --desc' "$describe"
    mkdir alone
    ln -s "$BIN/osbox" alone/osbox-stat
    PATH=$WORK/alone:/usr/bin:/bin fish_offers 'osbox-stat --desc' "$describe"
}
