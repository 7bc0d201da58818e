"""A pool's rate limits, shared out among its children."""

from __future__ import annotations

import itertools

import pytest

from longshore.worker.pool.rates import Rates


def begin_times(slots, limit, seconds):
    """When jobs begin, if each child always has one to begin; in hundredths of a second."""
    children = [Rates() for _ in range(slots)]
    for slot, child in enumerate(children):
        child.set({"t": limit}, slots, slot)
    return [
        tick / 100
        for tick in range(int(seconds * 100))
        for child in children
        if child.wait("t", tick / 100) == 0
    ]


@pytest.mark.parametrize("slots", [1, 2, 3, 5])
def test_together_the_children_keep_the_whole_limit(slots):
    times = begin_times(slots, "5/s", 2)
    assert 10 <= len(times) <= 11
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 0.18


def test_the_wait_is_told():
    rates = Rates()
    rates.set({"t": "2/s"}, 1, 0)
    assert rates.wait("t", 10.0) == 0
    assert rates.wait("t", 10.0) == pytest.approx(0.5)
    assert rates.wait("t", 10.2) == pytest.approx(0.3)
    assert rates.wait("t", 10.5) == 0


def test_a_task_without_a_limit_never_waits():
    rates = Rates()
    rates.set({"t": "1/h", "free": "0"}, 2, 1)
    assert rates.wait("other", 1.0) == 0
    assert rates.wait("free", 1.0) == 0
