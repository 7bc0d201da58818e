"""What becomes of slots that went by while no scheduler ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from longshore.schedule.timing import Due, Timing

#: The most slots of one entry that are made up for at once; older ones count as missed.
MAX_SLOTS = 100


class CatchUp(StrEnum):
    """How an entry makes up for slots that went by.

    ``skip``: not at all, only a slot younger than the entry's ``skip_after_seconds`` is
    enqueued. ``last``: the newest one, however old. ``all``: each, at most ``MAX_SLOTS``.
    """

    SKIP = "skip"
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about the slots that are due: those to enqueue, oldest first, and the rest.

    ``passed`` is the newest slot that goes by without a job, ``missed`` how many do; all of
    them are older than those to enqueue.
    """

    enqueue: tuple[datetime, ...] = ()
    passed: datetime | None = None
    missed: int = 0


def slots_due(timing: Timing, last_slot: datetime, now: datetime) -> Due:
    """The slots later than the last one dealt with, up to now; at most ``MAX_SLOTS`` of them."""
    # One more than can be enqueued, so that the newest slot passed over has a name.
    return timing.due(last_slot, now, MAX_SLOTS + 1)


def plan(policy: CatchUp, due: Due, now: datetime, skip_after: timedelta) -> Plan:
    """Which of the due slots to enqueue under this policy."""
    kept = _kept(policy, due.slots, now, skip_after)
    passed = due.slots[: len(due.slots) - len(kept)]
    return Plan(kept, passed[-1] if passed else None, due.older + len(passed))


def _kept(
    policy: CatchUp, slots: tuple[datetime, ...], now: datetime, skip_after: timedelta
) -> tuple[datetime, ...]:
    if policy is CatchUp.ALL:
        return slots[-MAX_SLOTS:]
    newest = slots[-1:]
    if policy is CatchUp.SKIP and newest and now - newest[0] > skip_after:
        return ()
    return newest
