"""The job of a slot: one id per entry and slot, the entry's options kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from celery.beat import BeatLazyFunc

from longshore.envelope import idempotent_id
from longshore.jobs import Job
from longshore.schedule import ScheduleEntry
from longshore.schedule.slot_job import slot_job

SLOT = datetime(2026, 1, 1, 3, 15, tzinfo=UTC)


class Greet(Job, task="test.greet", queue="low", time_limit_seconds=30, soft_time_limit_seconds=20):
    name: str


PLAIN = ScheduleEntry(name="plain", schedule=60, task="test.echo", args=(1,), queue="normal")
TYPED = ScheduleEntry(name="typed", schedule=60, job=Greet(name="Ada"), queue="low")


def test_the_id_follows_from_task_entry_and_slot():
    expected = idempotent_id("test.echo", "plain@2026-01-01T03:15:00+00:00")
    assert slot_job(PLAIN, SLOT).id == slot_job(PLAIN, SLOT).id == expected


def test_another_slot_or_entry_is_another_job():
    ids = {
        slot_job(PLAIN, SLOT).id,
        slot_job(PLAIN, SLOT + timedelta(microseconds=1)).id,
        slot_job(TYPED, SLOT).id,
    }
    assert len(ids) == 3


def test_the_job_is_unique_so_that_a_second_enqueue_adds_nothing():
    assert slot_job(PLAIN, SLOT).unique
    assert slot_job(TYPED, SLOT).unique


def test_a_typed_job_keeps_its_fields_queue_and_limits():
    job = slot_job(TYPED, SLOT)
    assert (job.task, job.queue, job.kwargs) == ("test.greet", "low", {"name": "Ada"})
    assert (job.soft_time_limit, job.time_limit) == (20, 30)


def test_the_entrys_options_go_before_the_jobs():
    entry = ScheduleEntry(
        name="typed",
        schedule=60,
        job=Greet(name="Ada"),
        queue="high",
        priority=3,
        expires_in_seconds=10,
        delay_seconds=5,
        time_limit_seconds=99,
    )
    job = slot_job(entry, SLOT)
    assert (job.queue, job.priority, job.time_limit) == ("high", 3, 99)
    assert (job.expires_in_seconds, job.delay_seconds) == (10, 5)


def test_the_headers_tell_the_handler_which_slot_it_is_for():
    headers = slot_job(PLAIN, SLOT).headers
    assert headers["longshore_slot"] == {"entry": "plain", "due": "2026-01-01T03:15:00+00:00"}
    assert headers["celery_beat_task"] is True


def test_lazy_arguments_are_computed_for_each_slot():
    numbers = BeatLazyFunc(count(1).__next__)
    entry = ScheduleEntry(
        name="lazy", schedule=60, task="t", args=(numbers, "x"), kwargs={"n": numbers}
    )
    assert (slot_job(entry, SLOT).args, slot_job(entry, SLOT).kwargs) == ((1, "x"), {"n": 4})
