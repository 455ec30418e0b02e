# shellcheck shell=bash
# SPDX-License-Identifier: 0BSD
#
# Completion as a user sees it: lines are typed into real shells, and what a key
# makes of them is read back. bash reads keys from a pipe, zsh has a terminal of
# its own (zpty), fish is asked with `complete -C`.

# Once a file: $BIN has osbox and osbox-APPLET, as an installation has, and is in the PATH.
completion_setup_file() {
    export BIN=$BATS_FILE_TMPDIR/bin STUBS=$BATS_FILE_TMPDIR/stubs
    local applet shell
    mkdir "$BIN" "$STUBS"
    ln -s "$OSBOX" "$BIN/osbox"
    for applet in $("$OSBOX" --list); do
        ln -s osbox "$BIN/osbox-$applet"
    done
    for shell in bash zsh fish; do
        "$OSBOX" completion "$shell" >"$STUBS/$shell"
    done
    mkdir "$STUBS/fpath"
    cp "$STUBS/zsh" "$STUBS/fpath/_osbox"
    export PATH=$BIN:$PATH
}

# Once a test, in its directory: no files of the user's are read, and none is written. BASH_PRELUDE
# and its kin are what the shell runs first; a test may change them.
completion_setup() {
    export HOME=$WORK/home INPUTRC=/dev/null TERM=dumb
    export XDG_CONFIG_HOME=$HOME/config XDG_DATA_HOME=$HOME/data XDG_CACHE_HOME=$HOME/cache
    mkdir "$HOME"
    unset HISTFILE FIGNORE
    # shellcheck disable=SC2016 # for the shells
    BASH_PRELUDE='source "$STUBS/bash"' FISH_PRELUDE='source $STUBS/fish' ZSH_PRELUDE=
    export FPATH_OF_STUB=$STUBS/fpath
}

# press bash|zsh KEY LINE...: types each LINE and the KEY; what stands there then is in lines[].
press() {
    local shell=$1 key=$2
    shift 2
    "press_$shell" "$key" "$@"
    [ "${#lines[@]}" -eq $# ] && return 0
    printf '%s\n' "$shell was lost in one of these lines:" "$@" >&2
    return 1
}

# Errors of the shell's stay on stderr; the other things that it shows there do not.
press_bash() {
    local key=$1
    shift
    cat >bashrc <<'END'
show() {
    printf '%s\0' "$READLINE_LINE" >&9
    READLINE_LINE=
}
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
bind -x '"\C-t": show'
END
    printf '%s\n' "$BASH_PRELUDE" >>bashrc
    # At the end of its input bash is left with an empty line.
    printf "%s$key\\024" "$@" |
        timeout 60 bash --noprofile --rcfile ./bashrc -i 9>bash-lines >/dev/null 2>bash-screen 3>&- ||
        : # it ends as the last line would have
    mapfile -d '' -t lines <bash-lines
    grep -a -E 'bash: |line [0-9]+: |_osbox' bash-screen |
        grep -a -v -e 'cannot set terminal process group' -e 'no job control' >&2 || :
}

press_zsh() {
    cat >zshrc <<'END'
PS1=
unset zle_bracketed_paste
setopt no_beep
fpath=($FPATH_OF_STUB $fpath)
autoload -U compinit
compinit -u -D
bindkey -e
show() {
    print -rn -- $'\x01'$BUFFER$'\x02'
    BUFFER=
}
zle -N show
bindkey '^T' show
insert_all() {
    _main_complete
    compstate[insert]=all
    compstate[list]=
}
zle -C insert-all complete-word insert_all
bindkey '^[*' insert-all
LISTMAX=0
END
    printf '%s\n' "$ZSH_PRELUDE" >>zshrc
    cat >type.zsh <<'END'
zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell 'source ./zshrc; print -n "\x03"'
zpty -r shell out $'*\x03*'
key=$1 crlf=$'\r\n' lf=$'\n'
shift
for line; do
    zpty -w -n shell "$line$key"$'\x14'
    zpty -r shell out $'*\x02*'
    print -rn -- "$out" >>zsh-screen
    out=${${out##*$'\x01'}%%$'\x02'*}
    print -rn -- ${out//$crlf/$lf}$'\0'
done
zpty -d shell
END
    : >zsh-screen
    # shellcheck disable=SC2059 # the key is a format for bash
    timeout 60 zsh -f type.zsh "$(printf "$1")" "${@:2}" >zsh-lines 3>&-
    mapfile -d '' -t lines <zsh-lines
}

# tab bash|zsh LINE WANT [LINE WANT]...: the TAB key makes WANT of LINE.
tab() { pressed '\t' "$@"; }

# all bash|zsh LINE WANT [LINE WANT]...: the key that inserts all candidates does.
all() { pressed '\033*' "$@"; }

pressed() {
    local key=$1 shell=$2 i failed=0
    local -a typed=() want=()
    for ((i = 3; i < $#; i += 2)); do
        typed+=("${*:i:1}")
        want+=("${*:i+1:1}")
    done
    press "$shell" "$key" "${typed[@]}" || return 1
    for i in "${!typed[@]}"; do
        [ "${lines[i]}" = "${want[i]}" ] && continue
        printf '%s makes of  %q\nthe line     %q\ninstead of   %q\n' \
            "$shell" "${typed[i]}" "${lines[i]}" "${want[i]}" >&2
        failed=1
    done
    return "$failed"
}

# fish_offers LINE [CANDIDATE]...: fish offers exactly these candidates, in any order, each a line of
# text, a tab and the description that is shown (none: no tab).
fish_offers() {
    local line=$1 want got
    shift
    want=$([ $# -eq 0 ] || printf '%s\n' "$@" | sort)
    got=$(in_fish "$line" | sort)
    [ "$got" = "$want" ] && return 0
    printf 'fish offers for %q:\n%s\ninstead of:\n%s\n' "$line" "$got" "$want" >&2
    return 1
}

# in_fish LINE: what it offers, escaped as it would be inserted.
in_fish() {
    # shellcheck disable=SC2016 # for fish
    timeout 60 fish -c "$FISH_PRELUDE"'; complete --escape -C $argv[1]' "$1" 3>&-
}

# For each node of the tree a line: its words, a tab, the long options that it has.
tree() {
    "$OSBOX" --describe | python3 -c '
import json, sys

def options(node):
    for option in node["options"]:
        if not option["metavar"] or option["optional"]:
            yield "--" + option["long"]
        if option["metavar"]:
            yield "--" + option["long"] + "="

def show(node, words):
    print(" ".join(words), " ".join(sorted(options(node))), sep="\t")
    for below in node["commands"]:
        show(below, words + [below["name"]])

show(json.load(sys.stdin), ["osbox"])'
}

# Words, sorted, one a line.
sorted() {
    printf '%s\n' "$@" | sort
}
