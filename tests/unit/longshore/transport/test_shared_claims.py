"""The claims that another process sees."""

from __future__ import annotations

import os

import pytest

from longshore.current import Claim
from longshore.records import JobState
from longshore.store.claims import Settlement
from longshore.transport.book import ClaimBook
from longshore.transport.shared_claims import SLOT_BYTES, SharedClaims


def claim(number, queue="q"):
    return Claim(f"job-{number}", f"tag-{number}", queue, f"me#{number}", 0, 0)


@pytest.fixture
def shared():
    return SharedClaims()


def test_what_was_put_is_read_until_it_is_cleared(shared):
    slots = [shared.put(claim(number)) for number in range(3)]
    assert shared.read() == [claim(0), claim(1), claim(2)]
    shared.clear(slots[1])
    assert shared.read() == [claim(0), claim(2)]


def test_the_lowest_free_slot_is_used_again(shared):
    slots = [shared.put(claim(number)) for number in range(3)]
    shared.clear(slots[2])
    shared.clear(slots[0])
    assert shared.put(claim(7)) == slots[0]
    assert shared.read() == [claim(7), claim(1)]


@pytest.mark.parametrize("queue", ["q" * SLOT_BYTES, "a\0b"])
def test_a_claim_that_has_no_place_is_left_out(shared, queue):
    assert shared.put(claim(1, queue)) is None
    assert shared.read() == []


def test_names_of_any_alphabet_come_out_as_they_went_in(shared):
    shared.put(claim(1, "Größe-集"))
    assert shared.read() == [claim(1, "Größe-集")]


def test_another_process_sees_them(shared):
    pid = os.fork()
    if pid == 0:
        try:
            shared.put(claim(1))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert SharedClaims().read() == []
    shared_now = shared.read()
    assert shared_now == [claim(1)]


def test_the_book_shows_a_claim_from_its_grant_until_it_is_settled(shared):
    book = ClaimBook(shared=shared)
    book.add(claim(1), store=None)
    assert shared.read() == [claim(1)]
    entry = book.take("tag-1")
    assert shared.read() == []
    book.keep_overdue(entry, Settlement(JobState.SUCCEEDED))
    assert shared.read() == [claim(1)]
    book.take("tag-1")
    assert shared.read() == []
