#!/usr/bin/env bash
# The tests on a cluster, from nothing: cluster, images, release, tests. The cluster stays, to look
# at it. usage: e2e.sh [ARGUMENT FOR PYTEST...]; LONGSHORE_E2E_REPORT: a file for what is measured
set -euo pipefail
cd "$(dirname "$0")/.."
export NAMESPACE=${NAMESPACE:-longshore-e2e} KIND_CONFIG=${KIND_CONFIG:-$PWD/k8s-dev/kind-e2e.yaml}
path=$(k8s-dev/cluster.sh path)
export PATH=${path:+$path:}$PATH
say() { printf '== %4d s: %s\n' "$SECONDS" "$*"; }

say "cluster"
k8s-dev/cluster.sh up
say "images and release"
k8s-dev/deploy.sh e2e >/dev/null
say "what the images hold"
.venv/bin/pytest -q tests/images
# A whole run starts a new list of figures; a part of it adds to what there is.
[ $# -gt 0 ] || rm -f "${LONGSHORE_E2E_REPORT:-}"
say "tests"
# In the order in which they are written: each leaves the cluster to the next.
.venv/bin/pytest -p no:randomly tests/e2e --durations=0 --durations-min=5 "$@"
say "done"
