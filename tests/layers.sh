#!/usr/bin/env bash
# SPDX-License-Identifier: 0BSD
#
# The structure of the sources. The one direction: applets use lib/cli and lib/os, which do not know
# each other, and all may use lib/base; checked by the includes, and by the symbols, whose prefix names
# their folder. No circle among files, no applet that uses another's folder, nothing that is too long.
# No source and no test is missing from Meson's lists. TAP.
# Usage: OSBOX_SOURCE=ROOT OSBOX_BUILD=FOLDER layers.sh BASE.a CLI.a OS.a
set -u -o pipefail
shopt -s nullglob lastpipe

# A file's path is relative to the build folder, where the archives are; the sources are not.
base=$(realpath -e "$1") && cli=$(realpath -e "$2") && os=$(realpath -e "$3") && cd "$OSBOX_SOURCE" || exit 1
tests=0 failures=0
structure=tests/helpers/structure.py

# Files that use each other because they are one module in two files; three of these at most.
one_module=(
)

# The test NAME passes if nothing is on standard input.
nothing() {
    local found
    mapfile -t found
    ((++tests))
    if ((${#found[@]})); then
        ((++failures))
        printf 'not ok %d - %s\n' "$tests" "$1"
        printf '# %s\n' "${found[@]}"
    else
        printf 'ok %d - %s\n' "$tests" "$1"
    fi
}

# The includes of our headers in FOLDER that do not begin with REGEX.
includes() {
    grep -rnE --include='*.[ch]' '^ *# *include *("|<(applets|base|cli|os)/)' "$1" |
        grep -vE "include \"($2)"
}

# The external symbols of an archive, each after its object: those it has, those it asks for. Names
# with two underscores are the compiler's; fortified functions count as what they are.
defined() {
    nm -A -g --defined-only "$1" | awk '$NF !~ /^__/ { print $1, $NF }'
}
undefined() {
    nm -A -u "$1" | awk '{ sub(/^__/, "", $NF); sub(/_chk$/, "", $NF); print $1, $NF }'
}

includes lib/base 'base/' | nothing 'lib/base includes nothing of ours but lib/base'
includes lib/cli '(base|cli)/' | nothing 'lib/cli includes lib/base and itself'
includes lib/os '(base|os)/' | nothing 'lib/os includes lib/base and itself'
includes applets '(applets|base|cli|os)/' |
    nothing 'applets include lib/base, lib/cli, lib/os and themselves'

for folder in applets/*/; do
    includes "$folder" "(${folder}|applets/common/|applets/osbox/applets.h|base/|cli/|os/)"
done | nothing "an applet includes its own folder and applets/common, and no other applet's"

defined "$base" | grep -vE ' (base|buf)_' | nothing 'lib/base defines base_ and buf_'
defined "$cli" | grep -vE ' cli_' | nothing 'lib/cli defines cli_'
defined "$os" | grep -vE ' os_' | nothing 'lib/os defines os_'

undefined "$base" | grep -E ' (applet|cli|os)_' | nothing 'lib/base calls neither lib/cli nor lib/os'
undefined "$cli" | grep -E ' (applet|os)_' | nothing 'lib/cli does not call lib/os'
undefined "$os" | grep -E ' (applet|cli)_' | nothing 'lib/os does not call lib/cli'

# _exit is for a child that could not become another program.
undefined "$os" | grep -E ' (v?[fd]?w?printf|f?put(s|c|char)(_unlocked)?|fwrite(_unlocked)?|v?syslog)$' |
    nothing 'lib/os never prints'
undefined "$os" | grep -E ' (std(out|err)|perror|psig(nal|info)|v?(err|warn)x?|error(_at_line)?)$' |
    nothing 'lib/os has no messages'
undefined "$os" | grep -E ' (exit|quick_exit|abort|assert_fail|at_?(quick_)?exit|on_exit)$' |
    nothing 'lib/os never exits'
undefined "$os" | grep -E ' (getopt.*|opt(arg|ind|err|opt)|argp_.*|program_invocation.*|progname.*)$' |
    nothing 'lib/os does not read argv'

wrong='strcpy|stpcpy|strcat|v?sprintf|gets|strtok|ato[fil]|atoll|strto[fd]|strtold|s?rand|mktemp|tmpnam|tempnam'
wrong+='|system|popen|signal|vfork|sete?[ug]id|readdir_r|usleep'
for archive in "$base" "$cli" "$os"; do
    undefined "$archive"
done | grep -E " ($wrong)\$" |
    nothing 'nothing calls what knows no bounds, hides errors or obeys the locale'

# The files whose paths below FOLDER are not in LIST.
unlisted() {
    local list=$1 folder=$2 file
    shift 2
    for file; do
        grep -qF "'${file#"$folder"/}'" "$list" || echo "$file"
    done
}
unlisted lib/meson.build lib lib/*/*.c | nothing 'lib/meson.build lists every source'
for folder in applets/*/; do
    unlisted "${folder}meson.build" "${folder%/}" "$folder"*.c
done | nothing "each applet's meson.build lists every source of its folder"
# Pages and tests are found by the names of the applets; the others are listed.
tests_of_applets=$("$OSBOX" --list | sed 's|.*|cli/&.bats oracle/&.py|')
pages_of_applets=$("$OSBOX" --list | sed 's|.*|osbox-&.1|')
for page in man/*.[1-8]; do
    grep -qwF "${page#man/}" <<<"$pages_of_applets" || unlisted man/meson.build man "$page"
done | nothing 'man/meson.build lists every page that is not an applet'"'"'s'
for file in tests/{unit/test_*.c,fuzz/fuzz_*.c} tests/{cli,contract,oracle}/*.{bats,py}; do
    grep -qwF "${file#tests/}" <<<"$tests_of_applets" || unlisted tests/meson.build tests "$file"
done | nothing 'tests/meson.build lists every test that is not an applet'"'"'s'

circles=$(python3 "$structure" circles "$OSBOX_BUILD") || exit 1
grep -vxF -f <(printf '%s\n' "${one_module[@]}") <<<"$circles" | grep . |
    nothing 'no files use each other in a circle'
{
    printf '%s\n' "${one_module[@]:3}"
    printf '%s\n' "${one_module[@]}" | grep -vxF "$circles"
} | grep . | nothing 'at most three modules are more than one file, and these are'
python3 "$structure" foreign "$OSBOX_BUILD" | grep . | nothing "no applet uses another's folder"
sizes=$(python3 "$structure" sizes) || exit 1
grep -v "^figures: " <<<"$sizes" | nothing 'no file and no function is too long'
sed -n 's/^figures: /# /p' <<<"$sizes"

echo "1..$tests"
((failures == 0))
