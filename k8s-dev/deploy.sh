#!/usr/bin/env bash
# Builds the images, brings them into the cluster and installs the chart: what skaffold does, from
# the same files. usage: deploy.sh [dev|staging|prod|e2e]
set -euo pipefail
cd "$(dirname "$0")/.."
env=${1:-dev}
cluster=${CLUSTER:-longshore}
namespace=${NAMESPACE:-longshore}
context=${KUBE_CONTEXT:-kind-$cluster}
path=$(k8s-dev/cluster.sh path)
export PATH=${path:+$path:}$PATH

images=(longshore/api:dev longshore/worker:dev longshore/scheduler:dev)
values=(-f k8s-dev/values.yaml)
case $env in
  dev) values=(-f charts/longshore/values-dev.yaml "${values[@]}") ;;
  e2e) values+=(-f k8s-dev/values-e2e.yaml) ;;
  staging | prod) values=(-f "charts/longshore/values-$env.yaml") ;;
  *) echo "longshore: no values for '$env'; there are dev, e2e, staging and prod" >&2 && exit 2 ;;
esac
if [ "$env" = dev ] || [ "$env" = e2e ]; then
  for target in api worker scheduler; do
    docker build --quiet --target "$target" --tag "longshore/$target:dev" . >/dev/null
  done
  if [ "$env" = e2e ]; then
    docker build --quiet --tag longshore/trial:dev tests/e2e >/dev/null
    images+=(longshore/trial:dev)
  fi
  k8s-dev/cluster.sh load "${images[@]}" valkey/valkey:8.1 >/dev/null
fi
kubectl --context "$context" create namespace "$namespace" --dry-run=client -o yaml |
  kubectl --context "$context" apply -f - >/dev/null
kubectl --context "$context" label --overwrite namespace "$namespace" \
  pod-security.kubernetes.io/enforce=restricted >/dev/null
helm --kube-context "$context" -n "$namespace" upgrade --install longshore charts/longshore \
  "${values[@]}" --wait --timeout 5m "${@:2}"
