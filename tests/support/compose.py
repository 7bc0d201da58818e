"""The compose file as Docker's own client reads it, or as it is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "compose.yaml"
PASSWORDS = ("VALKEY_PASSWORD", "POSTGRES_PASSWORD", "FLOWER_PASSWORD", "GRAFANA_PASSWORD")


@cache
def services() -> dict[str, dict[str, Any]]:
    """The services as they are written, merged, with the variables left in."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())["services"]
    return found


def environment(name: str) -> dict[str, str | None]:
    """What a service is told; None: from .env, or not at all."""
    found: dict[str, str | None] = services()[name].get("environment", {})
    return found


def client(
    *arguments: str, secrets: bool = True, seconds: float = 100
) -> subprocess.CompletedProcess[str]:
    """Run docker compose; skip where there is no such client."""
    docker = shutil.which("docker")
    asked = [docker or "", "compose", "version"]
    if not docker or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("no docker compose on the PATH")
    told = {name: f"secret-{name.lower()}" for name in PASSWORDS} if secrets else {}
    command = [docker, "compose", "--file", str(FILE), "--env-file", "/dev/null", *arguments]
    env = {**os.environ, **told}
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=seconds, check=False
    )


@cache
def resolved() -> dict[str, dict[str, Any]]:
    """The services as Docker's client would start them."""
    done = client("--profile", "tracing", "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return found
