"""The job of one slot: its id follows from entry and slot, so it exists at most once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from celery.beat import BeatLazyFunc

from longshore.envelope import NewJob, idempotent_id
from longshore.jobs import Job, to_new_job
from longshore.schedule.entry import ScheduleEntry


def slot_job(entry: ScheduleEntry, slot: datetime) -> NewJob:
    """What to enqueue for this slot; the header ``longshore_slot`` tells the handler which."""
    key = f"{entry.name}@{slot.isoformat()}"
    job = _typed_job(entry, entry.job, key) if entry.job else _task_job(entry, key)
    marks = {"celery_beat_task": True, "longshore_slot": _slot_mark(entry, slot)}
    return replace(job, headers={**job.headers, **entry.headers, **marks})


def _typed_job(entry: ScheduleEntry, typed: Job, key: str) -> NewJob:
    job = to_new_job(
        typed,
        idempotency_key=key,
        priority=entry.priority,
        delay_seconds=entry.delay_seconds,
        expires_in_seconds=entry.expires_in_seconds,
    )
    return replace(
        job,
        queue=entry.queue or job.queue,
        soft_time_limit=entry.soft_time_limit_seconds or job.soft_time_limit,
        time_limit=entry.time_limit_seconds or job.time_limit,
        ignore_result=entry.ignore_result,
    )


def _task_job(entry: ScheduleEntry, key: str) -> NewJob:
    return NewJob(
        task=entry.task_name,
        id=idempotent_id(entry.task_name, key),
        args=tuple(_value(item) for item in entry.args),
        kwargs={name: _value(item) for name, item in entry.kwargs.items()},
        queue=entry.queue or "celery",
        priority=entry.priority or 0,
        delay_seconds=entry.delay_seconds,
        expires_in_seconds=entry.expires_in_seconds,
        unique=True,
        soft_time_limit=entry.soft_time_limit_seconds,
        time_limit=entry.time_limit_seconds,
        ignore_result=entry.ignore_result,
    )


def _value(item: object) -> object:
    return item() if isinstance(item, BeatLazyFunc) else item


def _slot_mark(entry: ScheduleEntry, slot: datetime) -> Mapping[str, str]:
    return {"entry": entry.name, "due": slot.isoformat()}
