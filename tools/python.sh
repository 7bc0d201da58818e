#!/bin/sh
# Print a Python that is new enough, or say in one line that there is none.
set -eu
probe="import sys; sys.exit(1) if sys.version_info < (3, 11) else print(sys.executable)"
candidates=${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}
for candidate in $candidates; do
    if "$candidate" -c "$probe" 2>/dev/null; then
        exit 0
    fi
done
echo "longshore: needs Python 3.11 or newer, tried: $candidates; set PYTHON to one" >&2
exit 1
