"""The rules and alerts: what values change, and what compose has of them."""

from __future__ import annotations

import json
from typing import Any

from tools.monitoring.rules import RULES, page

from longshore.metrics.catalog import SECONDS_BUCKETS
from longshore_tasks.queues import Queue
from support.chart import CHART, helm, refusal, render


def rules(values: dict[str, Any] | None = None, **monitoring: Any) -> list[dict[str, Any]]:
    rule = {"enabled": True, **monitoring.pop("prometheusRule", {})}
    values = {**(values or {}), "monitoring": {**monitoring, "prometheusRule": rule}}
    (one,) = render(values).of("PrometheusRule")
    return [rule for group in one["spec"]["groups"] for rule in group["rules"]]


def recorded(name: str, queue: str, found: list[dict[str, Any]]) -> str:
    (one,) = (
        rule for rule in found if rule.get("record") == name and rule["labels"]["queue"] == queue
    )
    return " ".join(str(one["expr"]).split())


def test_the_rules_of_compose_are_those_of_the_chart() -> None:
    assert RULES.read_text() == page(helm()), "run make monitoring"


def test_every_queue_of_the_set_has_its_service_level() -> None:
    told = {one["labels"]["queue"] for one in rules() if "record" in one and "labels" in one}
    assert told == set(Queue)


def test_how_long_a_job_may_wait_is_a_value() -> None:
    levels = {"startWithinSeconds": {"high": 10}, "objective": 0.95}
    found = rules(slo=levels)
    in_time = recorded("queue:longshore_jobs_in_time:ratio_rate5m", "high", found)
    assert 'le=~"10([.]0)?"' in in_time
    burn = recorded("queue:longshore_start_budget_burn:ratio_rate5m", "high", found)
    assert burn.endswith("/ (1 - 0.95)")
    assert recorded("queue:longshore_oldest_age:slo_ratio", "high", found).endswith("/ 10")


def test_a_limit_between_two_buckets_is_refused() -> None:
    assert "startWithinSeconds" in refusal(
        {"monitoring": {"slo": {"startWithinSeconds": {"high": 7}}}}
    )


def test_the_limits_that_are_taken_are_bounds_of_the_buckets() -> None:
    assert {float(limit) for limit in taken()} <= set(SECONDS_BUCKETS)


def taken() -> list[int]:
    schema = json.loads((CHART / "values.schema.json").read_text())
    levels = schema["properties"]["monitoring"]["properties"]["slo"]["properties"]
    limits: list[int] = levels["startWithinSeconds"]["additionalProperties"]["enum"]
    return limits


def test_alerts_lead_to_the_runbook_wherever_it_is() -> None:
    there = "https://wiki.example/longshore"
    alerts = [one for one in rules(prometheusRule={"runbookUrl": there}) if "alert" in one]
    for alert in alerts:
        assert alert["annotations"]["runbook_url"] == f"{there}#{alert['alert'].lower()}"


def test_without_a_scheduler_nobody_is_told_that_none_leads() -> None:
    off = {"scheduler": {"enabled": False}}
    missing = {one.get("alert") for one in rules()} - {one.get("alert") for one in rules(off)}
    assert missing == {"LongshoreSchedulerWithoutLeader", "LongshoreScheduleLate"}
