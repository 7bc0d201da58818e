#!/usr/bin/env bash
# The cluster's part of the continuous integration: images, and a short run of tests/e2e on a
# cluster of its own. usage: ci.sh check | run | clean
#   check  says why it cannot run here, and nothing when it can
#   run    everything, within its budget of time; exit code 77: the tools were not ready in time
# LONGSHORE_CI_SECONDS_LEFT: what is left for all of the checks; the tools then take no more of it
# than leaves the tests theirs.
#   clean  ends what it has started
set -euo pipefail
cd "$(dirname "$0")/.."
export CLUSTER=longshore-ci KIND_CONFIG=$PWD/k8s-dev/kind.yaml
# A file of its own, which ends with the cluster: the user's contexts are left alone.
export KUBECONFIG=$PWD/.longshore/kubeconfig-$CLUSTER
testbed=${LONGSHORE_TESTBED-$(cd ../shared/cluster 2>/dev/null && pwd || true)}
export LONGSHORE_TESTBED=$testbed
tools_budget=${LONGSHORE_CI_TOOLS_SECONDS:-1800}
tests_budget=${LONGSHORE_CI_CLUSTER_SECONDS:-900}
skipped=77

if [ -n "${LONGSHORE_CI_SECONDS_LEFT:-}" ]; then
  left=$((LONGSHORE_CI_SECONDS_LEFT - tests_budget))
  tools_budget=$((left < tools_budget ? left : tools_budget))
fi

check() {
  if [ "$tools_budget" -lt 60 ]; then
    echo "${LONGSHORE_CI_SECONDS_LEFT} s are left of the time for all checks, too little for a cluster"
    return
  fi
  if [ "${LONGSHORE_CI_CLUSTER:-1}" = 0 ]; then
    echo "LONGSHORE_CI_CLUSTER is 0"
    return
  fi
  if [ -z "$testbed" ]; then
    local tool
    for tool in docker kind kubectl helm; do
      command -v "$tool" >/dev/null || { echo "$tool is not installed"; return; }
    done
    docker info >/dev/null 2>&1 || echo "the docker engine does not answer"
    return
  fi
  [ "$(id -u)" = 0 ] || { echo "bringing up the cluster needs root"; return; }
  [ -e /etc/debian_version ] || { echo "bringing up the cluster needs Debian"; return; }
  command -v go >/dev/null || echo "bringing up the cluster needs Go"
}

# Programs and base images, built once per machine.
tools() {
  timeout --foreground "$tools_budget" bash -c 'set -e; "$0/tools.sh"; "$0/images.sh"' "$testbed" && return
  echo "longshore: the cluster's tools were not ready within $tools_budget s" >&2
  exit $skipped
}

run() {
  [ -z "$testbed" ] || tools
  mkdir -p .longshore
  timeout --foreground "$tests_budget" k8s-dev/e2e.sh -m short
}

case ${1:-} in
  check) check ;;
  run) run ;;
  clean) k8s-dev/cluster.sh down && rm -f "$KUBECONFIG" ;;
  *) echo "usage: ci.sh check | run | clean" >&2 && exit 2 ;;
esac
