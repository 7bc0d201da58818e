"""What Celery's users expect of a pool, on the pool whose processes claim for themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from longshore.envelope import NewJob
from longshore.ids import new_id
from longshore.records import DeadReason, JobState
from longshore.store import jobs
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.places import places
from support.shop import Shop
from support.until import until

QUIET = ("--without-gossip", "--without-mingle")
SECONDS = 60


@pytest.fixture
def own(shop) -> Generator[Callable[..., CeleryWorker]]:
    """Start a worker of the pool with these flags; at the end it must stop warmly with code 0."""
    with ExitStack() as workers:

        def run(*flags: str, concurrency: int = 1) -> CeleryWorker:
            options = (*QUIET, *flags)
            worker = shop.worker(pool="longshore", concurrency=concurrency, options=options)
            return workers.enter_context(worker)

        yield run


def test_a_child_that_dies_costs_its_own_job_only(shop, store, client, own):
    own(concurrency=2)
    neighbour = shop.module.gated.delay("neighbour")
    until(lambda: "start neighbour" in shop.lines())
    before = [shop.module.add.delay(n, 1) for n in range(20)]
    poison = shop.module.die.delay()
    after = [shop.module.add.delay(n, 1) for n in range(20)]
    assert [result.get(timeout=SECONDS) for result in before + after] == [*range(1, 21)] * 2
    until(lambda: store.run(jobs.get(poison.id)).state is JobState.DEAD, SECONDS)
    assert store.run(jobs.get(poison.id)).dead_reason is DeadReason.QUARANTINED
    shop.open_gate("neighbour")
    assert neighbour.get(timeout=SECONDS) == "neighbour"
    assert store.run(jobs.get(neighbour.id)).deliveries == 1
    assert shop.lines() == ["start neighbour", "end neighbour"]
    assert places(client, poison.id) == ["dead"]


def test_a_warm_stop_ends_what_runs_and_gives_back_the_rest(shop, store, client, own, drain):
    worker = own()
    running = shop.module.gated.delay("running")
    waiting = [shop.module.ledger.delay(f"waiting {n}") for n in range(3)]
    until(lambda: "start running" in shop.lines())
    drain(worker)
    shop.open_gate("running")
    assert worker.wait() == 0
    assert shop.lines() == ["start running", "end running"]
    assert running.get(timeout=60) == "running"
    for result in waiting:
        record = store.run(jobs.get(result.id))
        assert (record.state, record.attempts, record.interruptions) == (JobState.QUEUED, 0, 0)
        assert places(client, result.id) == ["ready celery"]
    own()
    assert [result.get(timeout=SECONDS) for result in waiting] == [f"waiting {n}" for n in range(3)]


def test_a_child_is_replaced_after_so_many_jobs(shop, own):
    own("--max-tasks-per-child=3")
    results = [shop.module.process.delay() for _ in range(9)]
    ran = Counter(result.get(timeout=SECONDS) for result in results)
    assert list(ran.values()) == [3, 3, 3]


def test_a_child_that_has_grown_is_replaced(shop, own):
    own("--max-memory-per-child=300000")
    small = [shop.module.process.delay().get(timeout=SECONDS) for _ in range(3)]
    grown = shop.module.process.delay(mebibytes=350).get(timeout=SECONDS)
    assert {*small, grown} == {grown}
    assert shop.module.process.delay().get(timeout=SECONDS) != grown


@pytest.fixture
def plain(valkey: ValkeyServer, tmp_path: Path) -> Generator[Shop]:
    """The app without a write to the broker at each job's start: on a slow machine, too, its jobs
    are so short that many are claimed at once."""
    shop = Shop(valkey.url, tmp_path, track_started=False)
    yield shop
    shop.close()


def test_inspect_shows_what_a_child_has_claimed_ahead(plain, store):
    inspect = plain.app.control.inspect(timeout=SECONDS, limit=1)

    def reserved() -> list[dict[str, Any]]:
        (rows,) = inspect.reserved().values()
        return rows

    def ahead_of_many() -> list[dict[str, Any]]:
        # Enough work for the child to see how short the jobs are, and to be met several times in
        # the middle of what it claimed at once.
        many = [
            NewJob(task="shop.add", id=new_id(), kwargs={}, queue="celery", args=(n, 1))
            for n in range(1000)
        ]
        store.run(jobs.enqueue_all(many))
        rows: list[dict[str, Any]] = []
        while not rows and store.run(jobs.get(many[-1].id)).finished_at is None:
            rows = reserved()
        return rows

    with plain.worker(pool="longshore", concurrency=1, options=QUIET):
        rows = until(ahead_of_many, 3 * SECONDS)
        assert {row["name"] for row in rows} == {"shop.add"}
        until(lambda: not reserved(), 3 * SECONDS)


@pytest.mark.parametrize("told", ["at the start", "while it runs"])
def test_events_tell_what_becomes_of_a_job(shop, own, told):
    own(*["-E"] * (told == "at the start"))
    if told == "while it runs":
        shop.app.control.enable_events()
    assert heard(shop, lambda: shop.module.flaky.delay(1, countdown=0)) == [
        *("task-received", "task-started", "task-retried"),
        *("task-received", "task-started", "task-succeeded"),
    ]
    assert heard(shop, shop.module.fail.delay) == [
        *("task-received", "task-started", "task-failed"),
    ]


def test_a_worker_that_sends_heartbeats_alone_tells_nothing_of_jobs(shop, own, valkey):
    with valkey.client() as client, client.pubsub() as events:
        events.psubscribe("*celeryev*")
        own()
        for number in range(20):
            assert shop.module.add.delay(number, 1).get(timeout=SECONDS) == number + 1
        told: list[str] = []
        until(lambda: told.append(told_next(events)) or told[-1] == "worker.heartbeat")
        assert [kind for kind in told if kind.startswith("task")] == []


def told_next(events: Any) -> str:
    """The routing key of the next event; empty while there is none."""
    message = events.get_message(ignore_subscribe_messages=True, timeout=1.0) or {}
    return str(message.get("channel", b""), "utf-8").rpartition("celeryev/")[2]


def heard(shop: Any, send: Callable[[], Any]) -> list[str]:
    """The events of the job that is sent once the worker's own are heard, up to its end."""
    sent: list[Any] = []
    kinds: list[str] = []

    def on_heartbeat(_: Any) -> None:
        if not sent:
            sent.append(send())

    def on_event(event: Any) -> None:
        if sent and event.get("uuid") == sent[0].id:
            kinds.append(event["type"])
            receiver.should_stop = event["type"] in {"task-succeeded", "task-failed"}

    with shop.app.connection() as connection:
        handlers = {"worker-heartbeat": on_heartbeat, "*": on_event}
        receiver = shop.app.events.Receiver(connection, handlers=handlers)
        receiver.capture(limit=None, timeout=SECONDS, wakeup=False)
    return kinds
