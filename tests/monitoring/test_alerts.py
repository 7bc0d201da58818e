"""What the alerts say of figures that are played to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tools.monitoring.rules import RULES

from support.promtool import promtool

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("alerts.yaml").read_text()
)
GROUPS = yaml.safe_load(RULES.read_text())["groups"]
ALERTS = {one["alert"] for group in GROUPS for one in group["rules"] if "alert" in one}


def test_every_alert_has_its_case() -> None:
    assert set(CASES) == ALERTS


def test_prometheus_takes_the_rules() -> None:
    assert "SUCCESS" in promtool("check", "rules", RULES)


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_and_clears(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    labels = {"alertname": name, "alertstate": "firing", **case.get("labels", {})}
    chosen = ",".join(f'{label}="{value}"' for label, value in labels.items())
    firing = f"count(ALERTS{{{chosen}}})"
    every = f'count(ALERTS{{alertname="{name}",alertstate="firing"}})'
    play(
        tmp_path,
        case,
        [
            expectation(every, case["silent"], None),
            expectation(firing, case["fires"], 1),
            expectation(every, case["fires"], 1),
            expectation(every, case["clears"], None),
        ],
    )


def expectation(expression: str, when: str, value: int | None) -> dict[str, Any]:
    samples = [] if value is None else [{"labels": "{}", "value": value}]
    return {"expr": expression, "eval_time": when, "exp_samples": samples}


def play(place: Path, case: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    interval = case.get("every", "1m")
    series = [{"series": name, "values": values} for name, values in case["series"].items()]
    test = {"interval": interval, "input_series": series, "promql_expr_test": expected}
    page = {
        "rule_files": [str(RULES.resolve())],
        "evaluation_interval": interval,
        "tests": [test],
    }
    (place / "case.yaml").write_text(yaml.safe_dump(page))
    promtool("test", "rules", place / "case.yaml")
