"""Stores whose messages RabbitMQ holds: the same calls, apart from those that need the queues.

An enqueue writes the record, publishes, waits for RabbitMQ's confirm and notes it. Repeated after
an error it publishes again, under the same id, unless the confirm had come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Self, TypeVar

from longshore.envelope import Post
from longshore.errors import BrokerError, BrokerRefused, BrokerUnavailable
from longshore.rabbitmq.letter import letter
from longshore.rabbitmq.publisher import Publisher
from longshore.rabbitmq.support import check_support
from longshore.store import AsyncStore, Call, Store, StoreSettings
from longshore.store.entrusted import Entrusted, Word, confirm, entrust
from longshore.tracing.holder import sent

T = TypeVar("T")


class _Sending:
    """The enqueue of some posts, between the answers to their records and to their messages."""

    def __init__(self, posts: Sequence[Post], answers: Sequence[Entrusted]) -> None:
        self.answers = answers
        pairs = list(zip(posts, answers, strict=True))
        self.chosen = [post for post, told in pairs if told.word in {Word.NEW, Word.AGAIN}]
        self.ids = [post.job_id for post in self.chosen]
        own = set(self.ids)
        busy = [post.job_id for post, told in pairs if told.word is Word.BUSY]
        # The same id twice in one call is published by this very call.
        self._busy = [job_id for job_id in busy if job_id not in own]

    def publish(self, publisher: Publisher) -> None:
        """Return when RabbitMQ has the messages that it is to have."""
        if self.chosen:
            publisher.publish([letter(post) for post in self.chosen])

    def check(self) -> None:
        """See that all are held, now that those of this call are.

        Raises:
            BrokerUnavailable: another call is publishing one of the jobs.
        """
        if self._busy:
            raise BrokerUnavailable(
                f"job {self._busy[0]} is being published by another call; try again"
            )

    def read(self, call: Call[T]) -> T:
        """The answer as the enqueue script gives it."""
        rows = [
            1 if told.word in {Word.NEW, Word.AGAIN} else (b"duplicate", told.fingerprint.encode())
            for told in self.answers
        ]
        return call.read(rows)


class RabbitStore(Store):
    """A store on the Redis of the records; made by ``beside``."""

    publisher: Publisher

    @classmethod
    def beside(
        cls, broker_url: str, queues: Sequence[str], records_url: str, settings: StoreSettings
    ) -> Self:
        """The store of these records, which publishes to that RabbitMQ; connects lazily."""
        store = cls.from_url(records_url, settings)
        store.publisher = _publisher(broker_url, queues, settings)
        return store

    def run(self, call: Call[T]) -> T:
        """Runs one call; raises NotOnThisBroker besides."""
        if not call.posts:
            check_support(call.script.name)
            return super().run(call)
        with sent(call.posts):
            return self._post(call)

    def _post(self, call: Call[T]) -> T:
        sending = _Sending(call.posts, super().run(entrust(call.posts)))
        try:
            sending.publish(self.publisher)
        except BrokerRefused:
            with suppress(BrokerError):
                super().run(confirm(sending.ids, held=False))
            raise
        if sending.ids:
            super().run(confirm(sending.ids, held=True))
        sending.check()
        return super().run(call.beside) if call.beside else sending.read(call)

    def close(self) -> None:
        """Closes the connections to both."""
        super().close()
        self.publisher.close()


class AsyncRabbitStore(AsyncStore):
    """The same without blocking the event loop: RabbitMQ is spoken to in a thread."""

    publisher: Publisher

    @classmethod
    def beside(
        cls, broker_url: str, queues: Sequence[str], records_url: str, settings: StoreSettings
    ) -> Self:
        """The store of these records, which publishes to that RabbitMQ; connects lazily."""
        store = cls.from_url(records_url, settings)
        store.publisher = _publisher(broker_url, queues, settings)
        return store

    async def run(self, call: Call[T]) -> T:
        """Runs one call; raises NotOnThisBroker besides."""
        if not call.posts:
            return await self._run_on_records(call)
        with sent(call.posts):
            return await self._post(call)

    async def _post(self, call: Call[T]) -> T:
        sending = _Sending(call.posts, await super().run(entrust(call.posts)))
        try:
            await asyncio.to_thread(sending.publish, self.publisher)
        except BrokerRefused:
            with suppress(BrokerError):
                await super().run(confirm(sending.ids, held=False))
            raise
        if sending.ids:
            await super().run(confirm(sending.ids, held=True))
        sending.check()
        return await super().run(call.beside) if call.beside else sending.read(call)

    async def _run_on_records(self, call: Call[T]) -> T:
        check_support(call.script.name)
        if call.script.name == "ping":
            # The broker answers when both do.
            await asyncio.to_thread(self.publisher.ping)
        return await super().run(call)

    async def aclose(self) -> None:
        """Closes the connections to both."""
        await super().aclose()
        await asyncio.to_thread(self.publisher.close)


def _publisher(broker_url: str, queues: Sequence[str], settings: StoreSettings) -> Publisher:
    return Publisher(broker_url, queues, settings.max_deliveries, settings.deadline_seconds * 0.75)
