"""What a running job must publish waits for the broker; its absence is no outcome of the job."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from celery import chain

from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

#: How many jobs run at once in each pool; each publishes in a way of its own.
POOLS = {"prefork": 3, "threads": 3, "solo": 1, "longshore": 3, "longshore-threads": 3}
QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@pytest.fixture
def server() -> Generator[ValkeyServer]:
    with ValkeyServer(appendfsync="always") as server:
        yield server


@pytest.fixture
def store(server: ValkeyServer) -> Generator[Store]:
    with Store.from_url(server.url) as store:
        yield store


@pytest.mark.parametrize("pool", POOLS)
def test_the_first_publish_of_a_process_waits_for_the_broker(server, store, tmp_path, pool):
    shop, gate = Shop(server.url, tmp_path), tmp_path / "gate"
    task = shop.module.publishing
    with shop.worker(pool=pool, concurrency=POOLS[pool], options=QUICK) as worker:
        last = chain(task.s("chain", str(gate)), shop.module.passed_on.s())()
        sent = [last.parent]
        if POOLS[pool] > 1:
            sent += [task.delay(how, str(gate)) for how in ("delay", "retry")]
        until(lambda: len(shop.lines()) == len(sent))
        server.kill()
        gate.touch()
        until(lambda: worker.lines().count("waiting for the broker") >= len(sent))
        server.start()
        for job in [*sent, last]:
            until(lambda job=job: store.run(jobs.get(job.id)).state is JobState.SUCCEEDED)
            assert store.run(jobs.get(job.id)).interruptions == 0
    assert len(shop.lines()) == len(sent), "a job ran twice"
    shop.close()
