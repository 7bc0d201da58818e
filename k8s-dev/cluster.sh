#!/usr/bin/env bash
# The development cluster. usage: cluster.sh up | down | load IMAGE... | path
# LONGSHORE_TESTBED names a folder with a cluster.sh of its own, for machines without a registry;
# without it, kind and kubectl are taken from the PATH. KIND_CONFIG: another kind configuration.
# kubectl's current context stays as it was: everything here names the context kind-$CLUSTER.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=${CLUSTER:-longshore}
config=${KIND_CONFIG:-$here/kind.yaml}
keda=${KEDA_VERSION:-2.21.0}
testbed=${LONGSHORE_TESTBED:-}

need() { command -v "$1" >/dev/null || { echo "longshore: $1 is not installed" >&2; exit 1; }; }

# Images that are not on this machine are fetched first.
fetch() {
  local image
  for image in "$@"; do
    docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null
  done
}

# Creating a cluster makes its context the current one.
keep_context() {
  previous=$(kubectl config current-context 2>/dev/null || true)
  [ -z "$previous" ] || trap 'kubectl config use-context "$previous" >/dev/null' EXIT
}

up() {
  need kind && need kubectl
  keep_context
  kind get clusters 2>/dev/null | grep -qx "$name" ||
    kind create cluster --name "$name" --config "$config"
  kubectl --context "kind-$name" apply --server-side -f \
    "https://github.com/kedacore/keda/releases/download/v$keda/keda-$keda.yaml"
  kubectl --context "kind-$name" -n keda wait --for=condition=Available --timeout=180s deployment --all
}

if [ -n "$testbed" ]; then
  export LONGSHORE_CLUSTER=$name
  case ${1:-} in
    up)
      PATH=$("$0" path):$PATH
      keep_context
      "$testbed/cluster.sh" up "$config"
      ;;
    down) exec "$testbed/cluster.sh" "$@" ;;
    load) fetch "${@:2}" && exec "$testbed/cluster.sh" "$@" ;;
    path) "$testbed/cluster.sh" env | sed 's/^export PATH=//; s/:\$PATH$//' ;;
  esac
  exit
fi
case ${1:-} in
  up) up ;;
  down) need kind && kind delete cluster --name "$name" ;;
  load) shift && need kind && fetch "$@" && kind load docker-image --name "$name" "$@" ;;
  path) ;;
  *) echo "usage: cluster.sh up | down | load IMAGE... | path" >&2 && exit 2 ;;
esac
