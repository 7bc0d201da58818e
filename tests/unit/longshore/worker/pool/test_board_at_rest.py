"""A child that has nothing to do runs nothing, whatever it ran last."""

from __future__ import annotations

import pytest

from longshore.current import Claim
from longshore.errors import InvalidJob
from longshore.worker.pool.board import Board, Held


def held(number, queue="q"):
    claim = Claim(f"job-{number}", f"tag-{number}", queue, f"token-{number}", 1, 1)
    return Held(claim, "t", None, 1.0)


def running(board):
    return tuple(one.held for one in board.view().running)


def test_what_ran_last_is_not_running_for_ever():
    board, batch = Board(2), (held(1), held(2))
    first, second = map(board.put, batch)
    assert board.begin(first)
    board.end(first)
    assert board.begin(second)
    assert running(board) == (batch[1],)
    board.end(second)
    assert running(board) == ()
    assert board.view().ended == batch
    assert board.view().waiting == ()
    assert board.totals() == {"t": 2}


def test_several_run_at_once():
    board, batch = Board(3), (held(1), held(2), held(3))
    places = [board.put(one) for one in batch]
    assert board.begin(places[2])
    assert board.begin(places[0])
    assert running(board) == (batch[0], batch[2])
    assert board.view().waiting == (batch[1],)


def test_what_the_parent_has_taken_back_does_not_begin():
    board, batch = Board(3), (held(1), held(2), held(3))
    places = [board.put(one) for one in batch]
    assert board.begin(places[0])
    assert tuple(board.take_back()) == batch[1:]
    assert [board.begin(place) for place in places[1:]] == [False, False]
    assert running(board) == (batch[0],)


def test_places_are_used_again():
    board = Board(1)
    place = board.put(held(1))
    assert board.room == 0
    assert board.begin(place)
    board.end(place)
    board.free([place])
    board.tell({"t": 1})
    assert board.put(held(2)) == place
    assert board.view().waiting == (held(2),)
    assert board.totals() == {"t": 1}


def test_a_claim_that_is_too_long_is_refused():
    with pytest.raises(InvalidJob, match="too long"):
        Board(1).put(held(1, queue="q" * 5000))


def test_the_totals_have_room_for_every_task():
    totals = {f"a.long.name.of.a.task.{number}": 10**12 + number for number in range(5000)}
    board = Board(1, totals)
    board.tell(totals)
    assert board.totals() == totals
