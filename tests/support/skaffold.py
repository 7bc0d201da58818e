"""skaffold.yaml as skaffold reads it: a profile's patches applied, its templates filled in."""

from __future__ import annotations

import copy
import os
import re
import subprocess
from typing import Any

import yaml

from support.chart import CHART, Object, helm

ROOT = CHART.parents[1]
FILE = ROOT / "skaffold.yaml"
#: environment of make deploy, profile of skaffold, tag of the images
ENVIRONMENTS = [("dev", "", "dev"), ("e2e", "e2e", "dev")] + [
    (name, name, yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"])
    for name in ("staging", "prod")
]
#: what a render without a cluster needs where the chart's own Valkey runs
PASSWORD = {"broker.existingSecret": "longshore-valkey"}
TEMPLATE = re.compile(r"\{\{\.IMAGE_(REPO|TAG)_(\w+)\}\}")


def config(profile: str = "") -> dict[str, Any]:
    """Return the configuration with a profile, or without."""
    found: dict[str, Any] = copy.deepcopy(yaml.safe_load(FILE.read_text()))
    profiles = {one["name"]: one for one in found.pop("profiles")}
    for patch in profiles[profile]["patches"] if profile else []:
        _apply(found, patch)
    return found


def release(profile: str = "") -> dict[str, Any]:
    """Return the only release."""
    (found,) = config(profile)["deploy"]["helm"]["releases"]
    return dict(found)


def images(profile: str, tag: str) -> dict[str, str]:
    """Return the values that skaffold would set if it had built everything with this tag."""
    names = {re.sub(r"\W", "_", one["image"]): one["image"] for one in artifacts(profile)}

    def filled(found: re.Match[str]) -> str:
        return tag if found[1] == "TAG" else names[found[2]]

    templates: dict[str, str] = release(profile)["setValueTemplates"]
    return {path: TEMPLATE.sub(filled, template) for path, template in templates.items()}


def artifacts(profile: str = "") -> list[dict[str, Any]]:
    """Return what is built."""
    found: list[dict[str, Any]] = config(profile)["build"]["artifacts"]
    return found


def _apply(document: Any, patch: dict[str, Any]) -> None:
    *way, last = patch["path"].strip("/").split("/")
    for word in way:
        document = document[int(word) if isinstance(document, list) else word]
    if patch["op"] == "remove":
        del document[last]
    elif last == "-":
        document.append(patch["value"])
    else:
        assert patch["op"] == "replace"
        assert last in document, f"{patch['path']} replaces nothing"
        document[last] = patch["value"]


def printed(*command: str, **env: str) -> list[Object]:
    """Return the objects that a command prints."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "HELM": helm(), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]
