"""One line of the schedule: when, and which job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from celery.beat import BeatLazyFunc
from celery.schedules import BaseSchedule, crontab, schedule

from longshore.errors import SettingsError
from longshore.jobs import Job
from longshore.schedule.catch_up import CatchUp
from longshore.schedule.cron import Cron
from longshore.schedule.every import Every
from longshore.schedule.instants import EPOCH
from longshore.schedule.timing import Timing

SHORTEST_INTERVAL = timedelta(milliseconds=50)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleEntry:
    """When to enqueue which job: a ``job``, or a ``task`` by name with its arguments.

    ``schedule`` is seconds, a timedelta, or Celery's ``schedule`` or ``crontab``. ``queue`` and
    ``priority`` (0 first, 9 last) default to the job's, or to the app's routes. A job is
    dropped when it was not begun ``expires_in_seconds`` after it was enqueued.

    Raises:
        SettingsError: the entry cannot work; the message names it and says what to change.
    """

    name: str
    schedule: float | timedelta | BaseSchedule
    job: Job | None = None
    task: str | None = None
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    queue: str | None = None
    priority: int | None = None
    catch_up: CatchUp = CatchUp.LAST
    skip_after_seconds: float = 60.0
    expires_in_seconds: float | None = None
    delay_seconds: float | None = None
    soft_time_limit_seconds: float | None = None
    time_limit_seconds: float | None = None
    ignore_result: bool = False
    headers: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self._require(0 < len(self.name) <= LONGEST_NAME, f"a name has 1 to {LONGEST_NAME} letters")
        self._require((self.job is None) != (self.task is None), "give it a job or a task's name")
        self._require(not self.job or not (self.args or self.kwargs), "a job has its own arguments")
        self._require(self.catch_up in set(CatchUp), "catch_up is skip, last or all")
        positive = self.expires_in_seconds is None or self.expires_in_seconds > 0
        self._require(positive, "expires_in_seconds must be above 0")
        self._require(_is_json([self.args, self.kwargs]), "its arguments must be plain JSON")
        self._check_schedule()

    def timing(self, anchor: datetime, zone: tzinfo) -> Timing:
        """The entry's slots: an interval counts from the anchor, a crontab reads the zone's clock.

        A relative interval (Celery's word) counts from the start of its unit: hours from the
        hour, days from midnight UTC.
        """
        if isinstance(self.schedule, crontab):
            return Cron.of(self.schedule, zone)
        interval = _interval(self.schedule)
        if getattr(self.schedule, "relative", False):
            anchor -= (anchor - EPOCH) % _unit(interval)
        return Every(interval, anchor)

    def describe(self) -> str:
        """The schedule in words, for people."""
        if isinstance(self.schedule, crontab):
            fields = repr(self.schedule).partition(": ")[2].partition(" (")[0]
            return f"cron {fields}"
        return f"every {_interval(self.schedule).total_seconds():g} s"

    @property
    def task_name(self) -> str:
        """The task whose job is enqueued."""
        return self.job.spec.task if self.job else str(self.task)

    def _check_schedule(self) -> None:
        if isinstance(self.schedule, crontab):
            return
        shortest = f"at least {SHORTEST_INTERVAL.total_seconds():g} seconds"
        long_enough = _interval(self.schedule) >= SHORTEST_INTERVAL
        self._require(long_enough, f"its schedule must be a crontab or an interval of {shortest}")

    def _require(self, holds: bool, rule: str) -> None:
        if not holds:
            raise SettingsError(f"schedule entry {self.name!r}: {rule}")


def _interval(value: float | timedelta | BaseSchedule) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float):
        return timedelta(seconds=value)
    return timedelta(seconds=value.seconds) if isinstance(value, schedule) else timedelta()


def _unit(interval: timedelta) -> timedelta:
    units = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
    return next((unit for unit in units if interval >= unit), timedelta(seconds=1))


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, default=_later)
    except (TypeError, ValueError):
        return False
    return True


def _later(value: object) -> None:
    if not isinstance(value, BeatLazyFunc):
        raise TypeError(f"{type(value).__name__} is not JSON")
