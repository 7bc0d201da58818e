#!/usr/bin/env bash
# The development cluster. usage: cluster.sh up | down | load IMAGE... | path
# LONGSHORE_TESTBED names a folder with a cluster.sh of its own, for machines without a registry;
# without it, kind and kubectl are taken from the PATH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=${CLUSTER:-longshore}
keda=${KEDA_VERSION:-2.21.0}
testbed=${LONGSHORE_TESTBED:-}

need() { command -v "$1" >/dev/null || { echo "longshore: $1 is not installed" >&2; exit 1; }; }

up() {
  need kind && need kubectl
  kind get clusters 2>/dev/null | grep -qx "$name" ||
    kind create cluster --name "$name" --config "$here/kind.yaml"
  kubectl --context "kind-$name" apply --server-side -f \
    "https://github.com/kedacore/keda/releases/download/v$keda/keda-$keda.yaml"
  kubectl --context "kind-$name" -n keda wait --for=condition=Available --timeout=180s deployment --all
}

if [ -n "$testbed" ]; then
  case ${1:-} in
    up) exec "$testbed/cluster.sh" up "$here/kind.yaml" ;;
    down | load) exec "$testbed/cluster.sh" "$@" ;;
    path) "$testbed/cluster.sh" env | sed 's/^export PATH=//; s/:\$PATH$//' ;;
  esac
  exit
fi
case ${1:-} in
  up) up ;;
  down) need kind && kind delete cluster --name "$name" ;;
  load) shift && need kind && kind load docker-image --name "$name" "$@" ;;
  path) ;;
  *) echo "usage: cluster.sh up | down | load IMAGE... | path" >&2 && exit 2 ;;
esac
