"""The way to the broker: so many calls at once, and none for longer than the deadline."""

from __future__ import annotations

import asyncio
from typing import Protocol, TypeVar

from longshore.errors import BrokerUnavailable
from longshore.store import Call

T = TypeVar("T")


class JobStore(Protocol):
    """What the api needs of a store: ``AsyncStore``, or the fake of the tests."""

    async def run(self, call: Call[T]) -> T:
        """Run one call; raises BrokerUnavailable and BrokerRefused."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class Gate:
    """A store that is asked by at most ``width`` callers at a time; the others stand in line.

    ``limit_seconds`` bounds line and call together; what is left of the caller's deadline is for
    the answer. A rush then waits a moment for a connection instead of failing for want of one.
    """

    def __init__(self, store: JobStore, width: int, limit_seconds: float) -> None:
        self._store = store
        self._places = asyncio.Semaphore(width)
        self._limit_seconds = limit_seconds

    async def run(self, call: Call[T]) -> T:
        """Run one call; raises BrokerUnavailable when line and call take longer than the limit.

        It also raises what the store raises.
        """
        try:
            async with asyncio.timeout(self._limit_seconds), self._places:
                return await self._store.run(call)
        except TimeoutError:
            raise BrokerUnavailable(
                f"{call.script.name} was not answered within {self._limit_seconds:g} s"
            ) from None

    async def aclose(self) -> None:
        """Close the store."""
        await self._store.aclose()
