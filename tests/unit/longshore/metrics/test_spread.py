from __future__ import annotations

import random

import pytest

from longshore.metrics.spread import Spread

SPREAD = Spread((1.0, 5.0, 60.0))


def filled(*batches: list[float]) -> list[float]:
    cells = memoryview(bytearray(8 * SPREAD.size)).cast("d")
    for batch in batches:
        SPREAD.add(cells, 0, batch)
    return cells.tolist()


def test_a_value_at_the_bound_lies_below_it() -> None:
    block = filled([1.0], [1.1], [5.0], [60.5])
    assert list(SPREAD.cumulative(block)) == [("1.0", 1), ("5.0", 3), ("60.0", 3), ("+Inf", 4)]
    assert block[0] == pytest.approx(67.6)


def test_many_at_once_are_counted_as_one_after_the_other() -> None:
    chance = random.Random(7)
    values = [chance.choice([0.5, 1.0, 3.0, 5.0, 60.0, 99.0]) for _ in range(500)]
    assert filled(values.copy()) == pytest.approx(filled(*([one] for one in values)))
