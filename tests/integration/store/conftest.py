"""A store with short leases on an empty server, and a client that looks behind it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from typing import Any

import pytest
import redis

from longshore.envelope import NewJob, list_of
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Delivery, Source, claim
from longshore.store.queues import maintain
from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer

PRIORITIES = (0, 3, 6, 9)


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url, StoreSettings(lease_seconds=1)) as store:
        yield store


@pytest.fixture
def client(valkey: ValkeyServer) -> Generator[redis.Redis]:
    with valkey.client() as client:
        yield client


@pytest.fixture
def new_job() -> Callable[..., NewJob]:
    """Jobs with ids job-1, job-2, … unless told otherwise."""
    numbers = itertools.count(1)

    def make(**fields: Any) -> NewJob:
        fields.setdefault("id", f"job-{next(numbers)}")
        return NewJob(**{"task": "shop.add", "kwargs": {"a": 1}, "queue": "q", **fields})

    return make


@pytest.fixture
def enqueue(store: Store, new_job: Callable[..., NewJob]) -> Callable[..., str]:
    """Enqueue a job and return its id."""

    def run(**fields: Any) -> str:
        return store.run(jobs.enqueue(new_job(**fields))).job_id

    return run


@pytest.fixture
def take(store: Store) -> Callable[..., list[Delivery]]:
    """Claim from a queue, all its priorities, as one owner."""

    def run(owner: str = "w1", queue: str = "q", limit: int = 1) -> list[Delivery]:
        sources = [Source(list_of(queue, step), queue) for step in PRIORITIES]
        return store.run(claim(sources, owner=owner, worker=f"{owner}@host", limit=limit))

    return run


@pytest.fixture
def rescue_all(store: Store, clock: Clock) -> Callable[[], None]:
    """Let every lease that is held end, and take the jobs back."""

    def run() -> None:
        # Upkeep in small steps: after a silence it would give the owners time to renew.
        for _ in range(8):
            clock.advance(store.settings.lease_seconds / 3)
            if store.run(maintain()).rescued:
                return
        pytest.fail("no lease ended in two leases of upkeep")

    return run
