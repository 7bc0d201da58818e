"""An entry under watch: where it starts, and what it does next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from longshore.schedule import CatchUp, ScheduleEntry
from longshore.schedule.catch_up import Plan
from longshore.schedule.instants import seconds
from longshore.schedule.watch import Watch
from longshore.store.schedules import Progress

ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def watch(last_slot: datetime | None) -> Watch:
    entry = ScheduleEntry(name="e", schedule=10, task="t", catch_up=CatchUp.ALL)
    last = None if last_slot is None else seconds(last_slot)
    return Watch(entry, Progress(seconds(ANCHOR), last), UTC)


def test_a_new_entry_makes_up_for_nothing():
    new = watch(last_slot=None)
    assert new.next_slot == ANCHOR + 10 * SECOND
    assert new.plan(ANCHOR + 9 * SECOND) == Plan()


def test_a_known_entry_goes_on_after_its_last_slot():
    known = watch(last_slot=ANCHOR + 20 * SECOND)
    decided = known.plan(ANCHOR + 45 * SECOND)
    assert decided.enqueue == (ANCHOR + 30 * SECOND, ANCHOR + 40 * SECOND)


def test_what_was_dealt_with_is_not_planned_again():
    known = watch(last_slot=None)
    known.dealt_with(ANCHOR + 40 * SECOND)
    assert known.plan(ANCHOR + 45 * SECOND) == Plan()
    assert known.next_slot == ANCHOR + 50 * SECOND
