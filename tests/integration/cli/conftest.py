"""The command line against a real broker."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from longshore.cli.main import main
from longshore.envelope import NewJob
from longshore.ids import new_id
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Delivery, Settlement, Source, claim, settle_all
from longshore.testing.server import ValkeyServer
from support.processes import run as run_to_end

DEAD = Settlement(
    JobState.DEAD,
    '{"status": "FAILURE"}',
    ErrorInfo("OSError", "the disk is full", 'File "shop.py", line 7, in add'),
    DeadReason.PERMANENT_ERROR,
)

BATCH = 500
#: Commands that speak to workers through Celery, which shares connections within a process by their
#: URL: these get a process of their own, as every command of a user's has.
THROUGH_CELERY = ("workers", "health")
COMMAND = Path(sys.executable).with_name("longshore")


@dataclass(frozen=True)
class Done:
    """What a command in a process of its own printed."""

    stdout: str


@pytest.fixture
def store(valkey: ValkeyServer) -> Iterator[Store]:
    with Store.from_url(valkey.url, StoreSettings(deadline_seconds=30)) as store:
        yield store


@pytest.fixture
def longshore(valkey: ValkeyServer) -> Callable[..., Result]:
    """Run a command through a pipe; any other end than by an exit code is an error.

    Through a pipe there is no width, unless ``columns`` sets one.
    """

    def run(
        *words: str, code: int = 0, stdin: str | None = None, columns: int | None = None
    ) -> Result | Done:
        environment = {
            "LONGSHORE_BROKER_URL": valkey.url,
            "COLUMNS": None if columns is None else str(columns),
        }
        if words[0] in THROUGH_CELERY:
            own = {name: value for name, value in environment.items() if value is not None}
            rest = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
            ended = run_to_end((str(COMMAND), *words), {**rest, **own})
            assert ended.returncode == code, ended.stdout + ended.stderr
            return Done(ended.stdout)
        done = CliRunner().invoke(main, list(words), env=environment, input=stdin)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def document(longshore: Callable[..., Result]) -> Callable[..., Any]:
    """What a command says as JSON."""
    return lambda *words, **options: json.loads(longshore(*words, "--json", **options).stdout)


@pytest.fixture
def take(store: Store) -> Callable[..., list[Delivery]]:
    def run(queue: str = "q", limit: int = 10) -> list[Delivery]:
        source = Source(queue, queue)
        return store.run(claim([source], owner="w", worker="w@host", limit=limit))

    return run


@pytest.fixture
def bury(store: Store, take: Callable[..., list[Delivery]]) -> Callable[..., list[str]]:
    """Let some jobs fail for good and return their ids."""

    def run(count: int = 1, **fields: Any) -> list[str]:
        common = {"task": "shop.add", "kwargs": {"a": 1}, "queue": "q", **fields}
        new = [NewJob(**{"id": new_id(), **common}) for _ in range(count)]
        for start in range(0, count, BATCH):
            store.run(jobs.enqueue_all(new[start : start + BATCH]))
            taken = take(common["queue"], BATCH)
            ends = [(one.claim, DEAD) for one in taken if one.claim]
            # What ends in one step was kept at one moment, and stands in no order.
            size = 1 if count < BATCH else BATCH
            for first in range(0, len(ends), size):
                store.run(settle_all(ends[first : first + size]))
        return [job.id for job in new]

    return run
