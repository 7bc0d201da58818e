"""A broker that is away or hangs costs the caller its deadline, no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store import AsyncStore, Store, StoreSettings, jobs
from longshore.store.connection import ping
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.stopwatch import Stopwatch

SETTINGS = StoreSettings(deadline_seconds=0.8)
MARGIN_SECONDS = 0.4


@pytest.fixture(scope="module")
def hung_server() -> Generator[ValkeyServer]:
    with ValkeyServer() as server:
        server.pause()
        yield server
        server.resume()


@pytest.fixture(params=["closed port", "hung server"])
def away(request, hung_server) -> str:
    if request.param == "hung server":
        return hung_server.url
    return f"longshore://127.0.0.1:{free_port()}/0"


@contextmanager
def in_time() -> Generator[None]:
    with Stopwatch() as watch:
        yield
    assert watch.seconds < SETTINGS.deadline_seconds + MARGIN_SECONDS


@pytest.mark.alone
def test_a_blocking_call(away, new_job):
    unanswered = pytest.raises(BrokerUnavailable, match="did not answer enqueue")
    with Store.from_url(away, SETTINGS) as store, in_time(), unanswered:
        store.run(jobs.enqueue(new_job()))


async def _fails(url, new_job):
    async with AsyncStore.from_url(url, SETTINGS) as store:
        with in_time(), pytest.raises(BrokerUnavailable, match="did not answer enqueue"):
            await store.run(jobs.enqueue(new_job()))


@pytest.mark.alone
def test_an_awaited_call(away, new_job):
    asyncio.run(_fails(away, new_job))


@pytest.mark.alone
def test_a_server_that_hangs_after_it_has_answered(new_job):
    with ValkeyServer() as server, Store.from_url(server.url, SETTINGS) as store:
        store.run(ping())
        server.pause()
        with in_time(), pytest.raises(BrokerUnavailable):
            store.run(ping())
        server.resume()
        assert store.run(ping()) > 0


@pytest.mark.alone
def test_the_breaker_makes_the_next_calls_fail_at_once():
    settings = StoreSettings(deadline_seconds=1, breaker_seconds=30)
    with Store.from_url(f"longshore://127.0.0.1:{free_port()}/0", settings) as store:
        with pytest.raises(BrokerUnavailable):
            store.run(ping())
        with Stopwatch() as watch, pytest.raises(BrokerUnavailable, match="not asking it again"):
            store.run(ping())
        assert watch.seconds < settings.answer_seconds / 3
        assert store.breaker.is_open


def test_the_breaker_closes_when_the_broker_answers(valkey):
    with Store.from_url(valkey.url, StoreSettings(breaker_seconds=30)) as store:
        store.breaker.failed(time.monotonic() - 31)
        assert store.run(ping()) > 0
        assert not store.breaker.is_open


def test_a_wrong_password_is_refused_and_not_told():
    with ValkeyServer(password="right") as server:
        wrong = server.url.replace("right", "s3cret")
        with Store.from_url(wrong, SETTINGS) as store, pytest.raises(BrokerRefused) as refused:
            store.run(ping())
    assert "s3cret" not in str(refused.value)


def test_scripts_are_sent_again_when_the_server_forgot_them(valkey, new_job):
    with Store.from_url(valkey.url) as store:
        store.run(jobs.enqueue(new_job()))
        valkey.ask("SCRIPT", "FLUSH")
        assert store.run(jobs.enqueue(new_job())).created


def test_a_connection_that_was_cut_is_replaced(valkey, new_job):
    with Store.from_url(valkey.url) as store:
        store.run(ping())
        valkey.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert store.run(jobs.enqueue(new_job())).created
