#!/bin/sh
# Print the path of a program that knows `version`: the chosen one, the one on the PATH, or one built
# by Go in .longshore/tools. Prints nothing where there is none: tests that need it are then skipped,
# and say so.
#   go_tool.sh NAME PACKAGE VERSION [CHOSEN]
set -eu
name=$1 package=$2 version=$3 chosen=${4:-$1}
home=$PWD/.longshore/tools/$name-$version
for candidate in "$chosen" "$home/$name"; do
    if "$candidate" version >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done
command -v go >/dev/null || exit 0
echo "longshore: building $name $version into $home" >&2
mkdir -p "$home"
if GOBIN=$home CGO_ENABLED=0 go install "$package@$version" >"$home/build.log" 2>&1; then
    echo "$home/$name"
else
    echo "longshore: $name could not be built, see $home/build.log" >&2
fi
