"""The two stores: one blocks, one awaits; both run the same calls within the same deadline."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Any, Self, TypeVar

import redis
import redis.asyncio
from redis.exceptions import NoScriptError, RedisError

from longshore.store.async_lines import AsyncLines
from longshore.store.attempts import CONNECTION_ERRORS, Attempts
from longshore.store.breaker import Breaker
from longshore.store.call import Call
from longshore.store.confirming import Confirming
from longshore.store.connecting import open_async_client, open_client
from longshore.store.lines import Lines
from longshore.store.sentinel import aclose_sentinels, close_sentinels
from longshore.store.settings import StoreSettings
from longshore.store.url import shown
from longshore.tracing.holder import sent

T = TypeVar("T")
U = TypeVar("U")


class Store:
    """Runs calls and blocks until they are answered. Safe to share between threads.

    Raises (from ``run``):
        BrokerUnavailable: no answer within ``settings.deadline_seconds``, or an enqueue that fewer
            than ``settings.replicas_to_confirm`` replicas confirmed.
        BrokerRefused: the server answered with an error.
    """

    def __init__(self, client: redis.Redis, place: str, settings: StoreSettings) -> None:
        self._client, self.place = client, place
        self._lines = Lines(client.connection_pool, settings.max_connections)
        self.settings = settings
        self.breaker = Breaker(settings.breaker_seconds)

    @classmethod
    def from_url(cls, url: str, settings: StoreSettings | None = None) -> Self:
        """A store on the server of a broker URL; connects lazily.

        Raises:
            SettingsError: the URL is wrong.
        """
        settings = settings or StoreSettings()
        return cls(open_client(url, settings), shown(url), settings)

    @classmethod
    def on_pool(cls, pool: redis.ConnectionPool, place: str, settings: StoreSettings) -> Self:
        """A store on connections that somebody else has configured (kombu, Sentinel)."""
        return cls(redis.Redis(connection_pool=pool), place, settings)

    def run(self, call: Call[T]) -> T:
        """Runs one call; the script is sent along when the server does not know it yet."""
        with sent(call.posts):
            return self._run(call)

    def _run(self, call: Call[T]) -> T:
        attempts = Attempts(call.script.name, self.place, self.settings, self.breaker)
        while True:
            try:
                answer = self._evaluate(call)
            except CONNECTION_ERRORS as error:
                attempts.connection_failed(error)
                time.sleep(attempts.pause_seconds)
            except RedisError as error:
                attempts.refused(error)
                self._ask_elsewhere(attempts.pause_seconds)
            else:
                attempts.answered()
                return call.read(answer)

    def _evaluate(self, call: Call[Any]) -> object:
        if call.accepts and self.settings.replicas_to_confirm:
            return self._confirmed(Confirming(call, self.settings))
        argv = call.argv(self.settings)
        try:
            return self._lines.call("EVALSHA", call.script.sha, 0, *argv)
        except NoScriptError:
            return self._lines.call("EVAL", call.script.source, 0, *argv)

    def _confirmed(self, asked: Confirming) -> object:
        answers = self._lines.call_all(asked.by_sha)
        if again := asked.by_source(answers):
            answers[-len(again) :] = self._lines.call_all(again)
        self.breaker.succeeded()
        return asked.answer(answers, self.place)

    def run_both(self, first: Call[T], second: Call[U]) -> tuple[T, U]:
        """Runs two calls, in this order, in one round trip; neither depends on the other."""
        attempts = Attempts(second.script.name, self.place, self.settings, self.breaker)
        while True:
            try:
                one, two = self._evaluate_both(first, second)
            except CONNECTION_ERRORS as error:
                attempts.connection_failed(error)
                time.sleep(attempts.pause_seconds)
            except RedisError as error:
                attempts.refused(error)
                self._ask_elsewhere(attempts.pause_seconds)
            else:
                attempts.answered()
                return first.read(one), second.read(two)

    def _evaluate_both(self, first: Call[T], second: Call[U]) -> list[Any]:
        pipeline: Any = self._client.pipeline(transaction=False)
        calls: tuple[Call[Any], ...] = (first, second)
        for call in calls:
            pipeline.execute_command("EVALSHA", call.script.sha, 0, *call.argv(self.settings))
        answers: list[Any] = pipeline.execute(raise_on_error=False)
        for index, call in enumerate(calls):
            if isinstance(answers[index], NoScriptError):
                answers[index] = self._evaluate(call)
            elif isinstance(answers[index], RedisError):
                raise answers[index]
        return answers

    def _ask_elsewhere(self, pause_seconds: float) -> None:
        self._lines.close()
        self._client.connection_pool.disconnect(inuse_connections=False)
        time.sleep(pause_seconds)

    def new_connection(self) -> Any:
        """A connection outside the pool, for a command that blocks; the caller closes it."""
        pool = self._client.connection_pool
        return pool.connection_class(**pool.connection_kwargs)

    def close(self) -> None:
        """Closes every connection of the store's own pool."""
        self._client.close()
        self._lines.close()
        self._client.connection_pool.disconnect()
        close_sentinels(self._client.connection_pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


class AsyncStore:
    """Runs calls without blocking the event loop. Bound to the loop that first uses it.

    Raises (from ``run``):
        BrokerUnavailable: no answer within ``settings.deadline_seconds``, or an enqueue that fewer
            than ``settings.replicas_to_confirm`` replicas confirmed.
        BrokerRefused: the server answered with an error.
    """

    def __init__(self, client: redis.asyncio.Redis, place: str, settings: StoreSettings) -> None:
        self._client, self.place = client, place
        self._lines = AsyncLines(client.connection_pool, settings.max_connections)
        self.settings = settings
        self.breaker = Breaker(settings.breaker_seconds)

    @classmethod
    def from_url(cls, url: str, settings: StoreSettings | None = None) -> Self:
        """A store on the server of a broker URL; connects lazily.

        Raises:
            SettingsError: the URL is wrong.
        """
        settings = settings or StoreSettings()
        return cls(open_async_client(url, settings), shown(url), settings)

    async def run(self, call: Call[T]) -> T:
        """Runs one call; the script is sent along when the server does not know it yet."""
        with sent(call.posts):
            return await self._run(call)

    async def _run(self, call: Call[T]) -> T:
        attempts = Attempts(call.script.name, self.place, self.settings, self.breaker)
        while True:
            try:
                async with asyncio.timeout(self.settings.answer_seconds):
                    answer = await self._evaluate(call)
            except CONNECTION_ERRORS as error:
                attempts.connection_failed(error)
                await asyncio.sleep(attempts.pause_seconds)
            except RedisError as error:
                attempts.refused(error)
                await self._lines.aclose()
                await self._client.connection_pool.disconnect(inuse_connections=False)
                await asyncio.sleep(attempts.pause_seconds)
            else:
                attempts.answered()
                return call.read(answer)

    async def _evaluate(self, call: Call[T]) -> object:
        if call.accepts and self.settings.replicas_to_confirm:
            return await self._confirmed(Confirming(call, self.settings))
        argv = call.argv(self.settings)
        try:
            return await self._lines.call("EVALSHA", call.script.sha, 0, *argv)
        except NoScriptError:
            return await self._lines.call("EVAL", call.script.source, 0, *argv)

    async def _confirmed(self, asked: Confirming) -> object:
        answers = await self._lines.call_all(asked.by_sha)
        if again := asked.by_source(answers):
            answers[-len(again) :] = await self._lines.call_all(again)
        self.breaker.succeeded()
        return asked.answer(answers, self.place)

    async def aclose(self) -> None:
        """Closes every connection of the store."""
        await self._lines.aclose()
        await self._client.aclose()
        await aclose_sentinels(self._client.connection_pool)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()
