"""What becomes of a job, by what its handler does: policy, broker and record agree."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshore.jobs import to_new_job
from longshore.records import DeadReason, JobRecord, JobState, Outcome
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from support.garden import Fate, Grow
from support.processes import start
from support.until import until

pytestmark = pytest.mark.xdist_group("garden")

TESTS = Path(__file__).parents[2]
WAIT_SECONDS = 60.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A broker with a worker of the garden's app on it."""
    log = tmp_path_factory.mktemp("garden") / "log"
    with ValkeyServer() as server:
        environment = {**os.environ, "GARDEN_URL": server.url, "PYTHONPATH": str(TESTS)}
        command = (sys.executable, "-m", "celery", "-A", "support.garden", "worker")
        flags = ("--concurrency=2", "--without-mingle", "--without-gossip")
        process = start((*command, *flags), environment, stdout=log)
        try:
            with Store.from_url(server.url) as store:
                yield store
            process.terminate()
            assert process.wait(WAIT_SECONDS) == 0, log.read_text()
        finally:
            process.kill()


def finished(store: Store, fate: Fate) -> JobRecord:
    job_id = store.run(jobs.enqueue(to_new_job(Grow(fate=fate)))).job_id
    until(lambda: store.run(jobs.get(job_id)).state.finished, WAIT_SECONDS)
    return store.run(jobs.get(job_id))


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
