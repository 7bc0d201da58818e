"""The dashboards are those that the code says, and ask only for what is served."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tools.monitoring.__main__ import DASHBOARDS, pages
from tools.monitoring.dashboards import BOARDS
from tools.monitoring.pictures import told
from tools.monitoring.rules import RULES

from longshore.metrics.catalog import BY_NAME
from support.promql import Asked, asked, filled, mentioned
from support.promtool import promtool

#: What Prometheus knows of a target, or the chart's PodMonitor tells it.
TARGET = {"namespace", "instance", "le", "longshore_dev_worker_set"}
ASKED = list(asked())


def recorded() -> dict[str, set[str]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    rules = [one for group in groups for one in group["rules"]]
    return {one["record"]: {"queue"} for one in rules if "record" in one}


def served() -> dict[str, set[str]]:
    return {name: set(metric.labels) for name, metric in BY_NAME.items()}


def test_the_files_are_what_the_code_says() -> None:
    told = dict(pages())
    assert set(told) == set(DASHBOARDS.iterdir())
    stale = [path.name for path, text in told.items() if path.read_text() != text]
    assert not stale, "run make monitoring"


def test_addresses_and_titles_are_their_own() -> None:
    boards = [json.loads(path.read_text()) for path in DASHBOARDS.iterdir()]
    assert len({board["uid"] for board in boards}) == len(boards)
    for board in boards:
        numbers = [panel["id"] for panel in board["panels"]]
        assert len(set(numbers)) == len(numbers)


def test_every_query_is_one_that_prometheus_reads(tmp_path: Path) -> None:
    rules = [{"record": f"q{number}", "expr": filled(one)} for number, one in enumerate(ASKED)]
    page = tmp_path / "queries.yaml"
    page.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    assert f"{len(ASKED)} rules found" in promtool("check", "rules", page)


@pytest.mark.parametrize("one", ASKED, ids=str)
def test_a_panel_asks_for_what_is_served(one: Asked) -> None:
    known = {**served(), **recorded()}
    found = dict(mentioned(one.expression))
    assert found
    for name, labels in found.items():
        assert name in known
        assert labels <= known[name] | TARGET
    assert grouped(one.expression) <= set().union(*(known[name] for name in found)) | TARGET


def grouped(expression: str) -> set[str]:
    return set(re.findall(r"\w+", " ".join(re.findall(r"\bby \(([^)]*)\)", expression))))


def test_every_metric_of_our_own_is_on_a_dashboard() -> None:
    shown = set(names())
    assert {name for name in served() if name.startswith("longshore_")} <= shown


def names() -> Iterator[str]:
    for one in ASKED:
        yield from dict(mentioned(one.expression))


def test_each_dashboard_has_its_picture() -> None:
    page = Path("docs/dashboards.md").read_text()
    for board in BOARDS:
        picture = f"dashboards/{board.name}.png"
        assert f"## {board.title}\n{board.about}\n\n![{board.title}]({picture})" in page
        assert (Path("docs") / picture).is_file(), "run make pictures"


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("s", 0.0123, "12.3 ms"),
        ("s", 90.0, "90 s"),
        ("bytes", 3 * 2.0**20, "3 MiB"),
        ("percentunit", 0.5, "50 %"),
        ("short", 0.0, "0"),
    ],
)
def test_a_picture_tells_figures_with_their_unit(unit: str, value: float, shown: str) -> None:
    assert told(unit, value) == shown
