"""What a child counts outlasts it, and one writer follows another."""

from __future__ import annotations

import os
import signal

from longshore.metrics.ledger import CELLS, Ledger, highest, summed


def count(ledger: Ledger, key: tuple[str, ...], by: float = 1.0) -> None:
    place = ledger.place(key, 2)
    assert place is not None
    ledger.cells[place] += by


def test_blocks_have_their_names() -> None:
    ledger = Ledger()
    count(ledger, ("jobs", "a"))
    count(ledger, ("jobs", "b"), 2.0)
    count(ledger, ("jobs", "a"))
    count(ledger, ("other", "a"), 7.0)
    assert summed([ledger], "jobs") == {("a",): [2.0, 0.0], ("b",): [2.0, 0.0]}


def test_several_ledgers_are_added_up_or_compared() -> None:
    one, two = Ledger(), Ledger()
    count(one, ("jobs", "a"), 1.0)
    count(two, ("jobs", "a"), 4.0)
    assert summed([one, two], "jobs") == {("a",): [5.0, 0.0]}
    assert highest([one, two], "jobs") == {("a",): 4.0}


def test_what_a_killed_child_counted_stays_and_the_next_counts_on() -> None:
    ledger = Ledger()
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            try:
                count(ledger, ("jobs", "a"))
                count(ledger, ("jobs", f"child {number}"))
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(pid, 0)
    assert summed([ledger], "jobs") == {
        ("a",): [3.0, 0.0],
        **{(f"child {number}",): [1.0, 0.0] for number in range(3)},
    }


def test_there_is_no_place_when_it_is_full() -> None:
    ledger = Ledger()
    assert ledger.place(("jobs", "a"), CELLS - 1) == 0
    assert ledger.place(("jobs", "b"), 2) is None
    assert ledger.place(("jobs", "c"), 1) == CELLS - 1
    assert ledger.place(("jobs", "a"), CELLS - 1) == 0


def test_names_without_end_find_an_end() -> None:
    ledger = Ledger()
    places = [ledger.place(("jobs", f"{number}-{'x' * 200}"), 1) for number in range(1000)]
    assert None in places
    assert len(list(ledger.blocks())) == places.index(None)
