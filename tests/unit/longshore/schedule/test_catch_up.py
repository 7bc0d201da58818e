"""What becomes of slots that went by: three policies over the same gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from longshore.schedule.catch_up import MAX_SLOTS, CatchUp, Plan, plan, slots_due
from longshore.schedule.every import Every
from longshore.schedule.timing import Due

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY = Every(MINUTE, START)


def slot(number: int) -> datetime:
    return START + number * MINUTE


def decide(policy: CatchUp, slots: int, late: timedelta = timedelta()) -> Plan:
    now = slot(slots) + late
    return plan(policy, slots_due(EVERY, START, now), now, skip_after=MINUTE / 2)


@pytest.mark.parametrize("policy", CatchUp)
def test_nothing_due_is_nothing_to_do(policy):
    assert decide(policy, 0) == Plan()


@pytest.mark.parametrize("policy", CatchUp)
def test_a_slot_on_time_is_enqueued_under_every_policy(policy):
    assert decide(policy, 1) == Plan(enqueue=(slot(1),))


def test_skip_takes_the_newest_slot_while_it_is_young():
    assert decide(CatchUp.SKIP, 4) == Plan((slot(4),), passed=slot(3), missed=3)


def test_skip_passes_over_everything_that_is_late():
    late = timedelta(seconds=31)
    assert decide(CatchUp.SKIP, 4, late) == Plan((), passed=slot(4), missed=4)


def test_last_takes_the_newest_slot_however_late():
    late = timedelta(seconds=59)
    assert decide(CatchUp.LAST, 4, late) == Plan((slot(4),), passed=slot(3), missed=3)


def test_all_takes_every_slot_oldest_first():
    assert decide(CatchUp.ALL, 4) == Plan(tuple(slot(n) for n in (1, 2, 3, 4)))


def test_all_takes_no_more_than_the_limit_and_counts_the_rest():
    decided = decide(CatchUp.ALL, MAX_SLOTS + 50)
    assert len(decided.enqueue) == MAX_SLOTS
    assert decided.enqueue[0] == slot(51)
    assert (decided.passed, decided.missed) == (slot(50), 50)


def test_slots_that_are_not_listed_count_as_missed():
    decided = plan(CatchUp.LAST, Due((slot(8), slot(9)), older=7), slot(9), MINUTE)
    assert decided == Plan((slot(9),), passed=slot(8), missed=8)
