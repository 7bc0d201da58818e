from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longshore.store import Store
from longshore.testing.server import ValkeyServer
from support import garden
from support.celery_worker import CeleryWorker


@pytest.fixture
def store(valkey: ValkeyServer) -> Iterator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture
def gardener(valkey: ValkeyServer, tmp_path: Path) -> Callable[..., object]:
    """A worker of the garden's app, for the length of a ``with``; it must end warmly."""

    @contextmanager
    def work(pool: str = "prefork") -> Iterator[None]:
        worker = CeleryWorker(
            Path(garden.__file__),
            tmp_path / f"{pool}.log",
            {"GARDEN_URL": valkey.url},
            pool=pool,
            options=("--without-mingle", "--without-gossip"),
        )
        with worker:
            yield

    return work
