"""Compose and the chart say the same: variables, arguments, graces, images."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.chart import CHART, container, render
from support.compose import ROOT, environment, services

NAME = re.compile(r"\bLONGSHORE_[A-Z0-9_]+\b")
#: Parts of the broker's URL, which compose writes whole, and what only Kubernetes has.
KUBERNETES_ONLY = {
    "LONGSHORE_BROKER_PASSWORD",
    "LONGSHORE_SENTINEL_PASSWORD",
    "LONGSHORE_SCHEDULER_DELETION_COST",
    "LONGSHORE_SCHEDULER_POD_SELECTOR",
}
OURS = ("api", "worker", "scheduler")
#: Set by the chart beside what all services share.
FIXED = {
    "LONGSHORE_PROBE_SOCKET",
    "LONGSHORE_WORKER_DRAIN_SECONDS",
    "LONGSHORE_SCHEDULER_TICK_FILE",
}
BEHIND_PROBES = pytest.mark.parametrize(
    ("service", "suffix"), [("worker", "worker-default"), ("scheduler", "scheduler")]
)


def of_the_chart() -> set[str]:
    templates = sorted((CHART / "templates").rglob("*"))
    texts = [path.read_text() for path in templates if path.is_file() and "tests" not in path.parts]
    return {name for text in texts for name in NAME.findall(text)} - KUBERNETES_ONLY


def of_compose() -> dict[str, str | None]:
    told = {name: value for one in OURS for name, value in environment(one).items()}
    return {name: value for name, value in told.items() if name.startswith("LONGSHORE_")}


def test_what_the_chart_sets_compose_sets_or_passes_on() -> None:
    assert of_the_chart() - set(of_compose()) == set()


def test_what_is_passed_on_is_in_the_example() -> None:
    example = set(NAME.findall((ROOT / ".env.example").read_text()))
    assert {name for name, value in of_compose().items() if value is None} <= example


def without_name(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("--hostname")]


def test_the_worker_is_started_as_in_the_chart() -> None:
    chart = container(render(), "Deployment", "worker-default")["args"]
    assert without_name(command("worker")) == without_name(chart)


@pytest.mark.parametrize(
    ("service", "suffix"),
    [("api", "api"), ("worker", "worker-default"), ("scheduler", "scheduler")],
)
def test_a_service_has_as_long_to_end_as_in_the_chart(service: str, suffix: str) -> None:
    pod = render().one("Deployment", suffix)["spec"]["template"]["spec"]
    grace = int(services()[service]["stop_grace_period"].removesuffix("s"))
    assert grace == pod["terminationGracePeriodSeconds"]


@BEHIND_PROBES
def test_a_service_is_asked_as_in_the_chart(service: str, suffix: str) -> None:
    one = container(render(), "Deployment", suffix)
    probe = one.get("readinessProbe") or one["livenessProbe"]
    asked, asked_there = services()[service]["healthcheck"]["test"][1:], probe["exec"]["command"]
    assert by_name(asked) == by_name(asked_there)


def by_name(words: list[str]) -> list[str]:
    """The words with the probe's script by its name: the chart brings one of its own."""
    return [Path(word).name if word.endswith("/probe.py") else word for word in words]


@BEHIND_PROBES
def test_what_only_the_service_is_told_is_the_same(service: str, suffix: str) -> None:
    variables = container(render(), "Deployment", suffix)["env"]
    chart = {one["name"]: one["value"] for one in variables if one["name"] in FIXED}
    assert chart
    assert chart.items() <= environment(service).items()


def test_valkey_is_the_charts_with_the_charts_arguments() -> None:
    one = container(render(), "StatefulSet", "valkey")
    assert services()["valkey"]["image"] == one["image"]
    told = [word.replace("${VALKEY_PASSWORD:?set it in .env}", "*") for word in command("valkey")]
    wanted = [word.replace("$(VALKEY_PASSWORD)", "*") for word in one["args"]]
    # Nothing limits the memory of a service here.
    at = wanted.index("--maxmemory")
    del wanted[at : at + 2]
    assert told == ["valkey-server", *wanted]


def command(name: str) -> list[str]:
    found: list[str] = services()[name]["command"]
    return found
