#!/usr/bin/env bats
# SPDX-License-Identifier: 0BSD
#
# The installed program is built as it should be. Not in sanitized builds and those without
# optimisation, which leave some of it out.

bats_require_minimum_version 1.5.0

setup_file() {
    meson install -C "$OSBOX_BUILD" --no-rebuild --quiet --destdir "$BATS_FILE_TMPDIR/root"
    program=$(find "$BATS_FILE_TMPDIR/root" -path '*/bin/osbox' -type f)
    export program
    readelf -dW "$program" >"$BATS_FILE_TMPDIR/dynamic"
    readelf -lW "$program" >"$BATS_FILE_TMPDIR/segments"
    readelf -sW "$program" >"$BATS_FILE_TMPDIR/symbols"
}

dynamic() {
    grep -qE "$1" "$BATS_FILE_TMPDIR/dynamic"
}

segments() {
    grep -E "^ +$1 " "$BATS_FILE_TMPDIR/segments"
}

# The flags of the segments of a type, such as RE for R E.
flags() {
    segments "$1" | sed -E 's/.* ([R ][W ][E ]) .*/\1/; s/ //g'
}

symbols() {
    grep -qE " $1(@|$)" "$BATS_FILE_TMPDIR/symbols"
}

static() {
    [[ $OSBOX_FLAVOUR != default ]]
}

@test "it is one position independent executable" {
    [ -x "$program" ]
    readelf -hW "$program" | grep -qE 'Type: +DYN'
    dynamic 'FLAGS_1.*PIE'
}

@test "everything is relocated, then read-only, before it runs" {
    [ "$(flags GNU_RELRO)" = R ]
    dynamic 'FLAGS\).*BIND_NOW|BIND_NOW'
    dynamic 'FLAGS_1.*NOW'
    run ! dynamic TEXTREL
}

@test "the stack is not executable" {
    [ "$(flags GNU_STACK)" = RW ]
}

@test "nothing is writable and executable" {
    [ "$(flags '[A-Z_]+' | grep -c WE)" = 0 ]
}

@test "code has a segment of its own" {
    [ "$(flags LOAD | grep -c E)" = 1 ]
    [ "$(flags LOAD | head -n 1)" = R ]
}

@test "no folder is searched for libraries" {
    run ! dynamic 'RPATH|RUNPATH'
}

@test "the stack has canaries" {
    symbols __stack_chk_fail
}

@test "libc's functions are fortified" {
    ! static || skip 'libc is inside: the symbols would tell nothing'
    symbols '__(v?snprintf|memcpy|memset|read|readlinkat)_chk'
}

@test "relative relocations are packed" {
    ! static || skip 'a static program relocates itself, without RELR'
    dynamic '\(RELR\)'
}

@test "a static build has no interpreter and needs no library; a default one needs libc alone" {
    if static; then
        [ -z "$(segments INTERP)" ]
        run ! dynamic NEEDED
    else
        [ -n "$(segments INTERP)" ]
        [ "$(grep -c NEEDED "$BATS_FILE_TMPDIR/dynamic")" = 1 ]
        dynamic 'NEEDED.*\[libc\.'
    fi
}

@test "no path of the build is in it" {
    strip -o "$BATS_TEST_TMPDIR/stripped" "$program"
    # What follows the folder is part of the path: "/osbox" alone may be another text.
    run ! grep -aF -e "$OSBOX_SOURCE/applets/" -e "$OSBOX_SOURCE/lib/" -e "$OSBOX_SOURCE/completions/" \
        -e "$OSBOX_BUILD/" "$BATS_TEST_TMPDIR/stripped"
    run ! grep -qxFe "$OSBOX_SOURCE" -e "$OSBOX_BUILD" <(strings "$BATS_TEST_TMPDIR/stripped")
}
