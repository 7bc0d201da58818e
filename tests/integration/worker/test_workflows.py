"""Chains, groups, chords and batches whose workers are killed: whole, and nothing in them twice."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Generator
from functools import partial
from typing import Any

import pytest
from celery import chain, chord, group

from longshore.envelope import NewJob, Post, encode
from longshore.store import jobs
from longshore.store.batches import enqueue_batch, get_batch
from support.shop import Shop
from support.until import until

POOLS = {"prefork": 2, "longshore": 2, "longshore-threads": 4, "threads": 4, "solo": 1}
KILLS = int(os.environ.get("LONGSHORE_WORKFLOW_KILLS", "4"))
SECONDS = 60
LEASE_SECONDS = 2.0
#: Long enough to be killed in, short enough for many.
STEP = 0.03


@pytest.fixture
def shop(valkey, tmp_path) -> Generator[Shop]:
    """Its workers are killed at random: any job may be hit oftener than would quarantine it."""
    options = {"lease_seconds": LEASE_SECONDS, "max_deliveries": 20}
    shop = Shop(valkey.url, tmp_path, transport_options=options)
    yield shop
    shop.close()


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
def test_a_chain_and_a_chord_whose_worker_is_killed_are_whole(shop, store, start, end_leases, pool):
    gated = shop.module.gated
    first = start("first", pool=pool, concurrency=POOLS[pool])
    shop.open_gate("left")
    works = [
        chain(gated.si("step"), shop.module.add.si(1, 2))(),
        chord([gated.si("left"), gated.si("right")], shop.module.gathered.s())(),
    ]
    held = ["start step"] if pool == "solo" else ["start step", "start right"]
    until(lambda: set(held) <= set(shop.lines()))
    first.kill()
    end_leases()
    start("second", pool=pool, concurrency=POOLS[pool])
    until(lambda: all(shop.lines().count(line) == 2 for line in held))
    for line in ("step", "right"):
        shop.open_gate(line)
    assert [work.get(timeout=SECONDS) for work in works] == [3, ["left", "right"]]
    for job_id in [job_id for work in works for job_id in ids_of(work)]:
        record = until(partial(finished, store, job_id), SECONDS)
        assert (record.state, record.attempts) == ("succeeded", 1), record
        assert record.deliveries > record.interruptions, record
    assert shop.lines().count(f"gathered {works[1].id}") == 1


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_batch_whose_worker_is_killed_is_counted_once(shop, store, start, end_leases, pool):
    members = [call("shop.gated", f"member-{n}", str(n)) for n in range(4)]
    store.run(enqueue_batch("b", members, call("shop.gathered", "after", [3, 1, 2])))
    for ended in "01":
        shop.open_gate(ended)
    first = start("first", pool=pool, concurrency=2)
    until(lambda: {"start 2", "start 3"} <= set(shop.lines()) and left(store) == 2)
    first.kill()
    end_leases()
    start("second", pool=pool, concurrency=2)
    until(lambda: shop.lines().count("start 2") == shop.lines().count("start 3") == 2)
    assert "gathered after" not in shop.lines()
    for held in "23":
        shop.open_gate(held)
    record = until(lambda: finished(store, "after") if left(store) == 0 else None)
    counted = store.run(get_batch("b"))
    assert (counted.size, counted.succeeded, counted.callback) == (4, 4, "after")
    assert (record.state, record.deliveries) == ("succeeded", 1)
    assert shop.lines().count("gathered after") == 1


@pytest.mark.torture
@pytest.mark.parametrize("pool", POOLS)
def test_workflows_are_whole_however_often_workers_are_killed(shop, store, start, pool):
    chance = random.Random(f"workflows {pool}")
    start("first", pool=pool, concurrency=POOLS[pool])
    made: list[tuple[Any, Any]] = []

    def have_ended(count: int) -> bool:
        return len(done(made)) >= count

    for kill in range(KILLS):
        victim = start(f"victim-{kill}", pool=pool, concurrency=POOLS[pool])
        made += workflows(shop.module)
        moment = len(done(made)) + chance.randrange(1, 4)
        until(partial(have_ended, moment), SECONDS)
        victim.kill()
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


@pytest.mark.torture
@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_batch_is_counted_whole_and_its_callback_is_one_job(shop, store, start, pool):
    members = [call("shop.slowly", f"member-{n}", n, 1, 2 * STEP) for n in range(40)]
    store.run(enqueue_batch("b", members, call("shop.gathered", "after", [3, 1, 2])))
    for share in (30, 20, 10):
        victim = start(f"victim-{share}", pool=pool, concurrency=2)
        until(lambda share=share: left(store) < share, SECONDS)
        victim.kill()
    start("last", pool=pool, concurrency=2)
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
