"""Schemas of the kinds that are not Kubernetes's own, from the modules that define them."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

PROMETHEUS = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
PROMETHEUS_FILES = "example/prometheus-operator-crd/monitoring.coreos.com_{}.yaml"
KEDA = "github.com/kedacore/keda/v2@v2.21.0"
KEDA_FILES = "config/crd/bases/keda.sh_{}.yaml"
GATEWAY = "sigs.k8s.io/gateway-api@v1.4.0"
GATEWAY_FILES = "config/crd/standard/gateway.networking.k8s.io_{}.yaml"

SOURCES = {
    "ScaledObject": (KEDA, KEDA_FILES.format("scaledobjects")),
    "TriggerAuthentication": (KEDA, KEDA_FILES.format("triggerauthentications")),
    "ServiceMonitor": (PROMETHEUS, PROMETHEUS_FILES.format("servicemonitors")),
    "PodMonitor": (PROMETHEUS, PROMETHEUS_FILES.format("podmonitors")),
    "PrometheusRule": (PROMETHEUS, PROMETHEUS_FILES.format("prometheusrules")),
    "HTTPRoute": (GATEWAY, GATEWAY_FILES.format("httproutes")),
}


@cache
def folder(module: str) -> Path:
    """Return where a Go module lies, downloaded when it must be; skips the test without Go."""
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"no go on the PATH to fetch {module}")
    command = [go, "mod", "download", "-json", module]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    if done.returncode:
        pytest.skip(f"{module} cannot be fetched")
    return Path(json.loads(done.stdout)["Dir"])


@cache
def schema(kind: str, version: str) -> dict[str, Any]:
    """Return the schema of a custom kind, closed: a misspelt field is an error."""
    module, file = SOURCES[kind]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    definition = yaml.load((folder(module) / file).read_text(), loader)
    (found,) = [one for one in definition["spec"]["versions"] if one["name"] == version]
    root: dict[str, Any] = found["schema"]["openAPIV3Schema"]
    _close(root)
    # The server knows what metadata hold; a definition does not say it.
    root["properties"]["metadata"] = {"type": "object"}
    return root


def _close(node: dict[str, Any]) -> None:
    if "properties" in node:
        if not node.get("x-kubernetes-preserve-unknown-fields"):
            node.setdefault("additionalProperties", False)
        for one in node["properties"].values():
            _close(one)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            _close(node[key])
