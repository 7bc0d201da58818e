"""Entries: what they accept, and the clear line for what they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery.beat import BeatLazyFunc
from celery.schedules import BaseSchedule, crontab, schedule

from longshore.errors import SettingsError
from longshore.jobs import Job
from longshore.schedule import CatchUp, ScheduleEntry

ANCHOR = datetime(2026, 1, 1, 9, 17, 30, tzinfo=UTC)


class Greet(Job, task="test.greet", queue="low"):
    name: str


def entry(**fields) -> ScheduleEntry:
    return ScheduleEntry(**({"name": "nightly", "schedule": 60, "task": "test.echo"} | fields))


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"name": ""}, "a name has 1 to 200 letters"),
        ({"task": None}, "give it a job or a task's name"),
        ({"job": Greet(name="Ada")}, "give it a job or a task's name"),
        ({"job": Greet(name="Ada"), "task": None, "args": (1,)}, "a job has its own arguments"),
        ({"schedule": 0}, "its schedule must be a crontab or an interval of at least 0.05 seconds"),
        ({"schedule": -5}, "its schedule must be"),
        ({"schedule": timedelta(0)}, "its schedule must be"),
        ({"schedule": BaseSchedule()}, "its schedule must be"),
        ({"schedule": "hourly"}, "its schedule must be"),
        ({"catch_up": "some"}, "catch_up is skip, last or all"),
        ({"expires_in_seconds": 0}, "expires_in_seconds must be above 0"),
        ({"args": (object(),)}, "its arguments must be plain JSON"),
        ({"kwargs": {"at": ANCHOR}}, "its arguments must be plain JSON"),
    ],
)
def test_a_wrong_entry_is_refused_by_name_with_the_rule(fields, rule):
    with pytest.raises(SettingsError, match=rule) as refused:
        entry(**fields)
    assert str(refused.value).startswith(f"schedule entry {fields.get('name', 'nightly')!r}: ")


def test_arguments_may_be_computed_per_slot():
    lazy = BeatLazyFunc(lambda: 1)
    assert entry(args=(lazy,)).args == (lazy,)


@pytest.mark.parametrize("every", [90, 90.0, timedelta(seconds=90), schedule(90)])
def test_an_interval_may_be_written_in_celerys_ways(every):
    timing = entry(schedule=every).timing(ANCHOR, UTC)
    assert timing.next_after(ANCHOR) == ANCHOR + timedelta(seconds=90)
    assert entry(schedule=every).describe() == "every 90 s"


@pytest.mark.parametrize(
    ("every", "first"),
    [
        (timedelta(seconds=20), ANCHOR.replace(second=50)),
        (timedelta(minutes=10), ANCHOR.replace(minute=27, second=0)),
        (timedelta(hours=1), ANCHOR.replace(hour=10, minute=0, second=0)),
        (timedelta(days=1), datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_relative_interval_counts_from_the_start_of_its_unit(every, first):
    relative = schedule(every, relative=True)
    assert entry(schedule=relative).timing(ANCHOR, UTC).next_after(ANCHOR) == first


def test_a_crontab_is_described_by_its_five_fields():
    nightly = entry(schedule=crontab(minute="15", hour="3"), catch_up=CatchUp.ALL)
    assert nightly.describe() == "cron 15 3 * * *"


def test_an_entry_is_of_its_jobs_task():
    assert entry(task=None, job=Greet(name="Ada")).task_name == "test.greet"
    assert entry().task_name == "test.echo"
