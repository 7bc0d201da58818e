"""No size of ours ends a worker: not many queues, nor a limit below what a child needs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator
from contextlib import ExitStack

import pytest

from longshore.errors import BrokerRefused
from longshore.records import JobState
from longshore.store import jobs
from support.celery_worker import CeleryWorker
from support.places import places
from support.until import until

QUIET = ("--without-gossip", "--without-mingle")
SECONDS = 60
#: Names and priorities of these are several times as long as a page of memory, or 64 KiB.
QUEUES = [f"{'queue-with-a-long-name-' * 4}{number}" for number in range(300)]


@pytest.fixture
def own(shop) -> Generator[Callable[..., CeleryWorker]]:
    """Start a worker of this pool with these flags; at the end it must stop warmly with code 0."""
    with ExitStack() as workers:

        def run(pool: str, *flags: str, concurrency: int = 1) -> CeleryWorker:
            options = (*QUIET, *flags)
            worker = shop.worker(pool=pool, concurrency=concurrency, options=options)
            return workers.enter_context(worker)

        yield run


POOLS = pytest.mark.parametrize("pool", ["longshore", "longshore-threads"])


@POOLS
def test_a_worker_consumes_many_queues_and_more_while_it_runs(shop, own, pool):
    own(pool, "-Q", ",".join(QUEUES))
    for queue in (QUEUES[0], QUEUES[-1]):
        assert shop.module.add.apply_async((1, 2), queue=queue).get(timeout=SECONDS) == 3
    for queue in ("one-more", "and-another"):
        shop.app.control.add_consumer(queue, reply=True, timeout=SECONDS, limit=1)
        assert shop.module.add.apply_async((1, 2), queue=queue).get(timeout=SECONDS) == 3


@POOLS
def test_each_child_runs_a_job_however_small_its_memory_may_be(shop, own, pool):
    own(pool, "--max-memory-per-child=1000")
    ran = [shop.module.process.delay().get(timeout=SECONDS) for _ in range(3)]
    assert len(set(ran)) == 3


def test_there_are_more_children_while_all_are_busy(shop, own):
    own("longshore", "--autoscale=2,1")
    jobs = {line: shop.module.gated.delay(line) for line in ("first", "second")}
    until(lambda: len(shop.lines()) == 2, SECONDS)
    for line, job in jobs.items():
        shop.open_gate(line)
        assert job.get(timeout=SECONDS) == line


def test_threads_refuse_to_be_scaled_in_one_line(shop):
    worker = shop.worker(
        pool="longshore-threads", options=(*QUIET, "--autoscale=2,1"), concurrency=1
    ).start()
    assert worker.wait() == 2
    (line,) = [line for line in worker.lines().splitlines() if "longshore worker:" in line]
    assert line.endswith("-P longshore-threads cannot --autoscale: give its threads by -c")


@pytest.mark.parametrize("pool", ["longshore", "prefork", "threads"])
def test_a_queue_named_as_a_key_is_refused_and_the_worker_goes_on(shop, own, pool):
    worker = own(pool)
    shop.app.control.add_consumer("unacked")
    until(lambda: "'unacked' is no queue" in worker.lines(), SECONDS)
    with pytest.raises(BrokerRefused, match="is no queue"):
        shop.module.add.apply_async((1, 2), queue="unacked")
    assert shop.module.add.delay(1, 2).get(timeout=SECONDS) == 3


def test_a_worker_that_is_to_consume_a_key_ends_with_one_line(shop):
    worker = shop.worker(options=(*QUIET, "-Q", "celery,longshore:delayed:celery")).start()
    assert worker.wait() == 2
    assert "Traceback" not in worker.lines()
    assert "'longshore:delayed:celery' is no queue" in worker.lines()


@pytest.mark.parametrize("pool", ["longshore", "prefork"])
def test_a_foreign_key_in_a_queues_stead_holds_up_no_other_queue(shop, client, own, pool):
    client.hset("taken", "by", "somebody else")
    worker = own(pool, "-Q", "taken,celery")
    assert "nothing is claimed from 'taken': that key is no queue" in worker.lines()
    assert shop.module.add.delay(1, 2).get(timeout=SECONDS) == 3


@POOLS
def test_a_cold_shutdown_gives_back_what_runs(shop, store, client, pool):
    with shop.worker(pool=pool, options=QUIET, concurrency=1) as worker:
        running = shop.module.gated.delay("running")
        until(shop.lines, SECONDS)
        os.kill(worker.pid, signal.SIGQUIT)
        worker.wait()
    record = store.run(jobs.get(running.id))
    assert (record.state, record.interruptions) == (JobState.QUEUED, 1)
    assert shop.lines() == ["start running"]
    assert places(client, running.id) == ["ready celery"]
