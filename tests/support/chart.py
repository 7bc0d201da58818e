"""The chart as a function: values in, Kubernetes objects or a refusal out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).parents[2] / "charts" / "longshore"
RELEASE, NAMESPACE = "demo", "shop"
#: without a cluster to ask, some builds of Helm take an old Kubernetes for granted
KUBERNETES = "--kube-version=1.36.0"
#: of a process that ends so soon, collecting garbage is a fifth of its CPU time
SHORT_RUN = {"GOGC": "off"}
Object = dict[str, Any]


class RefusedError(Exception):
    """Helm did not render; says what it said."""


class Objects(list[Object]):
    """What was rendered."""

    def of(self, kind: str) -> list[Object]:
        """Return the objects of a kind."""
        return [found for found in self if found["kind"] == kind]

    def one(self, kind: str, suffix: str = "") -> Object:
        """Return the one object of this kind and the end of its name."""
        wanted = f"{RELEASE}-longshore{suffix and '-'}{suffix}"
        found = [one for one in self.of(kind) if one["metadata"]["name"] == wanted]
        assert len(found) == 1, f"{len(found)} objects {kind} {wanted}"
        return found[0]

    def names(self, kind: str) -> set[str]:
        """Return the names of a kind, without the release's prefix."""
        prefix = f"{RELEASE}-longshore"
        return {one["metadata"]["name"].removeprefix(prefix).lstrip("-") for one in self.of(kind)}

    def pods(self) -> Iterator[tuple[str, Object]]:
        """Yield every pod, or template of pods, with the name of its object."""
        for one in self:
            template = one if one["kind"] == "Pod" else one.get("spec", {}).get("template")
            if template and "containers" in template.get("spec", {}):
                yield f"{one['kind']}/{one['metadata']['name']}", template


def helm() -> str:
    """Return the helm to test with; without one the test is skipped."""
    found = os.environ.get("HELM") or shutil.which("helm")
    if not found:
        pytest.skip("no helm on the PATH", allow_module_level=True)
    return found


def render(values: Mapping[str, Any] | None = None, environment: str = "") -> Objects:
    """Render with these values on top of an environment's.

    Raises:
        RefusedError: the chart refused them.
    """
    return _parsed(_with_password(values or {}, environment), environment)


def refusal(values: Mapping[str, Any], environment: str = "") -> str:
    """Return with what words the chart refuses these values."""
    with pytest.raises(RefusedError) as refused:
        render(values, environment)
    return str(refused.value)


def manifest(environment: str, values: Mapping[str, Any] | None = None) -> str:
    """Return what these values on top of an environment's render, as text."""
    return _rendered(_with_password(values or {}, environment), environment)


def _with_password(values: Mapping[str, Any], environment: str) -> str:
    """Return the values as JSON, with a secret for the chart's Valkey where they name none."""
    found = dict(values)
    if found.get("valkey", {}).get("enabled", environment in {"", "dev"}):
        found["broker"] = {
            "existingSecret": f"{RELEASE}-longshore-valkey",
            **found.get("broker", {}),
        }
    return json.dumps(found, sort_keys=True)


@cache
def _rendered(values: str, environment: str) -> str:
    files = ["--values", str(CHART / f"values-{environment}.yaml")] if environment else []
    place = ("template", RELEASE, str(CHART), "-n", NAMESPACE, KUBERNETES)
    command = [helm(), *place, *files, "--values", "-"]
    done = subprocess.run(
        command,
        input=values,
        env={**os.environ, **SHORT_RUN},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise RefusedError(done.stderr.strip())
    return done.stdout


def _parsed(values: str, environment: str) -> Objects:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = yaml.load_all(_rendered(values, environment), loader)
    return Objects(found for found in documents if found)


def container(objects: Objects, kind: str, suffix: str) -> Object:
    """Return the only container of an object's pods."""
    found: list[Object] = objects.one(kind, suffix)["spec"]["template"]["spec"]["containers"]
    assert len(found) == 1
    return found[0]


def worker(values: Mapping[str, Any] | None = None, **settings: Any) -> Object:
    """Return the Deployment of the set "default" with these settings of its own."""
    return render({**(values or {}), "workers": {"default": settings}}).one(
        "Deployment", "worker-default"
    )


def shipped() -> list[str]:
    """Return the environments that have values of their own; the empty one is the default."""
    return ["", *sorted(path.stem.removeprefix("values-") for path in CHART.glob("values-*.yaml"))]
