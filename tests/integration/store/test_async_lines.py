"""An awaiting store's connections: one call each at a time, however calls end."""

from __future__ import annotations

import asyncio

import pytest
import redis

from longshore.store.async_lines import AsyncLines
from longshore.store.connecting import open_async_client, open_client
from longshore.store.settings import StoreSettings


@pytest.fixture
def client(valkey):
    with open_client(valkey.url, StoreSettings()) as client:
        yield client


def run(valkey, steps, most=2):
    """Runs the steps on lines of their own, within a loop of their own."""

    async def session():
        async with open_async_client(valkey.url, StoreSettings()) as client:
            lines = AsyncLines(client.connection_pool, most)
            try:
                return await steps(lines)
            finally:
                await lines.aclose()

    return asyncio.run(session())


def test_calls_in_turn_share_one_connection(valkey, client):
    async def steps(lines):
        before = len(client.client_list())
        answers = [await lines.call("ECHO", word) for word in ("a", b"b", 3)]
        return answers, len(client.client_list()) - before

    assert run(valkey, steps) == ([b"a", b"b", b"3"], 1)


def test_calls_at_one_time_have_a_connection_each(valkey):
    async def steps(lines):
        blocked = asyncio.create_task(lines.call("BLPOP", "bell", "5"))
        await asyncio.sleep(0)
        await lines.call("RPUSH", "bell", "rung")
        return await blocked

    assert run(valkey, steps) == [b"bell", b"rung"]


def test_a_refusal_keeps_the_connection(valkey, client):
    async def steps(lines):
        before = len(client.client_list())
        with pytest.raises(redis.ResponseError):
            await lines.call("HGET")
        answer = await lines.call("ECHO", "a")
        return answer, len(client.client_list()) - before

    assert run(valkey, steps) == (b"a", 1)


def test_an_answer_that_came_too_late_is_never_another_calls(valkey, client):
    async def steps(lines):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await lines.call("BLPOP", "bell", "2")
        client.rpush("bell", "late")
        return await lines.call("ECHO", "b")

    assert run(valkey, steps) == b"b"


def test_no_more_than_the_limit_are_in_use(valkey):
    async def steps(lines):
        blocked = asyncio.create_task(lines.call("BLPOP", "bell", "5"))
        await asyncio.sleep(0)
        with pytest.raises(redis.ConnectionError, match="in use"):
            await lines.call("ECHO", "a")
        blocked.cancel()
        await asyncio.gather(blocked, return_exceptions=True)
        return await lines.call("ECHO", "a")

    assert run(valkey, steps, most=1) == b"a"


def test_connections_that_the_server_closed_cost_one_call(valkey, client):
    async def steps(lines):
        await asyncio.gather(*(lines.call("ECHO", word) for word in "abc"))
        client.client_kill_filter(_type="normal", skipme=True)
        with pytest.raises(redis.ConnectionError):
            await lines.call("ECHO", "d")
        return [await lines.call("ECHO", word) for word in "ef"]

    assert run(valkey, steps, most=3) == [b"e", b"f"]
