"""The values file, its schema and the templates know the same keys."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from support.chart import CHART, refusal, render, shipped

VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
TEMPLATES = "\n".join(path.read_text() for path in sorted((CHART / "templates").rglob("*.*")))
#: handed on as they are, so that no template names what is in them
WHOLE = {"resources", "behavior", "labels", "startWithinSeconds"}


def leaves(values: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in values.items():
        if isinstance(value, dict) and value and key not in WHOLE:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def closed(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, one in schema.get("properties", {}).items():
        yield from closed(one, f"{path}.{key}")
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield path


@pytest.mark.parametrize("path", list(leaves(VALUES)), ids=".".join)
def test_every_value_is_used(path: tuple[str, ...]) -> None:
    if path[0] == "workers":
        path = ("workerDefaults", *path[2:])
    assert re.search(rf"\.{path[-1]}\b", TEMPLATES), f"no template reads {'.'.join(path)}"


def test_the_schema_is_closed() -> None:
    assert list(closed(SCHEMA)) == []
    assert list(closed(SCHEMA["definitions"]["workerSet"])) == []


def test_the_schema_knows_the_values_and_no_others() -> None:
    assert set(SCHEMA["properties"]) == {*VALUES, "global"}
    assert set(SCHEMA["definitions"]["workerSet"]["properties"]) == set(VALUES["workerDefaults"])


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"api": {"replica": 2}}, "replica"),
        ({"workers": {"default": {"queue": "high"}}}, "queue"),
        ({"workers": {"UPPER": {}}}, "UPPER"),
        ({"engine": {"leaseSeconds": 60}}, "leaseSeconds"),
        ({"workers": {"default": {"pool": "solo"}}}, "pool"),
        ({"workers": {"default": {"queues": []}}}, "queues"),
    ],
)
def test_a_wrong_value_is_named(values: dict[str, Any], word: str) -> None:
    assert word in refusal(values)


def test_every_value_has_a_word_of_explanation_near_it() -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    tops = [line.split(":")[0] for line in lines if re.match(r"^[a-zA-Z]+:", line)]
    assert tops == list(VALUES)
    assert sum(line.lstrip().startswith("# ") for line in lines) >= len(tops)


@pytest.mark.parametrize("environment", shipped())
def test_every_shipped_environment_renders(environment: str) -> None:
    assert render(environment=environment).of("Deployment")


def test_the_readme_is_that_of_the_values() -> None:
    done = subprocess.run(
        [sys.executable, "tools/chart_readme.py", "--check"],
        cwd=CHART.parents[1],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
