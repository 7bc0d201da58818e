"""The set's schedule: which entries there are and when they come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from longshore.schedule import CatchUp, beat_schedule
from longshore_tasks.roll import ROLL
from longshore_tasks.schedule import ENTRIES

START = datetime(2026, 1, 1, tzinfo=UTC)
BY_NAME = beat_schedule(ENTRIES)


@pytest.mark.parametrize(
    ("name", "task", "first", "second"),
    [
        (
            "files-cleanup-nightly",
            "files.cleanup",
            datetime(2026, 1, 1, 3, 15, tzinfo=UTC),
            datetime(2026, 1, 2, 3, 15, tzinfo=UTC),
        ),
        (
            "report-hourly",
            "reports.generate",
            datetime(2026, 1, 1, 0, 5, tzinfo=UTC),
            datetime(2026, 1, 1, 1, 5, tzinfo=UTC),
        ),
        (
            "dead-letter-alerts",
            "alerts.watch",
            datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
            datetime(2026, 1, 1, 0, 2, tzinfo=UTC),
        ),
        (
            "health",
            "system.add",
            datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
            datetime(2026, 1, 1, 0, 2, tzinfo=UTC),
        ),
    ],
)
def test_an_entry_comes_at_its_times(name, task, first, second):
    timing = BY_NAME[name].timing(START, UTC)
    assert timing.next_after(START) == first
    assert timing.next_after(first) == second
    assert BY_NAME[name].task_name == task


def test_every_entrys_job_is_on_the_roll():
    assert all(type(entry.job) is ROLL[entry.task_name] for entry in ENTRIES)


def test_a_health_job_that_is_late_is_not_made_up_for():
    assert BY_NAME["health"].catch_up is CatchUp.SKIP
    assert BY_NAME["health"].expires_in_seconds == 60
