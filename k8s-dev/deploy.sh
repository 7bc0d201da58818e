#!/usr/bin/env bash
# Builds the images, brings them into the cluster and installs the chart: what skaffold does, from
# the same files. usage: deploy.sh [dev|staging|prod|e2e] [FLAG FOR HELM...]
# RENDER=1 prints what would be installed and touches no cluster.
set -euo pipefail
cd "$(dirname "$0")/.."
env=${1:-dev}
cluster=${CLUSTER:-longshore}
namespace=${NAMESPACE:-longshore}
context=${KUBE_CONTEXT:-kind-$cluster}
path=$(k8s-dev/cluster.sh path)
export PATH=${path:+$path:}$PATH
helm=${HELM:-helm}

values=(-f k8s-dev/values.yaml)
case $env in
  dev) values=(-f charts/longshore/values-dev.yaml "${values[@]}") ;;
  e2e) values+=(-f k8s-dev/values-e2e.yaml) ;;
  staging | prod) values=(-f "charts/longshore/values-$env.yaml") ;;
  *) echo "longshore: no values for '$env'; there are dev, e2e, staging and prod" >&2 && exit 2 ;;
esac
if [ -n "${RENDER:-}" ]; then
  # The chart makes a password only where a cluster can be asked for the one there is.
  [ "$env" = staging ] || [ "$env" = prod ] || values+=(--set broker.existingSecret=longshore-valkey)
  exec "$helm" -n "$namespace" template longshore charts/longshore "${values[@]}" "${@:2}"
fi

build() { docker build --quiet "$@" >/dev/null; }
if [ "$env" = dev ] || [ "$env" = e2e ]; then
  images=(longshore/api:dev longshore/worker:dev longshore/scheduler:dev)
  for target in api worker scheduler; do
    build --target "$target" --tag "longshore/$target:dev" .
  done
  if [ "$env" = e2e ]; then
    build --target worker --tag longshore/trial:dev tests/e2e
    build --target scheduler --tag longshore/trial-scheduler:dev tests/e2e
    images=(longshore/api:dev longshore/trial:dev longshore/trial-scheduler:dev)
  fi
  k8s-dev/cluster.sh load "${images[@]}" valkey/valkey:8.1 >/dev/null
fi
kubectl --context "$context" create namespace "$namespace" --dry-run=client -o yaml |
  kubectl --context "$context" apply -f - >/dev/null
kubectl --context "$context" label --overwrite namespace "$namespace" \
  pod-security.kubernetes.io/enforce=restricted >/dev/null
"$helm" --kube-context "$context" -n "$namespace" upgrade --install longshore charts/longshore \
  "${values[@]}" --wait --timeout 5m "${@:2}"
