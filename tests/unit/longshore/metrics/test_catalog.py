"""The catalogue keeps to the conventions of Prometheus."""

from __future__ import annotations

import re

import pytest

from longshore.metrics.catalog import BY_NAME, METRICS, SECONDS_BUCKETS
from longshore.metrics.metric import Kind, Metric, Service

OWN = [metric for metric in METRICS if metric.name.startswith("longshore_")]


def test_a_name_is_used_once() -> None:
    assert len(BY_NAME) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_described_and_somebody_serves_it(metric: Metric) -> None:
    assert re.fullmatch(r"(longshore|celery)_[a-z_]+", metric.name)
    assert metric.help.endswith(".")
    assert metric.served_by
    assert set(metric.served_by) <= set(Service)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_counters_end_in_total_and_nothing_else_does(metric: Metric) -> None:
    assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)


@pytest.mark.parametrize("metric", OWN, ids=lambda metric: metric.name)
def test_a_unit_stands_in_the_name(metric: Metric) -> None:
    word = {"s": "seconds", "B": "bytes"}.get(metric.unit)
    stem = metric.name.removesuffix("_total")
    assert word is None or stem.endswith(word)
    assert word is not None or not stem.endswith(("seconds", "bytes"))


def test_the_limits_of_the_service_levels_are_bounds_of_buckets() -> None:
    assert {5.0, 60.0, 900.0} <= set(SECONDS_BUCKETS)
