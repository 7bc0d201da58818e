"""An unmodified app's ``beat_schedule``, read as it was meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from celery.schedules import BaseSchedule, crontab

from longshore.errors import SettingsError
from longshore.jobs import Job
from longshore.schedule import CatchUp, ScheduleEntry, beat_schedule
from longshore.schedule.celery_entries import read_entries


class Greet(Job, task="test.greet", queue="low"):
    name: str


@pytest.fixture
def app() -> Celery:
    app = Celery("someone-elses", broker="longshore://127.0.0.1:1/0", set_as_current=False)
    app.conf.task_routes = {"reports.*": {"queue": "slow", "priority": 6}}

    @app.task(name="test.limited", shared=False, time_limit=30, expires=20, ignore_result=True)
    def limited() -> None:
        return None

    return app


def read(app: Celery, **entry) -> ScheduleEntry:
    return read_entries(app, {"one": {"task": "test.echo", "schedule": 30.0} | entry})[0]


def test_a_minimal_entry_goes_to_the_default_queue_and_makes_up_for_the_last_slot(app):
    entry = read(app)
    assert (entry.name, entry.task, entry.queue) == ("one", "test.echo", "celery")
    assert entry.catch_up is CatchUp.LAST


def test_options_and_arguments_are_kept(app):
    options = {
        "queue": "high",
        "priority": 4,
        "expires": 15,
        "countdown": 2,
        "headers": {"tenant": "a"},
        "catch_up": "all",
        "serializer": "json",
    }
    entry = read(app, args=[1, 2], kwargs={"x": 3}, options=options)
    assert (entry.args, entry.kwargs) == ((1, 2), {"x": 3})
    assert (entry.queue, entry.priority, entry.catch_up) == ("high", 4, CatchUp.ALL)
    assert (entry.expires_in_seconds, entry.delay_seconds) == (15, 2)
    assert entry.headers == {"tenant": "a"}


def test_the_apps_routes_choose_the_queue(app):
    routed = read(app, task="reports.daily")
    assert (routed.queue, routed.priority) == ("slow", 6)
    assert read(app, task="reports.daily", options={"queue": "fast"}).queue == "fast"


def test_what_a_task_says_of_itself_holds_unless_the_entry_says_otherwise(app):
    entry = read(app, task="test.limited")
    assert (entry.time_limit_seconds, entry.expires_in_seconds) == (30, 20)
    assert entry.ignore_result
    assert read(app, task="test.limited", options={"time_limit": 5}).time_limit_seconds == 5


def test_expires_may_be_a_timedelta(app):
    assert read(app, options={"expires": timedelta(minutes=2)}).expires_in_seconds == 120


def test_a_relative_interval_keeps_to_the_clock(app):
    timing = read(app, schedule=3600, relative=True).timing(
        datetime(2026, 1, 1, 5, 30, tzinfo=UTC), UTC
    )
    assert timing.next_after(datetime(2026, 1, 1, 5, 30, tzinfo=UTC)) == datetime(
        2026, 1, 1, 6, tzinfo=UTC
    )


def test_celerys_deadline_for_late_crontabs_is_kept(app):
    app.conf.beat_cron_starting_deadline = 120
    entry = read(app, schedule=crontab())
    assert (entry.catch_up, entry.skip_after_seconds) == (CatchUp.SKIP, 120)
    assert read(app).catch_up is CatchUp.LAST


def test_own_entries_stand_beside_celerys_and_take_their_jobs_queue(app):
    own = ScheduleEntry(name="own", schedule=60, job=Greet(name="Ada"))
    plain = {"plain": {"task": "test.echo", "schedule": 5}}
    entries = read_entries(app, beat_schedule([own]) | plain)
    assert [(entry.name, entry.queue) for entry in entries] == [("own", "low"), ("plain", "celery")]


def test_an_own_entry_of_a_task_takes_its_queue_or_the_apps_route(app):
    named = ScheduleEntry(name="named", schedule=60, task="reports.daily", queue="fast")
    routed = ScheduleEntry(name="routed", schedule=60, task="reports.daily")
    entries = read_entries(app, beat_schedule([named, routed]))
    assert [entry.queue for entry in entries] == ["fast", "slow"]


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ({"task": None}, "give it a job or a task's name"),
        ({"options": {"link": "other"}}, "a slot's job cannot keep link"),
        ({"options": {"serializer": "pickle"}}, "a slot's job cannot keep serializer"),
        ({"options": {"expires": datetime(2026, 1, 1, tzinfo=UTC)}}, "give expires in seconds"),
        ({"options": {"catch_up": "most"}}, "catch_up is skip, last or all"),
        ({"schedule": BaseSchedule()}, "its schedule must be"),
        ({"shedule": 5}, "no such field: shedule"),
    ],
)
def test_what_cannot_work_is_one_clear_line(app, entry, line):
    with pytest.raises(SettingsError, match=line) as refused:
        read(app, **entry)
    assert "schedule entry 'one'" in str(refused.value)


@pytest.mark.parametrize("entry", [{"task": "test.echo"}, "test.echo", None])
def test_an_entry_without_task_and_schedule_is_refused(app, entry):
    with pytest.raises(SettingsError, match="give it a task and a schedule"):
        read_entries(app, {"one": entry})


def test_a_route_without_a_queue_is_refused(app):
    app.conf.task_routes = {"test.*": {"exchange": "media", "routing_key": "media.video"}}
    with pytest.raises(SettingsError, match="its route names no queue"):
        read(app)


def test_a_queue_that_the_app_does_not_have_is_refused(app):
    app.conf.task_create_missing_queues = False
    with pytest.raises(SettingsError, match=r"schedule entry 'one': .*'typo'"):
        read(app, options={"queue": "typo"})


def test_two_entries_of_one_name_are_refused():
    entry = ScheduleEntry(name="own", schedule=60, job=Greet(name="Ada"))
    with pytest.raises(SettingsError, match="two schedule entries are named 'own'"):
        beat_schedule([entry, entry])
