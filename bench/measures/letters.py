"""Do a hundred thousand dead letters slow anything?

Two servers, one with a few hundred letters and one with all, are called turn by turn. The number is
what is claimed, so it is not cut to a share of the whole run.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import islice

from bench.measures.beside import LIMIT, Side, Step, cursor_at, measure_beside
from bench.measures.growth import AT_ONCE, DONE, FAILED, Arm, posts
from bench.run import Row, Run
from longshore.store import Store, dead_letters
from longshore.store.claims import Delivery
from longshore.testing.server import ValkeyServer

NAME = "letters"
TITLE = "What calls cost beside 100,000 dead letters"
FEW, MANY = 500, 100_000


def measure(run: Run) -> list[Row]:
    """Claims, settles and reads of the dead letters."""
    return measure_beside(run, NAME, Letters, FEW, MANY)


class Letters(Side):
    """A server with so many dead letters."""

    def __init__(self, name: str, server: ValkeyServer, count: int) -> None:
        super().__init__(name, server, count)
        _bury(self, count)
        # As a person who turns pages sees it.
        self.middle = cursor_at(count // 2, partial(_next_page, self.store))
        (one,) = self.store.run(dead_letters.page(limit=1)).letters
        self.one = one.record.id
        self.held: list[Delivery] = []

    @property
    def steps(self) -> Mapping[str, Step]:
        """The calls that are compared, in their order."""
        return {
            "claim a job": self._claim,
            "settle it": lambda: self.settle(self.held, DONE),
            "newest page": lambda: self.store.run(dead_letters.page(limit=LIMIT)),
            "a page half-way": lambda: self.store.run(
                dead_letters.page(limit=LIMIT, cursor=self.middle)
            ),
            "show one": lambda: self.store.run(dead_letters.get(self.one)),
        }

    def _claim(self) -> None:
        self.held = self.claim(1)


def _bury(arm: Arm, count: int) -> None:
    fresh = posts(count)
    while batch := list(islice(fresh, AT_ONCE)):
        arm.send(batch)
        while claimed := arm.claim(100):
            arm.settle(claimed, FAILED)


def _next_page(store: Store, cursor: str | None, limit: int) -> str | None:
    return store.run(dead_letters.page(cursor=cursor, limit=limit)).cursor
