"""Slots on a wall clock, across its daylight-saving changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import takewhile

from celery.schedules import crontab

from longshore.schedule.timing import Due

DAY = timedelta(days=1)
# 29 February on one given weekday can be 40 years away (across 2100, which is no leap year).
HORIZON_DAYS = 41 * 366


@dataclass(frozen=True, slots=True)
class Cron:
    """A Celery crontab in a time zone: all five fields must match, as Celery has it.

    Where the clock jumps forward, a slot at named hours that falls into the gap comes as much
    later; where it falls back, a slot at named hours comes once, at the first pass. An entry
    for every hour keeps to the hours that there are: none in the gap, both in the repetition.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    weekdays: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    zone: tzinfo

    @classmethod
    def of(cls, schedule: crontab, zone: tzinfo) -> Cron:
        """The same times as a Celery crontab, on the wall clock of ``zone``."""
        return cls(
            minutes=tuple(sorted(schedule.minute)),
            hours=tuple(sorted(schedule.hour)),
            weekdays=frozenset(schedule.day_of_week),
            days=frozenset(schedule.day_of_month),
            months=frozenset(schedule.month_of_year),
            zone=zone,
        )

    def next_after(self, at: datetime) -> datetime | None:
        """The first slot later than ``at``; ``None`` when no such day ever comes."""
        return next(self._later_than(at), None)

    def due(self, after: datetime, until: datetime, keep: int) -> Due:
        """The slots later than ``after`` and not later than ``until``, the newest ``keep``."""
        newest: deque[datetime] = deque(maxlen=keep)
        count = 0
        for slot in takewhile(lambda slot: slot <= until, self._later_than(after)):
            newest.append(slot)
            count += 1
        return Due(tuple(newest), count - len(newest))

    def _later_than(self, at: datetime) -> Iterator[datetime]:
        # The day before, too: a slot can be moved past midnight by the clock's change.
        today = at.astimezone(self.zone).date() - DAY
        for number in range(HORIZON_DAYS):
            for slot in self._slots_of(today + number * DAY):
                if slot > at:
                    yield slot
                    at = slot

    def _slots_of(self, day: date) -> list[datetime]:
        if not self._falls_on(day):
            return []
        moments = {slot for wall in self._walls(day) for slot in self._moments(wall)}
        return sorted(moments)

    def _falls_on(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 in self.weekdays
        )

    def _walls(self, day: date) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)

    def _moments(self, wall: datetime) -> Iterator[datetime]:
        if len(self.hours) < 24:
            yield wall.astimezone(UTC)
            return
        for fold in (0, 1):
            moment = wall.replace(fold=fold).astimezone(UTC)
            if moment.astimezone(self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
                yield moment
