from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longshore.store import Store
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.server import ValkeyServer

TESTS = Path(__file__).parents[2]
WAIT_SECONDS = 30.0


@pytest.fixture
def store(valkey: ValkeyServer) -> Iterator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture
def gardener(valkey: ValkeyServer, tmp_path: Path) -> Callable[..., object]:
    """A worker of the garden's app, for the length of a ``with``; it must end warmly."""

    @contextmanager
    def work(pool: str = "prefork") -> Iterator[None]:
        log = tmp_path / f"{pool}.log"
        environment = os.environ | {"GARDEN_URL": valkey.url, "PYTHONPATH": str(TESTS)}
        command = [sys.executable, "-m", "celery", "-A", "support.garden", "worker", "-P", pool]
        flags = ["--concurrency=2", "--without-mingle", "--without-gossip"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                tied_to_parent((*command, *flags)), env=environment, stdout=output, stderr=output
            )
        try:
            yield
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT_SECONDS) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()

    return work
