"""Whether a queue takes another job: a cap on what waits, known from a look now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from longshore.errors import BrokerError
from longshore.store import queues
from longshore.store.enqueuer import Runs
from longshore_api.errors import QueueFull

#: Between two looks at the broker; what this process adds meanwhile is counted.
EVERY_SECONDS = 0.25


class Admission:
    """Refuses jobs above a number that may wait in one queue, ready or delayed.

    Of several processes of the api each may add, between two looks, what the cap still allows.
    """

    def __init__(self, store: Runs, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._most, self._clock = store, most, clock
        self._waiting: dict[str, int] = {}
        self._next_look = 0.0

    async def admit(self, queue: str, jobs: int = 1) -> None:
        """Count some jobs in; raises QueueFull and then counts none."""
        if self._clock() >= self._next_look:
            await self._look()
        waiting = self._waiting.get(queue, 0) + jobs
        if waiting > self._most:
            raise QueueFull(queue, self._most)
        self._waiting[queue] = waiting

    async def _look(self) -> None:
        # Whoever comes while we look goes by the figures of before.
        self._next_look = self._clock() + EVERY_SECONDS
        # A broker that does not answer says so at the enqueue.
        with suppress(BrokerError):
            found = await self._store.run(queues.all_status())
            self._waiting = {status.queue: status.waiting + status.delayed for status in found}
