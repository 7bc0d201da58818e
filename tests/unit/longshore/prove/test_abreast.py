"""Several things at once, and what becomes of their results."""

from __future__ import annotations

import threading

import pytest

from longshore.prove.abreast import Shared, abreast
from longshore.prove.arm import Arm
from longshore.prove.counting import Counting
from longshore.prove.options import Options, Run


def test_results_come_in_order_though_the_works_wait_for_one_another():
    second_has_run = threading.Event()

    def first():
        return "first" if second_has_run.wait(10) else "alone"

    def second():
        second_has_run.set()
        return "second"

    assert abreast([first, second], at_once=2) == ["first", "second"]


def test_the_failure_of_one_is_the_failure_of_all():
    def fails():
        raise ValueError("this one")

    with pytest.raises(ValueError, match="this one"):
        abreast([lambda: 1, fails], at_once=2)


def test_what_is_shared_goes_to_one_of_them_each():
    dealt = Shared(range(1000))
    parts = abreast([lambda: list(dealt)] * 4, at_once=4)
    assert sorted(number for part in parts for number in part) == list(range(1000))


def test_progress_says_how_much_of_how_much():
    heard = []
    counting = Counting(Run(Arm.LONGSHORE, Options(), heard.append), 2, "kills")
    counting.one_more()
    counting.one_more()
    assert heard == ["1 of 2 kills", "2 of 2 kills"]
