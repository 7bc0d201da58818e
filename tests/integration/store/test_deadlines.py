"""A broker that is away or hangs costs the caller one try; the proof measures how long."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Generator

import pytest

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store import AsyncStore, Store, StoreSettings, jobs
from longshore.store.connection import ping
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer

SETTINGS = StoreSettings(deadline_seconds=0.2)
UNANSWERED = "did not answer enqueue"


class Silent:
    """A server that takes connections and never answers."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"longshore://127.0.0.1:{listener.getsockname()[1]}/0"

    def connections(self) -> int:
        """Return how many connections there were since the last call; they must be closed."""
        for number in range(100):
            try:
                self._listener.accept()[0].close()
            except BlockingIOError:
                return number
        raise AssertionError("there is no end of them")


@pytest.fixture
def silent() -> Generator[Silent]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        listener.setblocking(False)
        yield Silent(listener)


def blocking(url: str, call) -> None:
    with Store.from_url(url, SETTINGS) as store:
        store.run(call)


def awaited(url: str, call) -> None:
    async def run() -> None:
        async with AsyncStore.from_url(url, SETTINGS) as store:
            await store.run(call)

    asyncio.run(run())


@pytest.fixture(params=[blocking, awaited])
def run(request) -> Callable[..., None]:
    return request.param


def test_a_closed_port_is_an_error(run, new_job):
    with pytest.raises(BrokerUnavailable, match=UNANSWERED):
        run(f"longshore://127.0.0.1:{free_port()}/0", jobs.enqueue(new_job()))


def test_a_server_that_hangs_is_tried_once(run, silent, new_job):
    with pytest.raises(BrokerUnavailable, match=UNANSWERED):
        run(silent.url, jobs.enqueue(new_job()))
    assert silent.connections() == 1


def test_a_server_that_hangs_after_it_has_answered_is_used_again_later():
    settings = StoreSettings(deadline_seconds=1)
    with ValkeyServer() as server, Store.from_url(server.url, settings) as store:
        store.run(ping())
        server.pause()
        with pytest.raises(BrokerUnavailable):
            store.run(ping())
        server.resume()
        assert store.run(ping()) > 0


def test_the_breaker_makes_the_next_calls_fail_at_once(silent):
    settings = StoreSettings(deadline_seconds=0.2, breaker_seconds=3600)
    with Store.from_url(silent.url, settings) as store:
        with pytest.raises(BrokerUnavailable):
            store.run(ping())
        assert silent.connections() == 1
        with pytest.raises(BrokerUnavailable, match="not asking it again"):
            store.run(ping())
        assert silent.connections() == 0
        assert store.breaker.is_open


def test_the_breaker_closes_when_the_broker_answers(valkey):
    with Store.from_url(valkey.url, StoreSettings(breaker_seconds=30)) as store:
        store.breaker.failed(time.monotonic() - 31)
        assert store.run(ping()) > 0
        assert not store.breaker.is_open


def test_a_wrong_password_is_refused_and_not_told():
    with ValkeyServer(password="right") as server:
        wrong = server.url.replace("right", "s3cret")
        with Store.from_url(wrong) as store, pytest.raises(BrokerRefused) as refused:
            store.run(ping())
    assert "s3cret" not in str(refused.value)


def test_scripts_are_sent_again_when_the_server_forgot_them(valkey, new_job):
    with Store.from_url(valkey.url) as store:
        store.run(jobs.enqueue(new_job()))
        valkey.ask("SCRIPT", "FLUSH")
        assert store.run(jobs.enqueue(new_job())).created


def test_a_connection_that_was_cut_is_replaced(new_job):
    with ValkeyServer() as server, Store.from_url(server.url) as store:
        store.run(ping())
        server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert store.run(jobs.enqueue(new_job())).created
