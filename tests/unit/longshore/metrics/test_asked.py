from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from longshore.metrics.asked import Asked


def test_scrapers_that_come_together_cost_one_question() -> None:
    numbers = itertools.count()
    asked = Asked(lambda: next(numbers), keep_seconds=60)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: asked.answer(), range(50)))
    assert set(answers) == {0}


def test_an_old_answer_is_asked_for_again() -> None:
    numbers = itertools.count()
    asked = Asked(lambda: next(numbers), keep_seconds=0)
    assert [asked.answer() for _ in range(3)] == [0, 1, 2]


def test_a_failure_is_no_answer() -> None:
    outcomes = iter([ValueError("away"), "here"])

    def ask() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, ValueError):
            raise outcome
        return str(outcome)

    asked = Asked(ask, keep_seconds=60)
    with pytest.raises(ValueError, match="away"):
        asked.answer()
    assert asked.answer() == "here"
