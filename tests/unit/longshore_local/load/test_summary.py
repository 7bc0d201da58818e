"""The figures of a load test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from longshore.records import JobState
from longshore_local.api import Record
from longshore_local.load.summary import Measured, percentiles, rate

BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def record(state: JobState) -> Record:
    return Record(
        id="j",
        task="system.add",
        state=state,
        attempts=1,
        deliveries=1,
        enqueued_at=BEGAN,
        started_at=BEGAN + timedelta(seconds=1),
        finished_at=BEGAN + timedelta(seconds=3),
    )


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles([float(n) for n in range(1, 101)]) == {
        "p50": 50.0,
        "p95": 95.0,
        "p99": 99.0,
        "max": 100.0,
    }


def test_of_one_value_all_percentiles_are_that_value() -> None:
    assert percentiles([None, 0.5]) == {"p50": 0.5, "p95": 0.5, "p99": 0.5, "max": 0.5}


def test_without_values_there_are_none() -> None:
    assert percentiles([None]) == {}


def test_a_rate_without_time_is_zero() -> None:
    assert rate(10, 0) == 0.0


def test_all_taken_and_all_succeeded_is_flawless() -> None:
    measured = Measured(posts=[0.1, 0.2], records=[record(JobState.SUCCEEDED)] * 2)

    assert measured.flawless
    assert measured.as_json()["latency_seconds"]["run"]["p99"] == 2.0


@pytest.mark.parametrize("state", [JobState.DEAD, JobState.RUNNING])
def test_a_job_that_did_not_succeed_is_a_flaw(state: JobState) -> None:
    assert not Measured(posts=[0.1], records=[record(state)]).flawless


def test_a_job_that_was_not_followed_to_its_end_is_a_flaw() -> None:
    assert not Measured(posts=[0.1, 0.1], records=[record(JobState.SUCCEEDED)]).flawless


def test_nothing_at_all_is_a_flaw() -> None:
    assert not Measured().flawless


def test_an_error_is_a_flaw() -> None:
    measured = Measured(posts=[0.1], records=[record(JobState.SUCCEEDED)])
    measured.errors["503"] += 1

    assert not measured.flawless
    assert measured.as_json()["errors"] == {"503": 1}
