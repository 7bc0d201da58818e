"""Enqueues that arrive together share one script call; nobody waits for company."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from longshore.envelope import NewJob, Post, encode
from longshore.store.call import Call
from longshore.store.jobs import Enqueued, post_all

#: In one call: about a millisecond of the server's time.
MOST_AT_ONCE = 100

T = TypeVar("T")


class Runs(Protocol):
    """What runs calls: an ``AsyncStore``, or what stands in front of one."""

    async def run(self, call: Call[T]) -> T:
        """Runs one call."""
        ...


class Observer(Protocol):
    """Who wants to know how enqueuing goes."""

    def sent(self, jobs: int) -> None:
        """So many jobs went out in one call."""

    def failed(self, error: Exception, jobs: int) -> None:
        """So many were not accepted."""


Waiting = tuple[Post, "asyncio.Future[Enqueued]"]


@dataclass(slots=True)
class Enqueuer:
    """What is asked for in one tick of the event loop, or while a call is under way, goes out in
    the next call. Bound to one loop.

    Raises (from ``enqueue``):
        BrokerUnavailable: no answer within the store's deadline; the job may be enqueued again
            under the same id.
        BrokerRefused: the broker answered with an error; nothing was changed.
    """

    store: Runs
    calls: int = 0
    observer: Observer | None = None
    _waiting: list[Waiting] = field(default_factory=list)
    _sending: asyncio.Task[None] | None = None

    async def enqueue(self, job: NewJob) -> Enqueued:
        """Accepts a job."""
        answer: asyncio.Future[Enqueued] = asyncio.get_running_loop().create_future()
        self._waiting.append((encode(job), answer))
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())
        return await answer

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._send_batch(batch)
        finally:
            self._sending = None

    async def _send_batch(self, batch: list[Waiting]) -> None:
        self.calls += 1
        if self.observer is not None:
            self.observer.sent(len(batch))
        try:
            answers = await self.store.run(post_all([post for post, _ in batch]))
        except Exception as error:  # noqa: BLE001  whatever it is, each caller must hear of it
            if self.observer is not None:
                self.observer.failed(error, len(batch))
            for _, waiter in batch:
                if not waiter.done():
                    waiter.set_exception(error)
            return
        for (_, waiter), answer in zip(batch, answers, strict=True):
            if not waiter.done():
                waiter.set_result(answer)
