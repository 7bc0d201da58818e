"""The set's schedule: which entries there are and when they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from longshore.schedule import beat_schedule
from longshore_tasks.roll import ROLL
from longshore_tasks.schedule import DEAD_LETTER_ALERTS, ENTRIES, entries
from longshore_tasks.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = (*ENTRIES, DEAD_LETTER_ALERTS)
BY_NAME = beat_schedule(EVERY)


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
    ],
)
def test_an_entry_comes_at_its_times(name, task, first, second):
    timing = BY_NAME[name].timing(START, UTC)
    assert timing.next_after(START) == first
    assert timing.next_after(first) == second
    assert BY_NAME[name].task_name == task


def test_every_entrys_job_is_on_the_roll():
    assert all(type(entry.job) is ROLL[entry.task_name] for entry in EVERY)


def test_nothing_comes_every_minute_where_no_alert_could_be_sent():
    hour = timedelta(hours=1)
    for name, entry in beat_schedule(entries(Settings())).items():
        timing = entry.timing(START, UTC)
        first = timing.next_after(START)
        assert timing.next_after(first) - first >= hour, name


@pytest.mark.parametrize(
    "receiver", [{"alert_mail_to": "a@shop.example"}, {"alert_webhook_url": "https://a.example"}]
)
def test_dead_letters_are_looked_for_where_somebody_is_told(receiver):
    assert DEAD_LETTER_ALERTS in entries(Settings(**receiver))


def test_a_tick_waits_for_a_set_that_is_scaled_up_from_zero():
    assert all(entry.expires_in_seconds >= 3600 for entry in EVERY)
