"""Celery's own schedule entries (``app.conf.beat_schedule``) as Longshore's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.exceptions import QueueNotFound
from celery.schedules import crontab, maybe_schedule

from longshore.errors import SettingsError
from longshore.schedule.catch_up import CatchUp
from longshore.schedule.entry import ScheduleEntry

FIELDS = frozenset({"task", "schedule", "args", "kwargs", "options", "relative"})
#: Options of ``apply_async`` that a slot's job keeps, or that say how to send, not what.
KEPT = frozenset(
    {
        "queue",
        "priority",
        "expires",
        "countdown",
        "headers",
        "ignore_result",
        "catch_up",
        "soft_time_limit",
        "time_limit",
        "retry",
        "retry_policy",
        "delivery_mode",
    }
)
#: What a task itself may say about every job of it.
OF_THE_TASK = (
    "queue",
    "priority",
    "expires",
    "soft_time_limit",
    "time_limit",
    "ignore_result",
)


def beat_schedule(entries: Iterable[ScheduleEntry]) -> dict[str, ScheduleEntry]:
    """The entries by name, as ``app.conf.beat_schedule`` takes them.

    Raises:
        SettingsError: two entries have one name.
    """
    by_name: dict[str, ScheduleEntry] = {}
    for entry in entries:
        if entry.name in by_name:
            raise SettingsError(f"two schedule entries are named {entry.name!r}: rename one")
        by_name[entry.name] = entry
    return by_name


def read_entries(app: Celery, entries: Mapping[str, Any]) -> tuple[ScheduleEntry, ...]:
    """The entries of a ``beat_schedule``: Longshore's own, or Celery's dictionaries.

    ``options`` may hold ``catch_up``; another scheduler passes over it.

    Raises:
        SettingsError: an entry cannot work; the message names it and says what to change.
    """
    return tuple(beat_schedule(_read(app, *item) for item in entries.items()).values())


def _read(app: Celery, name: str, entry: object) -> ScheduleEntry:
    if isinstance(entry, ScheduleEntry):
        return _routed(app, entry)
    if not isinstance(entry, Mapping) or not {"task", "schedule"} <= set(entry):
        raise SettingsError(f"schedule entry {name!r}: give it a task and a schedule")
    unknown = ", ".join(sorted(set(entry) - set(FIELDS)))
    if unknown:
        raise SettingsError(f"schedule entry {name!r}: no such field: {unknown}")
    return _plain(app, name, entry)


def _plain(app: Celery, name: str, entry: Mapping[str, Any]) -> ScheduleEntry:
    own = dict(entry.get("options") or {})
    refused = ", ".join(sorted(set(own) - KEPT - _harmless(own)))
    if refused:
        raise SettingsError(f"schedule entry {name!r}: a slot's job cannot keep {refused}")
    options = _route(app, name, str(entry["task"]), {**_of_the_task(app, entry["task"]), **own})
    return ScheduleEntry(
        name=name,
        schedule=maybe_schedule(entry["schedule"], entry.get("relative", False), app=app),
        task=entry["task"],
        args=tuple(entry.get("args") or ()),
        kwargs=dict(entry.get("kwargs") or {}),
        queue=options["queue"].name,
        priority=options.get("priority", app.conf.task_default_priority),
        catch_up=_catch_up(name, options.get("catch_up", _usual_catch_up(app, entry["schedule"]))),
        skip_after_seconds=float(app.conf.beat_cron_starting_deadline or 60),
        expires_in_seconds=_expires(name, options.get("expires")),
        delay_seconds=options.get("countdown"),
        soft_time_limit_seconds=options.get("soft_time_limit"),
        time_limit_seconds=options.get("time_limit"),
        ignore_result=bool(options.get("ignore_result")),
        headers=dict(options.get("headers") or {}),
    )


def _routed(app: Celery, entry: ScheduleEntry) -> ScheduleEntry:
    if entry.queue is not None:
        return replace(entry, queue=str(entry.queue))
    if entry.job is not None:
        return replace(entry, queue=entry.job.spec.queue)
    route = _route(app, entry.name, entry.task_name, {})
    return replace(entry, queue=route["queue"].name)


def _route(app: Celery, name: str, task: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options as the app's routes complete them, with the queue among them."""
    try:
        route: dict[str, Any] = app.amqp.router.route(options, task)
    except QueueNotFound as error:
        raise SettingsError(f"schedule entry {name!r}: {error}") from None
    if route.get("queue") is None:
        raise SettingsError(f"schedule entry {name!r}: its route names no queue; give it one")
    return route


def _of_the_task(app: Celery, task: str) -> dict[str, Any]:
    known = app.tasks.get(task)
    options = {name: getattr(known, name, None) for name in OF_THE_TASK}
    return {name: value for name, value in options.items() if value is not None}


def _harmless(options: Mapping[str, Any]) -> set[str]:
    return {"serializer"} if options.get("serializer") in {None, "json"} else set()


def _usual_catch_up(app: Celery, schedule: object) -> CatchUp:
    # Celery's own setting against late runs, which it applies to crontabs only.
    deadline = app.conf.beat_cron_starting_deadline is not None and isinstance(schedule, crontab)
    return CatchUp.SKIP if deadline else CatchUp.LAST


def _catch_up(name: str, word: str) -> CatchUp:
    try:
        return CatchUp(word)
    except ValueError:
        raise SettingsError(f"schedule entry {name!r}: catch_up is skip, last or all") from None


def _expires(name: str, value: object) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if value is None or isinstance(value, int | float):
        return value
    raise SettingsError(f"schedule entry {name!r}: give expires in seconds")
