#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# The links that come with an installation.

load ../helpers/common

setup_file() {
    common_setup_file
}

setup() {
    common_setup
    build=${OSBOX_BUILD:-${OSBOX%/*}/..}
    needs meson
    [ -e "$build/meson-info" ] || skip 'osbox is in no build directory'
}

teardown() {
    common_teardown
}

links_in() {
    (cd "$1" && find . -type l -printf '%f %l\n' | sort)
}

expected() {
    local applet
    for applet in $("$OSBOX" --list) "${@:3}"; do
        echo "$1$applet $2"
    done | sort
}

@test "installed: a link osbox-APPLET for each applet, beside the program" {
    meson install -C "$build" --no-rebuild --quiet --destdir "$WORK/installed" >&2 3>&-
    local bin
    bin=$(dirname "$(find "$WORK/installed" -path '*/bin/osbox' -type f)")
    [ "$(links_in "$bin")" = "$(expected osbox- osbox)" ]
    [ ! -e "${bin%/bin}/libexec" ]
    echo text >file
    [ "$("$bin/osbox-stat" -g st_size file)" = 5 ]
}

# set_up CHOICE: a build directory with that choice of -Dlinks, and its links in $WORK/CHOICE. Meson
# makes no link to a program that is not there.
set_up() {
    mkdir -p "$WORK/$1/usr/bin"
    touch "$WORK/$1/usr/bin/osbox"
    meson setup "$WORK/build-$1" "$BATS_TEST_DIRNAME/../.." --prefix=/usr -Dtests=false \
        -Dlinks="$1" >&2 3>&-
    meson install -C "$WORK/build-$1" --no-rebuild --quiet --tags links \
        --destdir "$WORK/$1" >&2 3>&-
}

@test "installed: -Dlinks=bare has the names alone, too, in a folder that hides nothing" {
    set_up bare
    [ "$(links_in "$WORK/bare/usr/bin")" = "$(expected osbox- osbox)" ]
    [ "$(links_in "$WORK/bare/usr/libexec/osbox")" = "$(expected '' /usr/bin/osbox getfattr setfattr)" ]
}

@test "installed: -Dlinks=none has none" {
    set_up none
    [ -z "$(find "$WORK/none" -type l)" ]
}
