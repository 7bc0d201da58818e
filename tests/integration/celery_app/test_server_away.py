"""A client's calls end while the server of its results is away, and a wait outlives a restart."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from celery import Celery, chord
from celery.exceptions import TimeoutError as NotInTime

from longshore.errors import BrokerError, ResultsUnavailable
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer

# Celery's own backend repeats each of these steps for minutes.
pytestmark = pytest.mark.timeout(100)
OPTIONS = {"deadline_seconds": 1.0, "breaker_seconds": 0.0}


@pytest.fixture
def server() -> Generator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def app(server: ValkeyServer) -> Generator[Celery]:
    app = Celery("shop", broker=server.url, backend=server.url, set_as_current=False)
    app.conf.broker_transport_options = OPTIONS

    @app.task(shared=False, name="shop.add")
    def add(a: int, b: int) -> int:
        return a + b

    app.finalize()
    yield app
    consumer = app.backend.result_consumer
    consumer.stop()
    consumer._pubsub = None
    app.close()


def hang(server: ValkeyServer) -> None:
    server.pause()


def die(server: ValkeyServer) -> None:
    server.kill()


@pytest.mark.parametrize("strike", [hang, die])
def test_every_call_of_a_client_ends(server, app, strike):
    add = app.tasks["shop.add"]
    known = add.delay(1, 2)
    strike(server)
    calls = {
        "delay": lambda: add.delay(1, 2),
        "chord": lambda: chord([add.s(1, 1), add.s(2, 2)], app=app)(add.si(1, 2)),
        "state": lambda: known.state,
        "get": lambda: known.get(timeout=1),
        "forget": known.forget,
        "revoke": known.revoke,
        "inspect": lambda: app.control.inspect(timeout=1).ping(),
    }
    errors = (BrokerError, OSError, NotInTime, *app.backend.connection_errors)
    for call in calls.values():
        with pytest.raises(errors):
            call()
    if strike is hang:
        server.resume()


def test_a_chord_that_is_not_sent_says_so_in_one_line(server, app):
    server.kill()
    add = app.tasks["shop.add"]
    with pytest.raises(ResultsUnavailable, match=r"^[^\n]+$"):
        chord([add.s(1, 1), add.s(2, 2)], app=app)(add.si(1, 2))


def test_a_wait_ends_with_its_timeout_though_the_server_dies_in_it(server, app):
    waiting = app.tasks["shop.add"].delay(1, 2)
    waiting.ready()
    threading.Timer(0.2, server.kill).start()
    with pytest.raises(NotInTime):
        waiting.get(timeout=2)


def test_a_wait_outlives_a_restart_of_the_server(server, app):
    waiting = app.tasks["shop.add"].delay(1, 2)

    def restart_and_end() -> None:
        server.kill()
        server.start()
        with Store.from_url(server.url) as store:
            store.run(jobs.cancel(waiting.id))

    threading.Timer(0.2, restart_and_end).start()
    assert waiting.get(timeout=60, propagate=False)
    assert waiting.state == "REVOKED"
