"""Measured figures: what was measured and how much, kept in one file over many runs."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.cluster import CONTEXT, RELEASE, get, kubectl


class Figures:
    """What one run has measured; ``keep`` writes it over what an earlier run has."""

    def __init__(self) -> None:
        self.noted: dict[str, str] = {}

    def __call__(self, name: str, value: object) -> None:
        """Note a figure."""
        self.noted[name] = str(value)

    def lines(self) -> str:
        """Return them for a person."""
        return "\n".join(f"{name}: {value}" for name, value in self.noted.items())

    def keep(self, path: Path) -> None:
        """Write them, with where they were measured."""
        found = json.loads(path.read_text()) if path.exists() else {"measured": {}}
        found["where"] = where()
        found["measured"] |= self.noted
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def where() -> dict[str, str]:
    """Return the versions, the machine and the day."""
    nodes = get("nodes")["items"]
    broker = kubectl("exec", f"{RELEASE}-valkey-0", "--", "valkey-server", "--version")
    return {
        "Kubernetes": nodes[0]["status"]["nodeInfo"]["kubeletVersion"],
        "nodes": str(len(nodes)),
        "cores": str(os.cpu_count()),
        "KEDA": _image_tag("keda-operator"),
        "Helm": _helm(),
        "Valkey": next(word[2:] for word in broker.split() if word.startswith("v=")),
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _image_tag(deployment: str) -> str:
    found: dict[str, Any] = json.loads(
        kubectl("get", "deployment", deployment, "-o", "json", namespace="keda")
    )
    image: str = found["spec"]["template"]["spec"]["containers"][0]["image"]
    return image.rpartition(":")[2]


def _helm() -> str:
    command = (os.environ.get("HELM", "helm"), "version", "--short", "--kube-context", CONTEXT)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip().partition("+")[0]
