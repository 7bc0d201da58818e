"""A child that has nothing to do runs nothing, whatever it ran last."""

from __future__ import annotations

from longshore.current import Claim
from longshore.worker.pool.board import Board, Held


def held(number):
    claim = Claim(f"job-{number}", f"tag-{number}", "q", f"token-{number}", 1, 1)
    return Held(claim, "t", None, 1.0)


def test_what_ran_last_is_not_running_for_ever():
    board, batch = Board(), [held(1), held(2)]
    board.claimed(batch, {})
    assert board.begin(0)
    assert board.begin(1)
    assert board.view().current == batch[1]
    board.rest()
    view = board.view()
    assert view.current is None
    assert view.ended == tuple(batch)
    assert view.waiting == ()
