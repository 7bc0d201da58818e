"""Chains, groups and chords whose workers are killed: each is whole, and nothing in it is twice."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery import chain, chord, group
from longshore.prove.nursery import Child, Nursery

from longshore.envelope import NewJob, Post, encode
from longshore.store import jobs
from longshore.store.batches import enqueue_batch, get_batch
from support.shop import SOURCE, Shop
from support.until import until

POOLS = {"prefork": 2, "longshore": 2, "longshore-threads": 4, "threads": 4, "solo": 1}
KILLS = int(os.environ.get("LONGSHORE_WORKFLOW_KILLS", "4"))
SECONDS = 60
#: Long enough to be killed in, short enough for many.
STEP = 0.03


@pytest.fixture(scope="module")
def nursery() -> Generator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def shop(valkey, tmp_path) -> Generator[Shop]:
    """Its workers are killed at random: any job may be hit oftener than would quarantine it."""
    shop = Shop(
        valkey.url, tmp_path, transport_options={"lease_seconds": 2.0, "max_deliveries": 20}
    )
    yield shop
    shop.close()


@dataclass
class Fleet:
    """Workers of one pool, forked; whole process groups are killed."""

    shop: Shop
    nursery: Nursery
    folder: Path
    pool: str
    running: list[Child] = field(default_factory=list)
    started: int = 0

    def start(self) -> Child:
        self.started += 1
        log = self.folder / f"{self.pool}-{self.started}.log"
        log.touch()
        words = (
            *("--workdir", str(SOURCE.parent), "-A", SOURCE.stem, "worker", "-l", "INFO"),
            *("-P", self.pool, "-c", str(POOLS[self.pool]), "-n", f"w{self.started}@%h"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )
        child = self.nursery.start(words, self.shop.environment, log)
        self.running.append(child)
        until(lambda: " ready." in log.read_text(errors="replace"), SECONDS)
        return child

    def kill(self, child: Child) -> None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(SECONDS)
        self.running.remove(child)


@pytest.fixture
def fleet(shop, nursery, tmp_path) -> Generator[Callable[[str], Fleet]]:
    fleets: list[Fleet] = []

    def make(pool: str) -> Fleet:
        fleets.append(Fleet(shop, nursery, tmp_path, pool))
        return fleets[-1]

    yield make
    for one in fleets:
        for child in list(one.running):
            one.kill(child)


def workflows(shop: Any) -> list[tuple[Any, Any]]:
    """Each with what it must come to."""
    one = shop.slowly
    return [
        (chain(one.s(1, 1, STEP), one.s(10, STEP), one.s(100, STEP))(), 112),
        (group(one.s(n, n, STEP) for n in range(5))(), [0, 2, 4, 6, 8]),
        (chord([one.s(n, 1, STEP) for n in range(6)], shop.gathered.s())(), [1, 2, 3, 4, 5, 6]),
        (
            chain(
                one.s(1, 0, STEP),
                group(one.s(n, STEP) for n in range(3)),
                shop.gathered.s(),
            )(),
            [1, 2, 3],
        ),
        (
            chord(
                [chain(one.s(n, 1, STEP), one.s(10, STEP)) for n in range(3)], shop.gathered.s()
            )(),
            [11, 12, 13],
        ),
    ]


@pytest.mark.parametrize("pool", POOLS)
def test_workflows_are_whole_however_often_workers_are_killed(shop, store, fleet, pool):
    workers, chance = fleet(pool), random.Random(f"workflows {pool}")
    workers.start()
    made: list[tuple[Any, Any]] = []

    def have_ended(count: int) -> bool:
        return len(done(made)) >= count

    for _ in range(KILLS):
        victim = workers.start()
        made += workflows(shop.module)
        moment = len(done(made)) + chance.randrange(1, 4)
        until(partial(have_ended, moment), SECONDS)
        workers.kill(victim)
    for result, expected in made:
        assert result.get(timeout=SECONDS) == expected
    for result, _ in made:
        for job_id in ids_of(result):
            record = until(partial(finished, store, job_id), SECONDS)
            assert (record.state, record.attempts) == ("succeeded", 1), record
            # Oftener, when it waited in a process behind a job that took long, and was given back.
            assert record.deliveries > record.interruptions, record
    bodies = Counter(line for line in shop.lines() if line.startswith("gathered"))
    again = {line for line, times in bodies.items() if times > 1}
    for line in again:
        assert store.run(jobs.get(line.split()[1])).interruptions > 0, line


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_batch_is_counted_whole_and_its_callback_is_one_job(shop, store, fleet, pool):
    workers = fleet(pool)
    members = [call("shop.slowly", f"member-{n}", n, 1, 2 * STEP) for n in range(40)]
    store.run(enqueue_batch("b", members, call("shop.gathered", "after", [3, 1, 2])))
    for share in (30, 20, 10):
        victim = workers.start()
        until(lambda share=share: store.run(get_batch("b")).open < share, SECONDS)
        workers.kill(victim)
    workers.start()
    until(lambda: finished(store, "after") if left(store) == 0 else None, SECONDS)
    counted = store.run(get_batch("b"))
    assert (counted.size, counted.succeeded, counted.callback) == (40, 40, "after")
    record = store.run(jobs.get("after"))
    assert record.deliveries > record.interruptions
    assert 1 <= shop.lines().count("gathered after") <= 1 + record.interruptions


def left(store: Any) -> int:
    return int(store.run(get_batch("b")).open)


def call(task: str, job_id: str, *args: Any) -> Post:
    return encode(NewJob(task=task, id=job_id, args=args, kwargs={}, queue="celery"))


def finished(store: Any, job_id: str) -> Any:
    record = store.run(jobs.get(job_id))
    return record if record.state.finished else None


def done(made: list[tuple[Any, Any]]) -> list[str]:
    """The jobs of these workflows that have a result."""
    ids = [job_id for result, _ in made for job_id in ids_of(result)]
    backend = made[0][0].backend
    keys = [backend.get_key_for_task(job_id) for job_id in ids]
    found = backend.mget(keys)
    return [job_id for job_id, value in zip(ids, found, strict=True) if value]


def ids_of(result: Any) -> list[str]:
    """The jobs of a workflow, from its last back to its first; a group's own id is none."""
    ids: list[str] = []
    while result is not None:
        members = getattr(result, "results", None)
        ids += [result.id] if members is None else [i for one in members for i in ids_of(one)]
        result = result.parent
    return ids
