"""The claims that a process holds."""

from __future__ import annotations

import pytest

from longshore.current import Claim
from longshore.records import JobState
from longshore.store.claims import Settlement
from longshore.transport.book import ClaimBook

DONE = Settlement(JobState.SUCCEEDED)


@pytest.fixture
def book() -> ClaimBook:
    return ClaimBook()


def add(book, number=1):
    claim = Claim(f"job-{number}", f"tag-{number}", "q", "me#1", 1, 1)
    return book.add(claim, store=None)


def test_a_claim_is_taken_once(book):
    entry = add(book)
    assert book.get("tag-1") is entry
    assert book.take("tag-1") is entry
    assert book.take("tag-1") is None
    assert book.entries() == []


def test_entries_are_told_oldest_first(book):
    added = [add(book, 1), add(book, 2)]
    assert book.entries() == added


def test_what_happened_is_noted(book):
    entry = add(book)
    book.begin("tag-1")
    assert book.note("tag-1", DONE)
    assert (entry.begun, entry.settlement, entry.overdue) == (True, DONE, False)


def test_what_happens_to_a_claim_no_longer_held_is_not(book):
    book.begin("tag-9")
    assert not book.note("tag-9", DONE)
    assert book.entries() == []


def test_an_outcome_that_could_not_be_told_keeps_its_claim(book):
    entry = add(book)
    book.take("tag-1")
    book.keep_overdue(entry, DONE)
    assert book.entries() == [entry]
    assert entry.overdue


def test_a_lost_claim_is_reported_once(book):
    reported = []
    book.on_lost = reported.append
    entry = add(book)
    book.lost(entry)
    book.lost(entry)
    assert reported == [entry]


@pytest.mark.parametrize("moment", ["noted", "overdue"])
def test_a_claim_whose_outcome_is_known_is_not_dropped_when_it_is_lost(book, moment):
    reported = []
    book.on_lost = reported.append
    entry = add(book)
    if moment == "noted":
        book.note("tag-1", DONE)
    else:
        book.keep_overdue(book.take("tag-1"), DONE)
    book.lost(entry)
    assert (book.entries(), reported) == ([entry], [])


def test_a_cancel_is_reported_once(book):
    reported = []
    book.on_cancel = reported.append
    entry = add(book)
    book.cancel_asked(entry)
    book.cancel_asked(entry)
    assert reported == [entry]


def test_a_forked_child_starts_with_nothing(book):
    add(book)
    owner, book.kept_by_worker = book.owner, True
    book.forget_all()
    assert (book.entries(), book.kept_by_worker) == ([], False)
    assert book.owner != owner
