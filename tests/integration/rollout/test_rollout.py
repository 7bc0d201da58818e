"""The order of a restart and what is said of each pod: kubectl is a stand-in, the broker is not."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
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

STAND_IN = Path(__file__).parent / "kubectl.py"
LEASE_SECONDS = 15
PODS = {
    "shop-api": ["api-old"],
    "shop-worker-a": ["worker-old"],
    "shop-scheduler": ["scheduler-old"],
}


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url, StoreSettings(lease_seconds=LEASE_SECONDS)) as store:
        yield store


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valkey: ValkeyServer) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "kubectl").write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} "$@"\n')
    (folder / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("STATE", str(tmp_path / "state.json"))
    monkeypatch.setenv("LONGSHORE_BROKER_URL", valkey.url)
    (tmp_path / "state.json").write_text(json.dumps({"pods": PODS, "leaving": {}, "asked": []}))
    return tmp_path / "state.json"


def rollout(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["rollout", "-n", "shop", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def hold(store: Store, worker: str) -> None:
    store.run(jobs.enqueue(NewJob(task="t", id="1", kwargs={}, queue="q")))
    assert store.run(claim([Source("q", "q")], owner=worker, worker=worker, limit=1))


@contextmanager
def rescuing(store: Store, clock: Clock, state: Path, pod: str) -> Iterator[None]:
    """Rescue as another worker does, once the pod is gone and its lease has ended."""
    ended = threading.Event()

    def upkeep() -> None:
        while any(pod in pods for pods in json.loads(state.read_text())["pods"].values()):
            if ended.wait(0.02):
                return
        # By less than half a lease: after a longer silence of all workers every lease is prolonged.
        while not store.run(maintain()).rescued:
            clock.advance(LEASE_SECONDS / 3)

    thread = threading.Thread(target=upkeep)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_workers_first_then_scheduler_then_api_and_each_pod_has_its_line(state: Path) -> None:
    lines = rollout().splitlines()
    asked = [one for one in json.loads(state.read_text())["asked"] if one.startswith("rollout")]
    assert asked == [
        "rollout restart deployment/shop-worker-a",
        "rollout restart deployment/shop-scheduler",
        "rollout restart deployment/shop-api",
    ]
    assert lines[0] == "restarting shop-worker-a"
    assert lines[1].startswith("  worker-old: drained after ")
    assert lines[2].startswith("  shop-worker-a: the old template is gone after ")


def test_a_job_that_is_cut_short_is_counted_once_it_was_rescued(
    store: Store, clock: Clock, state: Path
) -> None:
    hold(store, "a@worker-old")
    slower = json.loads(state.read_text()) | {"looks": {"shop-worker-a": 2}}
    del slower["pods"]["shop-scheduler"]
    state.write_text(json.dumps(slower))
    with rescuing(store, clock, state, "worker-old"):
        document = rollout("--json")
    found: list[dict[str, Any]] = json.loads(document)
    assert [one["deployment"] for one in found] == ["shop-worker-a", "shop-api"]
    (pod,) = found[0]["pods"]
    assert (pod["pod"], pod["fate"], pod["jobs_rescued"]) == ("worker-old", "rescued", 1)


@pytest.mark.usefixtures("state")
def test_a_release_that_is_not_there_is_one_line() -> None:
    done = CliRunner().invoke(main, ["rollout", "-n", "elsewhere"])
    assert done.exit_code == 2
    assert done.output.startswith("longshore: kubectl get: ")
