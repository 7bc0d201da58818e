"""What a child is started with, and what it keeps of each job."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, TypeVar

from longshore.metrics.ledger import Ledger
from longshore.store import Store
from longshore.worker.pool.board import Board
from longshore.worker.pool.orders import OrderBook
from longshore.worker.pool.outcomes import Outcome
from longshore.worker.pool.runner import Prepared


@dataclass(frozen=True, slots=True)
class Plan:
    """What a child is started with; made by the parent before the fork. Memory is in KiB."""

    app: Any
    hostname: str
    store: Store
    board: Board
    orders: OrderBook
    slot: int
    #: under which the child claims, and its parent gives back what it did not live to see
    owner: str
    max_jobs: int | None
    max_memory_kib: int | None
    #: how many handlers run at once in the child, each in a thread; 0: one, in its main thread
    threads: int = 0
    #: where the child counts its jobs; ``None``: nobody asks
    ledger: Ledger | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A job to run, and its place on the board."""

    prepared: Prepared
    place: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What goes out with a claim that is under way since ``at`` (monotonic seconds)."""

    ended: list[Ready]
    outcomes: list[Outcome]
    at: float


T = TypeVar("T")


def take_all(waiting: deque[T]) -> list[T]:
    """Everything that is in there now; others may add to it meanwhile."""
    return [waiting.popleft() for _ in range(len(waiting))]
