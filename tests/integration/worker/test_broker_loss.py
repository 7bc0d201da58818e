"""Connections are cut and the broker is killed while jobs run."""

from __future__ import annotations

import time
from collections.abc import Generator

import pytest

from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.store.queues import all_status
from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer
from longshore.worker.overdue import LATE_SECONDS
from support.celery_worker import CeleryWorker
from support.shop import Shop
from support.until import until


@pytest.fixture
def valkey() -> Generator[ValkeyServer]:
    """A server of the test's own: it cuts the connections of all clients."""
    with ValkeyServer() as server:
        yield server


@pytest.mark.parametrize("pool", ["prefork", "threads", "longshore"])
def test_cut_connections_cost_no_job_and_double_none(shop, store, valkey, start, pool):
    start(pool=pool)
    result = shop.module.gated.delay("cut")
    until(lambda: "start cut" in shop.lines())
    for kind in ("normal", "pubsub"):
        valkey.ask("CLIENT", "KILL", "TYPE", kind)
    later = shop.app.send_task("shop.add", (1, 2))
    if pool != "longshore":
        # It consumes again while the job runs, if only ahead.
        until(lambda: [status.claimed for status in store.run(all_status())] == [2])
    shop.open_gate("cut")
    until(lambda: store.run(jobs.get(later.id)).state is JobState.SUCCEEDED)
    until(lambda: store.run(jobs.get(result.id)).state is JobState.SUCCEEDED)
    assert shop.lines() == ["start cut", "end cut"]
    assert store.run(jobs.get(result.id)).deliveries == 1


@pytest.mark.parametrize("pool", ["prefork", "threads", "longshore"])
def test_a_killed_broker_costs_no_job(tmp_path, pool):
    with ValkeyServer(appendfsync="always") as server, Store.from_url(server.url) as store:
        shop = Shop(server.url, tmp_path, transport_options={"lease_seconds": 2.0})
        worker = shop.worker(pool=pool, concurrency=1, options=("--without-gossip",))
        with worker:
            _outage(shop, server, store, worker)
        shop.close()


def _outage(shop: Shop, server: ValkeyServer, store: Store, worker: CeleryWorker) -> None:
    running = shop.app.send_task("shop.gated", ("outage",))
    waiting = shop.app.send_task("shop.add", (1, 2), countdown=60)
    until(lambda: "start outage" in shop.lines())
    server.kill()
    shop.open_gate("outage")
    until(lambda: "end outage" in shop.lines())
    server.start()
    until(lambda: store.run(jobs.get(running.id)).state is JobState.SUCCEEDED)
    Clock(server).advance(60)
    until(lambda: store.run(jobs.get(waiting.id)).state is JobState.SUCCEEDED)
    assert shop.lines() == ["start outage", "end outage"]
    assert store.run(jobs.get(running.id)).deliveries == 1
    assert worker.is_running


@pytest.mark.parametrize(
    ("pool", "told_by_its_child"), [("prefork", True), ("prefork", False), ("longshore", False)]
)
def test_a_limit_that_passes_while_the_broker_is_away_ends_no_job_that_has_ended(
    tmp_path, pool, told_by_its_child
):
    with ValkeyServer(appendfsync="always") as server, Store.from_url(server.url) as store:
        options = {"lease_seconds": 2.0}
        shop = Shop(
            server.url, tmp_path, transport_options=options, track_started=not told_by_its_child
        )
        with shop.worker(pool=pool, concurrency=1, options=("--without-gossip", "--time-limit=2")):
            job = shop.app.send_task("shop.gated", ("in time",))
            until(lambda: "start in time" in shop.lines())
            begun = time.monotonic()
            server.kill()
            shop.open_gate("in time")
            until(lambda: time.monotonic() > begun + 2 + LATE_SECONDS)
            server.start()
            until(lambda: store.run(jobs.get(job.id)).finished_at)
            assert store.run(jobs.get(job.id)).state is JobState.SUCCEEDED
        shop.close()
    assert shop.lines() == ["start in time", "end in time"]
