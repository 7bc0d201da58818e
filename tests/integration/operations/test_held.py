"""Who holds what, and who was cut short with it: asked of a real broker."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from click.testing import CliRunner

from longshore.cli.main import main
from longshore.envelope import NewJob
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Source, claim
from longshore.store.queues import maintain
from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url, StoreSettings(lease_seconds=1)) as store:
        yield store


def hold(store: Store, job_id: str, worker: str) -> None:
    store.run(jobs.enqueue(NewJob(task="t", id=job_id, kwargs={}, queue="q")))
    assert store.run(claim([Source("q", "q")], owner=worker, worker=worker, limit=1))


def asked(*arguments: str, **env: str) -> Any:
    done = CliRunner().invoke(main, ["held", *arguments, "--json"], env=env)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_says_which_jobs_each_worker_holds(valkey: ValkeyServer, store: Store) -> None:
    for job_id, worker in (("1", "a@pod-1"), ("2", "a@pod-1"), ("3", "b@pod-2")):
        hold(store, job_id, worker)
    found = asked(LONGSHORE_BROKER_URL=valkey.url)["held"]
    assert {worker: sorted(ids) for worker, ids in found.items()} == {
        "a@pod-1": ["1", "2"],
        "b@pod-2": ["3"],
    }
    lines = CliRunner().invoke(main, ["held", valkey.url]).output.splitlines()
    assert lines[1] == "b@pod-2: 3"


def test_says_who_was_cut_short(valkey: ValkeyServer, store: Store, clock: Clock) -> None:
    hold(store, "1", "a@pod-1")
    rescued = 0
    for _ in range(8):
        clock.advance(store.settings.lease_seconds / 3)
        rescued += store.run(maintain()).rescued
    assert rescued == 1
    found = asked(valkey.url, "--about", "1", "--about", "unknown")
    assert found == {"held": {}, "cut_short": {"a@pod-1": ["1"]}}


def test_a_broker_that_is_away_is_one_line() -> None:
    done = CliRunner().invoke(main, ["held", "longshore://127.0.0.1:1/0"])
    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1
