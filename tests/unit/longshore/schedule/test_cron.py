"""Cron slots on a wall clock, across the nights when it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab
from hypothesis import given
from hypothesis import strategies as st

from longshore.schedule.cron import Cron

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)


def day_of(cron: Cron, *day: int) -> list[str]:
    start = datetime(*day, tzinfo=cron.zone)
    end = start + timedelta(days=1)
    slots = cron.due(start.astimezone(UTC) - timedelta(seconds=1), end.astimezone(UTC), 10_000)
    return [slot.astimezone(cron.zone).strftime("%H:%M%z") for slot in slots.slots]


def test_the_hour_is_the_zones():
    nightly = crontab(minute="15", hour="3")
    at = utc(2026, 7, 1)
    assert Cron.of(nightly, BERLIN).next_after(at) == utc(2026, 7, 1, 1, 15)
    assert Cron.of(nightly, UTC).next_after(at) == utc(2026, 7, 1, 3, 15)


def test_a_slot_is_not_later_than_itself():
    hourly = Cron.of(crontab(minute="5"), UTC)
    assert hourly.next_after(utc(2026, 1, 1, 0, 5)) == utc(2026, 1, 1, 1, 5)


def test_the_day_of_the_week_and_of_the_month_must_both_match():
    friday_13 = Cron.of(crontab("0", "12", day_of_week="fri", day_of_month="13"), UTC)
    assert friday_13.next_after(utc(2026, 1, 1)) == utc(2026, 2, 13, 12)
    assert friday_13.next_after(utc(2026, 3, 13, 12)) == utc(2026, 11, 13, 12)


def test_sunday_is_day_zero():
    assert Cron.of(crontab("0", "0", day_of_week="0"), UTC).next_after(utc(2026, 11, 21)) == utc(
        2026, 11, 22
    )


def test_a_leap_day_on_one_weekday_is_found_decades_away():
    cron = Cron.of(crontab("0", "0", day_of_week="sat", day_of_month="29", month_of_year="2"), UTC)
    found = cron.next_after(utc(2076, 3, 1))
    assert found is not None
    assert (found.month, found.day, found.isoweekday()) == (2, 29, 6)


def test_a_named_hour_that_the_clock_skips_comes_as_much_later():
    # 29 March 2026, Berlin: 02:00 becomes 03:00.
    assert day_of(Cron.of(crontab("30", "2"), BERLIN), 2026, 3, 29) == ["03:30+0200"]


def test_two_named_hours_that_become_one_moment_give_one_slot():
    assert day_of(Cron.of(crontab("30", "2,3"), BERLIN), 2026, 3, 29) == ["03:30+0200"]


def test_a_named_hour_that_the_clock_repeats_comes_once():
    # 25 October 2026, Berlin: 03:00 becomes 02:00.
    assert day_of(Cron.of(crontab("30", "2"), BERLIN), 2026, 10, 25) == ["02:30+0200"]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_an_hourly_entry_comes_in_every_hour_that_there_is(day, hours):
    slots = (
        Cron.of(crontab(minute="15"), BERLIN)
        .due(
            datetime(*day, tzinfo=BERLIN).astimezone(UTC),
            datetime(*day, 23, 59, tzinfo=BERLIN).astimezone(UTC),
            100,
        )
        .slots
    )
    assert len(slots) == hours
    assert {later - earlier for earlier, later in pairwise(slots)} == {timedelta(hours=1)}


def test_an_hourly_entry_skips_the_half_hour_that_lord_howe_skips():
    # 4 October 2026: 02:00 becomes 02:30.
    around = day_of(Cron.of(crontab(minute="15,45"), LORD_HOWE), 2026, 10, 4)[2:6]
    assert around == ["01:15+1030", "01:45+1030", "02:45+1100", "03:15+1100"]


def test_due_slots_are_the_newest_and_the_older_ones_are_counted():
    due = Cron.of(crontab(), UTC).due(utc(2026, 1, 1), utc(2026, 1, 1, 1), keep=2)
    assert due.slots == (utc(2026, 1, 1, 0, 59), utc(2026, 1, 1, 1))
    assert due.older == 58


@given(
    zone=st.sampled_from([BERLIN, LORD_HOWE, ZoneInfo("America/Sao_Paulo"), UTC]),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=3),
    since=st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_slots_are_strictly_later_each_time_and_match_the_wall_clock(zone, minutes, hours, since):
    cron = Cron.of(crontab(minute=minutes, hour=hours), zone)
    at = since.replace(tzinfo=UTC)
    slots = cron.due(at, at + timedelta(days=3), 1000).slots
    assert all(earlier < later for earlier, later in pairwise((at, *slots)))
    assert all(slot.astimezone(zone).minute % 30 in {m % 30 for m in minutes} for slot in slots)
