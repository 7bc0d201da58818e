"""Post jobs over several connections at once, and follow each to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

from longshore_local.api import Api, ApiFailed
from longshore_local.following import follow
from longshore_local.load.summary import Measured

T = TypeVar("T")
PATIENCE_SECONDS = 120.0


async def measure(api: Api, jobs: int, connections: int, tick: Callable[[str], None]) -> Measured:
    """Post ``system.add`` jobs, then wait for all of them; ``tick`` hears of each step."""
    measured = Measured()
    began = time.perf_counter()
    ids: list[str] = []

    async def post(number: int) -> None:
        sent = time.perf_counter()
        record = await api.enqueue("system.add", {"a": number, "b": 1})
        measured.posts.append(time.perf_counter() - sent)
        ids.append(record.id)
        tick("posted")

    async def finish(job_id: str) -> None:
        record = await follow(api, job_id, patience_seconds=PATIENCE_SECONDS)
        measured.records.append(record)
        tick("finished")

    await _each(range(jobs), post, connections, measured)
    measured.post_seconds = time.perf_counter() - began
    await _each(ids, finish, connections, measured)
    measured.total_seconds = time.perf_counter() - began
    return measured


async def _each(
    items: Iterable[T], act: Callable[[T], Awaitable[None]], connections: int, measured: Measured
) -> None:
    shared = iter(items)
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one_after_another(shared, act, measured))


async def _one_after_another(
    shared: Iterator[T], act: Callable[[T], Awaitable[None]], measured: Measured
) -> None:
    for item in shared:
        try:
            await act(item)
        except ApiFailed as error:
            measured.errors[str(error)] += 1
