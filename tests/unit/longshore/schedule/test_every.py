"""Interval slots: fixed distance from an anchor, whoever asks and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from longshore.schedule.every import Every
from longshore.schedule.instants import instant, seconds

ANCHOR = datetime(2026, 1, 1, 12, 0, 7, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_first_slot_is_one_interval_after_the_anchor():
    assert Every(MINUTE, ANCHOR).next_after(ANCHOR) == ANCHOR + MINUTE


def test_a_slot_is_not_later_than_itself():
    every = Every(MINUTE, ANCHOR)
    assert every.next_after(ANCHOR + MINUTE) == ANCHOR + 2 * MINUTE


def test_the_phase_does_not_depend_on_when_it_is_asked_for():
    every = Every(MINUTE, ANCHOR)
    asked = [ANCHOR + timedelta(seconds=s) for s in (60, 61, 90, 119.999)]
    assert {every.next_after(at) for at in asked} == {ANCHOR + 2 * MINUTE}


def test_a_clock_that_was_set_back_before_the_anchor_brings_no_slot_forward():
    every = Every(MINUTE, ANCHOR)
    assert every.next_after(ANCHOR - timedelta(days=1)) == ANCHOR + MINUTE
    assert every.due(ANCHOR - timedelta(days=2), ANCHOR - timedelta(days=1), 5).slots == ()


def test_due_slots_are_the_newest_and_the_older_ones_are_counted():
    due = Every(MINUTE, ANCHOR).due(ANCHOR, ANCHOR + 10 * MINUTE, keep=3)
    assert due.slots == tuple(ANCHOR + n * MINUTE for n in (8, 9, 10))
    assert due.older == 7


def test_years_of_seconds_are_counted_at_once():
    due = Every(timedelta(seconds=1), ANCHOR).due(ANCHOR, ANCHOR + timedelta(days=3650), keep=2)
    assert due.older == 3650 * 86_400 - 2


@given(
    anchor=st.integers(0, 4 * 10**15),
    interval=st.integers(50_000, 10**12),
    after=st.integers(0, 10**13),
    length=st.integers(0, 10**7),
)
def test_due_slots_are_what_next_after_walks_through(anchor, interval, after, length):
    start = instant(anchor / 1_000_000)
    every = Every(timedelta(microseconds=interval), start)
    since = start + timedelta(microseconds=after)
    until = since + timedelta(microseconds=length)
    walked, slot = [], every.next_after(since)
    while slot <= until:
        walked.append(slot)
        slot = every.next_after(slot)
    assert list(every.due(since, until, keep=10**6).slots) == walked


@given(st.integers(0, 4 * 10**15))
def test_instants_keep_every_microsecond_on_their_way_through_the_store(microseconds):
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert instant(float(f"{seconds(at):.6f}")) == at
