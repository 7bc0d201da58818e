"""What becomes of a job, by what its handler does: policy, broker and record agree."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshore.jobs import to_new_job
from longshore.records import DeadReason, JobRecord, JobState, Outcome
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from support.garden import Fate, Grow

TESTS = Path(__file__).parents[2]
WAIT_SECONDS = 30.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A broker with a worker of the garden's app on it."""
    log = tmp_path_factory.mktemp("garden") / "log"
    with ValkeyServer() as server:
        environment = os.environ | {
            "GARDEN_URL": server.url,
            "PYTHONPATH": str(TESTS),
        }
        command = [sys.executable, "-m", "celery", "-A", "support.garden", "worker"]
        flags = ["--concurrency=2", "--without-mingle", "--without-gossip"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *flags], env=environment, stdout=output, stderr=output
            )
        store = Store.from_url(server.url)
        yield store
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_SECONDS) == 0, log.read_text()
        store.close()


def finished(store: Store, fate: Fate) -> JobRecord:
    job_id = store.run(jobs.enqueue(to_new_job(Grow(fate=fate)))).job_id
    deadline = time.monotonic() + WAIT_SECONDS
    while not (record := store.run(jobs.get(job_id))).state.finished:
        assert time.monotonic() < deadline, record
        time.sleep(0.02)
    return record


def test_a_job_that_is_retried_succeeds_in_its_third_attempt(store: Store) -> None:
    record = finished(store, Fate.WITHER)
    assert record.state is JobState.SUCCEEDED
    assert record.attempts == 3
    assert store.run(jobs.result(record.id)).value == 3
    story = [(attempt.attempt, attempt.outcome) for attempt in store.run(jobs.attempts(record.id))]
    assert story[:2] == [(1, Outcome.RETRIED), (2, Outcome.RETRIED)]


def test_a_job_whose_retries_are_used_up_is_dead_for_that_reason(store: Store) -> None:
    record = finished(store, Fate.NEVER)
    assert (record.state, record.attempts) == (JobState.DEAD, 3)
    assert record.dead_reason is DeadReason.RETRIES_EXHAUSTED
    assert record.error is not None
    assert record.error.message == "no rain in attempt 3"


def test_a_job_over_its_soft_time_limit_is_dead_for_that_reason(store: Store) -> None:
    record = finished(store, Fate.LINGER)
    assert record.state is JobState.DEAD
    assert record.dead_reason is DeadReason.TIME_LIMIT


def test_a_discarded_job_leaves_nothing_behind(store: Store) -> None:
    record = finished(store, Fate.UNWANTED)
    assert record.state is JobState.SUCCEEDED
    assert record.dead_reason is None
    assert record.attempts == 1
