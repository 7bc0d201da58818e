"""How late an event loop is by what its own process does: what a concurrent request would feel."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Self

from longshore.prove.processor import waited_seconds

TICK_SECONDS = 0.005


class Ticker:
    """Wants to run every five milliseconds; ``late`` keeps by how many seconds it could not.

    For what other processes took of the processor the loop is not to blame: it is taken off.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _tick(self) -> None:
        while True:
            began, waited = time.monotonic(), waited_seconds()
            await asyncio.sleep(TICK_SECONDS)
            waited = waited_seconds() - waited
            self.late.append(max(time.monotonic() - began - TICK_SECONDS - waited, 0.0))
