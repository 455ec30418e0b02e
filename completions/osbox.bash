# shellcheck shell=bash
# SPDX-License-Identifier: 0BSD
#
# Completion of osbox for bash 4.2 and later, with or without bash-completion. The program itself is
# asked what could stand at the cursor; lib/cli/help.h describes its answer.

# Sets words[] to the words as the program gets them, up to the cursor; starts[] to where they begin
# in COMP_WORDS, which is broken up where no blank is, too, as at "="; before to what stands in the
# last word before the part that readline completes.
_osbox_words() {
    local line=${COMP_LINE:0:COMP_POINT} blanks word i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blanks=${line%%[![:space:]]*}
        line=${line#"$blanks"}
        word=${COMP_WORDS[i]}
        if [[ $i -eq $COMP_CWORD ]]; then
            word=$line
        fi
        if [[ $i -eq 0 || $blanks ]]; then
            last=${#words[@]}
            words[last]=''
            starts[last]=$i
        fi
        before=${words[last]}
        words[last]+=$word
        line=${line#"$word"}
    done
    if [[ $word == [\"\']* ]]; then
        words[last]=$before${word:1}
    elif [[ $word && ${COMP_WORDBREAKS-} == *"${word:0:1}"* ]]; then
        before+=$word
    fi
}

# Adds what compgen knows of that kind, in one word with `lead`.
_osbox_add() {
    local kind=$1 lead=$2 typed=$3 names name
    if [[ $kind == pid ]]; then
        names=$(compgen -G '/proc/[0-9]*')
    else
        names=$(compgen -A "$kind" -- "$typed") || return 0
    fi
    while IFS= read -r name; do
        if [[ $kind == @(file|directory) && -d $name ]]; then
            name+=/
        fi
        if [[ $kind != pid ]]; then
            COMPREPLY+=("$lead$name")
        elif [[ ${name#/proc/} == "$typed"* ]]; then
            COMPREPLY+=("$lead${name#/proc/}")
        fi
    done <<<"$names"
    if [[ $kind == @(file|directory|command) ]]; then
        compopt -o filenames
    fi
}

_osbox() {
    local program=$1 before='' kind lead name i
    local -i last=0
    local -a words=() starts=() answer
    COMPREPLY=()

    # The file of a redirection is the shell's.
    if [[ ${COMP_WORDS[COMP_CWORD - 1]} == [\<\>]* || ${COMP_WORDS[COMP_CWORD]} == [\<\>]* ]]; then
        compopt -o bashdefault -o default
        return
    fi

    # Asked is the program that is being completed, where there is one.
    _osbox_words
    if [[ $program == \~/* ]]; then
        program=${HOME-}${program:1}
    fi
    type -P -- "$program" >/dev/null || program=osbox
    mapfile -t answer <<<"$(command "$program" --complete "${words[@]}" 2>/dev/null </dev/null)"
    kind=${answer[0]%%$'\t'*}
    lead=${answer[0]#*$'\t'}
    for ((i = 1; i < ${#answer[@]}; i++)); do
        name=${answer[i]%%$'\t'*}
        COMPREPLY+=("${name#"$before"}")
    done

    case $kind in
    list)
        compopt -o nospace
        ;;
    file | directory)
        if [[ ${#COMPREPLY[@]} -gt 0 || $before != "$lead"* ]]; then # as at "-C/us"
            _osbox_add "$kind" "${lead#"$before"}" "${words[last]#"$lead"}"
        elif [[ $kind == file ]]; then
            compopt -o bashdefault -o default
        else
            compopt -o dirnames
        fi
        ;;
    pid | user | group)
        _osbox_add "$kind" "${lead#"$before"}" "${words[last]#"$lead"}"
        ;;
    command)
        if declare -F _comp_command_offset >/dev/null; then # bash-completion 2.12
            _comp_command_offset "${starts[lead]}"
        elif declare -F _command_offset >/dev/null; then
            _command_offset "${starts[lead]}"
        elif [[ ${starts[lead]} -eq $COMP_CWORD ]]; then
            _osbox_add command '' "${words[last]}"
        else
            compopt -o bashdefault -o default
        fi
        ;;
    esac
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace
    fi
}

# The names: osbox-APPLET for every applet, and plain APPLET where that is osbox.
_osbox_register() {
    local list name
    local -a applets paths
    complete -F _osbox osbox
    if [[ ${BASH_SOURCE[0]-} == */osbox-* ]]; then # a link, for bash-completion to find
        name=${BASH_SOURCE[0]##*/}
        complete -F _osbox -- "${name%.bash}"
    fi
    list=$(command osbox --list 2>/dev/null) || return 0
    mapfile -t applets <<<"$list"
    mapfile -t paths <<<"$(type -P osbox "${applets[@]}")"
    for name in "${applets[@]}"; do
        complete -F _osbox -- "osbox-$name"
    done
    for name in "${paths[@]}"; do
        if [[ $name -ef ${paths[0]} ]]; then
            complete -F _osbox -- "${name##*/}"
        fi
    done
}

_osbox_register
unset -f _osbox_register
