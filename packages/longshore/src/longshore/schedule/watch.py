"""One entry while its scheduler leads: what was dealt with, what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from longshore.schedule.catch_up import Plan, plan, slots_due
from longshore.schedule.condition import Condition
from longshore.schedule.entry import ScheduleEntry
from longshore.schedule.instants import instant
from longshore.store.schedules import Progress


class Watch:
    """An entry and its place in the series of its slots."""

    def __init__(self, entry: ScheduleEntry, progress: Progress, zone: tzinfo) -> None:
        self.entry = entry
        self._timing = entry.timing(instant(progress.anchor), zone)
        # An entry that was never dealt with begins when it is first known: nothing is made up for.
        since = progress.anchor if progress.last_slot is None else progress.last_slot
        self._last_slot = instant(since)
        self.next_slot = self._timing.next_after(self._last_slot)
        self.condition = Condition("slot not enqueued", "slots enqueued again", entry=entry.name)

    def plan(self, now: datetime) -> Plan:
        """What to do about the slots that are due now."""
        if self.next_slot is None or self.next_slot > now:
            return Plan()
        due = slots_due(self._timing, self._last_slot, now)
        skip_after = timedelta(seconds=self.entry.skip_after_seconds)
        return plan(self.entry.catch_up, due, now, skip_after)

    def slot_after(self, slot: datetime) -> datetime | None:
        """The slot that follows this one."""
        return self._timing.next_after(slot)

    def dealt_with(self, slot: datetime) -> None:
        """Everything up to this slot is enqueued or passed over."""
        self._last_slot = slot
        self.next_slot = self.slot_after(slot)
