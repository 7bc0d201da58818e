"""The rules and alerts for a Prometheus without an operator: what the chart renders by default."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

#: What a helm takes for the cluster's depends on how it was built.
KUBERNETES = "--kube-version=1.36.0"
TEMPLATE = "templates/monitoring/prometheusrule.yaml"
RULES = Path("compose/rules.yaml")
HEAD = "# Rendered from the chart's default values by `make monitoring`.\n"
Group = Mapping[str, Any]


def rendered(helm: str, *options: str) -> Sequence[Group]:
    """Return the groups of the chart's PrometheusRule, with these options of helm."""
    # Without a cluster to ask the chart makes no password.
    on = ("--set", "monitoring.prometheusRule.enabled=true,broker.existingSecret=broker")
    chart = ("template", "longshore", "charts/longshore", KUBERNETES)
    command = [helm, *chart, "-s", TEMPLATE, *on, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - no shell, and the words are ours
    groups: Sequence[Group] = yaml.safe_load(done.stdout)["spec"]["groups"]
    return groups


def page(helm: str) -> str:
    """Return the file of rules that Prometheus reads."""
    return HEAD + yaml.safe_dump({"groups": list(rendered(helm))}, sort_keys=False, width=100)
