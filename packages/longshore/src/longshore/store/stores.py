"""The two stores: one blocks, one awaits; both run the same calls within the same deadline."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Any, Self, TypeVar

import redis
import redis.asyncio
from redis.exceptions import AuthenticationError, NoScriptError, RedisError

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store.breaker import Breaker
from longshore.store.call import Call
from longshore.store.connecting import open_async_client, open_client
from longshore.store.packing import quicken
from longshore.store.sentinel import aclose_sentinels, close_sentinels
from longshore.store.settings import StoreSettings
from longshore.store.tls import certificate_error
from longshore.store.url import shown

T = TypeVar("T")
U = TypeVar("U")

CONNECTION_ERRORS = (redis.ConnectionError, redis.TimeoutError, OSError)


#: The server does not know the script that EVALSHA names.
ScriptMissing = NoScriptError

#: The server does not let this user in, or not with this password.
LoginRefused = AuthenticationError


def is_demotion(error: Exception) -> bool:
    """Whether this server has become a replica: who is the primary must be asked again."""
    return "READONLY" in str(error) or "UNBLOCKED" in str(error)


class _Attempts:
    """Decides, for one call, whether another try still fits into its deadline."""

    def __init__(self, name: str, place: str, settings: StoreSettings, breaker: Breaker) -> None:
        self._name, self._place, self._breaker = name, place, breaker
        self._deadline_seconds = settings.deadline_seconds
        self._began = time.monotonic()
        if not breaker.allows(self._began):
            raise BrokerUnavailable(
                f"broker {place} did not answer a moment ago; not asking it again yet ({name})"
            )

    def connection_failed(self, error: Exception) -> None:
        """Returns when there is time for another try.

        Raises:
            BrokerUnavailable: there is none, or the login was refused on connecting.
        """
        if isinstance(error, AuthenticationError):
            raise BrokerRefused(f"broker {self._place} refused the login: {error}") from error
        if reason := certificate_error(error):
            raise BrokerRefused(f"broker {self._place}: {reason}") from error
        now = time.monotonic()
        timed_out = isinstance(error, redis.TimeoutError | TimeoutError)
        # A stale pooled connection fails at once; a refused port is worth a few quick tries.
        if not timed_out and now - self._began < self._deadline_seconds * 0.25:
            return
        self._breaker.failed(now)
        waited = now - self._began
        raise BrokerUnavailable(
            f"broker {self._place} did not answer {self._name} within {waited:.1f} s"
            f" ({type(error).__name__})"
        ) from error

    def refused(self, error: Exception) -> None:
        """Returns when the call should be sent again, to the server that is the primary now.

        Raises:
            BrokerRefused: the server's own refusal, as one clear line.
        """
        waited = time.monotonic() - self._began
        if is_demotion(error) and waited < self._deadline_seconds * 0.25:
            return
        raise BrokerRefused(f"broker {self._place} refused {self._name}: {error}") from error

    @property
    def pause_seconds(self) -> float:
        """How long to wait between two tries."""
        return self._deadline_seconds / 40


class Store:
    """Runs calls and blocks until they are answered. Safe to share between threads.

    Raises (from ``run``):
        BrokerUnavailable: no answer within ``settings.deadline_seconds``.
        BrokerRefused: the server answered with an error.
    """

    def __init__(self, client: redis.Redis, place: str, settings: StoreSettings) -> None:
        self._client, self._place = client, place
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
        attempts = _Attempts(call.script.name, self._place, self.settings, self.breaker)
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
                self.breaker.succeeded()
                return call.read(answer)

    def _evaluate(self, call: Call[T]) -> object:
        argv = call.argv(self.settings)
        try:
            return self._client.evalsha(call.script.sha, 0, *argv)
        except NoScriptError:
            return self._client.eval(call.script.source, 0, *argv)

    def run_both(self, first: Call[T], second: Call[U]) -> tuple[T, U]:
        """Runs two calls, in this order, in one round trip; neither depends on the other."""
        attempts = _Attempts(second.script.name, self._place, self.settings, self.breaker)
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
                self.breaker.succeeded()
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
        self._client.connection_pool.disconnect(inuse_connections=False)
        time.sleep(pause_seconds)

    def new_connection(self) -> Any:
        """A connection outside the pool, for a command that blocks; the caller closes it."""
        pool = self._client.connection_pool
        return pool.connection_class(**pool.connection_kwargs)

    def close(self) -> None:
        """Closes every connection of the store's own pool."""
        self._client.close()
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
        BrokerUnavailable: no answer within ``settings.deadline_seconds``.
        BrokerRefused: the server answered with an error.
    """

    def __init__(self, client: redis.asyncio.Redis, place: str, settings: StoreSettings) -> None:
        quicken(client.connection_pool)
        self._client, self._place = client, place
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
        attempts = _Attempts(call.script.name, self._place, self.settings, self.breaker)
        while True:
            try:
                async with asyncio.timeout(self.settings.deadline_seconds):
                    answer = await self._evaluate(call)
            except CONNECTION_ERRORS as error:
                attempts.connection_failed(error)
                await asyncio.sleep(attempts.pause_seconds)
            except RedisError as error:
                attempts.refused(error)
                await self._client.connection_pool.disconnect(inuse_connections=False)
                await asyncio.sleep(attempts.pause_seconds)
            else:
                self.breaker.succeeded()
                return call.read(answer)

    async def _evaluate(self, call: Call[T]) -> object:
        argv = call.argv(self.settings)
        try:
            return await self._client.evalsha(call.script.sha, 0, *argv)
        except NoScriptError:
            return await self._client.eval(call.script.source, 0, *argv)

    async def aclose(self) -> None:
        """Closes every connection of the store."""
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
