from __future__ import annotations

import asyncio
from typing import TypeVar

import pytest

from longshore.errors import BrokerUnavailable, UnknownJob
from longshore.store import Call, connection, jobs
from longshore.testing.fake_store import FakeStore
from longshore_api.gate import Gate
from support.skipping_loop import SKIPPING

T = TypeVar("T")

pytestmark = pytest.mark.anyio


class SlowStore(FakeStore):
    """Answers when it is told to, and counts who waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.answering = asyncio.Event()
        self.asked = 0

    async def run(self, call: Call[T]) -> T:
        self.asked += 1
        await self.answering.wait()
        return await super().run(call)


async def all_stand_in_line(tasks: list[asyncio.Task[float]]) -> None:
    """Give each task its turn: it then waits in the store or in the line."""
    _, waiting = await asyncio.wait(tasks, timeout=0)
    assert len(waiting) == len(tasks)


async def test_no_more_than_its_width_ask_at_once() -> None:
    store = SlowStore()
    gate = Gate(store, width=2, limit_seconds=5)
    tasks = [asyncio.create_task(gate.run(connection.ping())) for _ in range(5)]
    await all_stand_in_line(tasks)
    assert store.asked == 2
    store.answering.set()
    assert len(await asyncio.gather(*tasks)) == 5
    assert store.asked == 5


@pytest.mark.parametrize("anyio_backend", [pytest.param(SKIPPING, id="skipping")])
async def test_the_limit_holds_in_the_line_too() -> None:
    gate = Gate(SlowStore(), width=1, limit_seconds=30)
    questions = (gate.run(connection.ping()) for _ in range(2))
    failures = await asyncio.gather(*questions, return_exceptions=True)
    assert [type(failure) for failure in failures] == [BrokerUnavailable] * 2
    assert "ping was not answered within 30 s" in str(failures[0])


async def test_what_the_store_raises_comes_through() -> None:
    gate = Gate(FakeStore(), width=1, limit_seconds=5)
    for _ in range(2):
        with pytest.raises(UnknownJob):
            await gate.run(jobs.get("nobody"))


async def test_closing_closes_the_store() -> None:
    store = FakeStore()
    await Gate(store, width=1, limit_seconds=5).aclose()
    assert store.closed
