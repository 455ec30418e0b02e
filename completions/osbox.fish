# SPDX-License-Identifier: 0BSD
#
# Completion of osbox for fish. The program itself is asked what could stand at the cursor;
# lib/cli/help.h describes its answer.

# The answer, of the program that is being completed, where there is one.
function __osbox_ask
    set -l words (commandline -opc)
    set -l current (string replace -r '^["\']' '' -- (commandline -ct))
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    command -q -- $program; or set program osbox
    command $program --complete $words "$current" 2>/dev/null </dev/null
end

# Whether the token is a file's name, or one behind "=": these fish completes by itself.
function __osbox_wants_files
    string match -qr '^file\t(.*=)?$' -- (__osbox_ask)[1]
end

function __osbox_complete
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l answer (__osbox_ask)
    set -l first (string split \t -- $answer[1])
    set -l kind $first[1]
    set -l lead $first[2]
    set -e answer[1]
    switch "$kind"
        case list
            # No space follows a candidate while another one is longer.
            test (count $answer) -eq 1; and set -a answer (string replace \t ,\t -- $answer)
        case directory
            set -l name (string sub -s (math (string length -- "$lead") + 1) -- "$token")
            set -a answer "$lead"(__fish_complete_directories "$name" '')
        case pid
            set -a answer "$lead"(__fish_complete_pids)
        case user
            set -a answer "$lead"(__fish_complete_users)
        case group
            set -a answer "$lead"(__fish_complete_groups)
        case command
            set -a answer (complete -C (string join ' ' -- (string escape -- $words[(math $lead + 1)..-1]) "$token"))
    end
    set -q answer[1]; and printf '%s\n' $answer
end

# The names: osbox-APPLET for every applet, and plain APPLET where that is osbox. A link to this file
# has such a name, for fish to find.
function __osbox_register
    set -l program (command -s osbox)
    set -l applets
    test -n "$program"; and set applets ($program --list 2>/dev/null)
    set -l names osbox osbox-$applets (string replace -rf '^(osbox-.*)\.fish$' '$1' -- $argv)
    for name in $applets
        set -l other (command -s $name)
        test -n "$other"; and command test $other -ef $program; and set -a names $name
    end
    for name in $names
        complete -c $name -e
        complete -c $name -f -a '(__osbox_complete)'
        complete -c $name -n __osbox_wants_files -F
    end
end

__osbox_register (status basename)
functions -e __osbox_register
