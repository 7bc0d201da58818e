"""A running set that has had a real load, and some trouble, under the eyes of a Prometheus."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil

from longshore.testing.ports import free_port
from support.celery_worker import CeleryWorker
from support.prometheus import Prometheus, pages
from support.running_set import RunningSet
from support.until import until

NOWHERE = {"file_id": "0" * 32}
FAILED_THERE = 'celery_task_failed_total{name="images.thumbnail", container="own pool"}'


@contextmanager
def busy(place: Path, more: Callable[[RunningSet], None] = lambda _: None) -> Iterator[Prometheus]:
    """The Prometheus of a set that worked, lost a worker and missed its broker for a moment.

    ``more`` is what it has to do besides.
    """
    with ExitStack() as stack:
        running = stack.enter_context(
            # Somebody to be told of dead letters, so that the schedule has a slot each minute.
            RunningSet(place, lease_seconds="2", alert_mail_to="ops@example.com")
        )
        port = free_port()
        targets = {**pages(running.lines()), "own pool": f"127.0.0.1:{port}"}
        watching = stack.enter_context(Prometheus(place, targets))
        work(running)
        lose_a_worker(running)
        miss_the_broker(running)
        stack.enter_context(own_pool(running, port))
        running.service("worker").suspend()
        work(running)
        # What rises between two samples is an increase; what is there at the first is none.
        until(lambda: watching.ask(FAILED_THERE), 30)
        work(running)
        running.service("worker").resume()
        more(running)
        yield watching


def work(running: RunningSet) -> None:
    """Let jobs succeed and fail."""
    jobs = [running.enqueue("system.add", {"a": 1, "b": n})["id"] for n in range(40)]
    jobs += [running.enqueue("system.echo", {"text": "x"})["id"] for _ in range(20)]
    dead = [running.enqueue("images.thumbnail", NOWHERE)["id"] for _ in range(2)]
    for job in jobs:
        running.ends_as("succeeded", job)
    for job in dead:
        running.ends_as("dead", job)


def lose_a_worker(running: RunningSet) -> None:
    """Kill the worker with all its children while it holds jobs; the set starts another."""
    worker = running.service("worker")
    jobs = [running.enqueue("system.add", {"a": 2, "b": n})["id"] for n in range(60)]
    for process in (worker, *worker.children(recursive=True)):
        process.kill()
    for job in jobs:
        running.ends_as("succeeded", job)


def miss_the_broker(running: RunningSet) -> None:
    """Hold the broker still until the api has refused a job."""
    valkey = next(one for one in running.family() if "valkey-server" in one.name())
    valkey.suspend()
    try:
        until(lambda: refused(running), 20)
    finally:
        valkey.resume()
    until(lambda: not refused(running), 20)


def refused(running: RunningSet) -> bool:
    try:
        running.enqueue("system.add", {"a": 3, "b": 3})
    except httpx.HTTPError:
        return True
    return False


@contextmanager
def own_pool(running: RunningSet, port: int) -> Iterator[psutil.Process]:
    """A second worker, with the engine's own pool, which measures CPU time and memory."""
    environment = {
        **running.environment,
        "LONGSHORE_BROKER_URL": running.broker_url(),
        "LONGSHORE_DATABASE_URL": f"sqlite:///{running.directory / 'data/longshore.sqlite3'}",
        "LONGSHORE_STORAGE_DIRECTORY": str(running.directory / "data/files"),
        "LONGSHORE_METRICS_PORT": str(port),
        "LONGSHORE_METRICS_HOST": "127.0.0.1",
    }
    # its stem is the name of the module
    app = Path("longshore_worker.main.py")
    with CeleryWorker(
        app,
        running.directory / "own-pool.log",
        {**os.environ, **environment},
        pool="longshore",
        name="own",
        options=("-Q", "high,normal,low"),
    ) as worker:
        yield psutil.Process(worker.pid)
