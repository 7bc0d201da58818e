#!/usr/bin/env bash
# Restarts the set without losing a job, one Deployment after another: workers, scheduler, api.
set -euo pipefail
cd "$(dirname "$0")/.."
namespace=${NAMESPACE:-longshore}
context=${KUBE_CONTEXT:-kind-${CLUSTER:-longshore}}
path=$(k8s-dev/cluster.sh path)
export PATH=${path:+$path:}$PATH
kube() { kubectl --context "$context" -n "$namespace" "$@"; }

of() { kube get deployment -l "app.kubernetes.io/name=longshore,app.kubernetes.io/component=$1" -o name; }
leaving() { kube get pods -l app.kubernetes.io/name=longshore -o json |
  python3 -c 'import json, sys
for pod in json.load(sys.stdin)["items"]:
    if pod["metadata"].get("deletionTimestamp"): print(pod["metadata"]["name"])'; }

for component in worker scheduler api; do
  for deployment in $(of "$component"); do
    echo "restarting $deployment"
    kube rollout restart "$deployment" >/dev/null
    kube rollout status --timeout=30m "$deployment" >/dev/null
    while pods=$(leaving) && [ -n "$pods" ]; do
      echo "  still draining: $(echo "$pods" | wc -l) pod(s)"
      sleep 5
    done
    echo "  done"
  done
done
