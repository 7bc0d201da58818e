#!/bin/sh
# Print a Python that is new enough, or say in one line that there is none.
set -eu
floor="import sys; sys.exit(sys.version_info < (3, 11))"
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c "$floor" >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done
echo "longshore: needs Python 3.11 or newer; none was found (set PYTHON to one)" >&2
exit 1
