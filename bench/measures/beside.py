"""The same calls on two servers by turns: one that holds little, one that holds much."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping

from bench.measures.growth import AT_ONCE, Arm
from bench.rates import percentile
from bench.run import Row, Run
from bench.server import SharedServer
from longshore.testing.server import ValkeyServer

FEW, MANY = "few", "many"
ROUNDS, LEAST_ROUNDS, WARM_ROUNDS = 2_000, 500, 50
#: Both servers are given the jobs of so many rounds at a time, so that each stays as it is.
BLOCK = 25
#: A page as a person turns it.
LIMIT = 50

Step = Callable[[], object]
#: From a cursor and a limit to the cursor behind that page.
Turn = Callable[[str | None, int], str | None]


class Side(Arm):
    """A server that holds so many; each step does the same on both."""

    def __init__(self, name: str, server: ValkeyServer, count: int) -> None:
        super().__init__(name, server)
        self.count = count

    @property
    @abstractmethod
    def steps(self) -> Mapping[str, Step]:
        """The calls that are compared, in their order."""


def cursor_at(depth: int, turn: Turn) -> str | None:
    """The cursor of what is so far down: a person turns pages, and so does this."""
    cursor, at_once = None, min(AT_ONCE, depth)
    for _ in range(0, depth, at_once):
        cursor = turn(cursor, at_once)
    return cursor


def measure_beside(run: Run, name: str, side: type[Side], few: int, many: int) -> list[Row]:
    """Once: what is measured is a ratio of many calls."""
    with SharedServer() as small, SharedServer() as large:
        sides = (side(FEW, small, few), side(MANY, large, many))
        for one in sides:
            one.forget_scripts()
        rows = _compare(run, sides)
        for one in sides:
            one.store.close()
    for row in rows:
        run.say(f"{name} {row}")
    return rows


def _compare(run: Run, sides: tuple[Side, Side]) -> list[Row]:
    times: dict[tuple[str, Side], list[float]] = {}
    for number in range(-WARM_ROUNDS, run.size.count(ROUNDS, LEAST_ROUNDS)):
        if number % BLOCK == 0:
            for side in sides:
                side.waiting(BLOCK)
        for side in sides if number % 2 else reversed(sides):
            for name, step in side.steps.items():
                began = time.perf_counter()
                step()
                if number >= 0:
                    times.setdefault((name, side), []).append(time.perf_counter() - began)
    return [
        {
            "step": step,
            "arm": side.name,
            "held": side.count,
            **{f"p{percent}": percentile(values, percent) for percent in (50, 95, 99)},
        }
        for (step, side), values in times.items()
    ]
