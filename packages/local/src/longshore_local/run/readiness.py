"""Whether the set works: asked from outside, as its users would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from longshore.testing.rabbit import RabbitServer
from longshore.testing.server import ValkeyServer
from longshore.testing.wire import Refused
from longshore_local.settings import LocalSettings

PATIENCE_SECONDS = 60.0
BETWEEN_SECONDS = 0.1


class NotReady(Exception):
    """Something did not begin to work in time; says what."""


async def until(
    check: Callable[[], Awaitable[bool]], what: str, patience_seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until the check holds.

    Raises:
        NotReady: it did not within the patience.
    """
    try:
        async with asyncio.timeout(patience_seconds):
            while not await check():  # noqa: ASYNC110 - nothing tells when another process is ready
                await asyncio.sleep(BETWEEN_SECONDS)
    except TimeoutError:
        raise NotReady(f"{what} within {patience_seconds:.0f} s") from None


async def broker_answers(server: ValkeyServer) -> None:
    """Wait for the broker, which first reads its data."""

    async def answers() -> bool:
        try:
            return await asyncio.to_thread(server.ask, "PING") == "PONG"
        except (OSError, Refused):
            return False

    await until(answers, "valkey did not answer")


async def rabbitmq_answers(server: RabbitServer) -> None:
    """Wait for RabbitMQ, which takes some seconds to start."""

    async def answers() -> bool:
        return await asyncio.to_thread(server.answers)

    await until(answers, "rabbitmq did not answer", 2 * PATIENCE_SECONDS)


async def set_works(settings: LocalSettings) -> None:
    """Wait until the api is ready and, if we may ask that, a job has gone through the whole set."""
    async with httpx.AsyncClient(
        base_url=settings.api_url, headers=settings.bearer, timeout=15.0, trust_env=False
    ) as client:
        await until(_ok(client, "/readyz"), "the api was not ready")
        if settings.local_auth == "required" and settings.api_key is None:
            return
        await until(_ok(client, "/api/v1/health/jobs"), "the worker did not run a job")


def _ok(client: httpx.AsyncClient, path: str) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        try:
            return (await client.get(path)).is_success
        except httpx.TransportError:
            return False

    return answers
