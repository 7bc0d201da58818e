#!/bin/sh
# Print the path of uv: the one that is installed, or one from PyPI in .longshore/tools.
# pip's --target needs neither root nor ensurepip, and is allowed in an externally managed Python.
set -eu
home=.longshore/tools
works() { "$1" --version >/dev/null 2>&1; }
for candidate in "${UV:-uv}" "$home/bin/uv" "$home/venv/bin/uv"; do
    if works "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done
python=$(sh tools/python.sh)
mkdir -p "$home"
log=$home/install.log
echo "longshore: installing uv into $home" >&2
if "$python" -m pip install --quiet --disable-pip-version-check --upgrade --target "$home" uv >"$log" 2>&1 &&
    works "$home/bin/uv"; then
    echo "$home/bin/uv"
elif "$python" -m venv "$home/venv" >>"$log" 2>&1 &&
    "$home/venv/bin/pip" install --quiet --disable-pip-version-check uv >>"$log" 2>&1 &&
    works "$home/venv/bin/uv"; then
    echo "$home/venv/bin/uv"
else
    echo "longshore: uv could not be installed (see $log); install it and set UV to its path" >&2
    exit 1
fi
