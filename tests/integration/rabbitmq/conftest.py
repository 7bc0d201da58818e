"""A real RabbitMQ, where the machine has one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from longshore.ids import new_id
from longshore.testing.rabbit import RabbitServer
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.rabbit import Harbour, harbour, why_not


@pytest.fixture(scope="session")
def rabbitmq_server() -> Generator[RabbitServer]:
    """One node for the whole run; a test that ends it starts one of its own."""
    if reason := why_not():
        pytest.skip(reason)
    with RabbitServer() as server:
        yield server


@pytest.fixture
def port(rabbitmq_server: RabbitServer, valkey: ValkeyServer, tmp_path: Path) -> Generator[Harbour]:
    """A queue of the test's own."""
    with harbour(rabbitmq_server, valkey, tmp_path, f"harbour-{new_id()}") as found:
        yield found


@pytest.fixture
def start(port: Harbour) -> Generator[Callable[..., CeleryWorker]]:
    """Start workers and wait until they consume; those still running at the end are killed."""
    workers: list[CeleryWorker] = []

    def run(name: str = "worker", concurrency: int = 1) -> CeleryWorker:
        worker = port.worker(name, concurrency)
        workers.append(worker)
        return worker.start().wait_until_ready()

    yield run
    for worker in workers:
        if worker.is_running:
            worker.kill()
