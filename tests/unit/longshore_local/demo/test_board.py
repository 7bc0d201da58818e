"""What is shown of the demonstration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from longshore.records import JobState
from longshore_local.api import Failure, Record
from longshore_local.demo.board import Lines, progress, seconds, table
from longshore_local.demo.outcome import Outcome

BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def record(state: JobState, error: Failure | None = None) -> Record:
    return Record(
        id="j1",
        task="images.thumbnail",
        state=state,
        attempts=2,
        deliveries=3,
        enqueued_at=BEGAN,
        started_at=BEGAN + timedelta(seconds=0.25),
        finished_at=BEGAN + timedelta(seconds=2.25),
        error=error,
    )


def test_the_table_tells_states_attempts_times_and_files() -> None:
    console = Console(file=StringIO(), width=160)
    outcome = Outcome("dawn", record(JobState.SUCCEEDED), ("demo/dawn-128x80.jpg",))

    console.print(table([outcome]))

    shown = console.file.getvalue()
    for part in ("dawn", "succeeded", "2", "250 ms", "2.00 s", "demo/dawn-128x80.jpg"):
        assert part in shown


def test_a_failed_job_shows_why() -> None:
    console = Console(file=StringIO(), width=160)
    failed = record(JobState.DEAD, Failure(type="NotAPicture", message="cannot be read"))

    console.print(table([Outcome("dawn", failed, ())]))

    assert "NotAPicture: cannot be read" in console.file.getvalue()


def test_a_jobs_line_follows_its_state() -> None:
    shown = progress(Console(file=StringIO()))
    lines = Lines(shown)

    lines.add("dawn", record(JobState.QUEUED))
    lines.update(record(JobState.RUNNING))
    running = shown.tasks[0].completed
    lines.update(record(JobState.SUCCEEDED))

    assert running == 1
    assert shown.finished


def test_an_outcome_is_json_too() -> None:
    told = Outcome("dawn", record(JobState.SUCCEEDED), ("a.jpg",)).as_json()

    assert told["state"] == "succeeded"
    assert told["run_seconds"] == 2.0
    assert told["files"] == ["a.jpg"]


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (0.0123, "12 ms"), (0.9999, "1000 ms"), (61.5, "61.50 s")]
)
def test_durations_are_written_for_people(value: float | None, shown: str) -> None:
    assert seconds(value) == shown
