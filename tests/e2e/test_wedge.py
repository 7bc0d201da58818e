"""Threads cannot be interrupted: a job that runs on past every limit must not stay for ever."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from longshore.records import JobRecord
from longshore.store import Store, jobs
from support.cluster import Watch, kubectl, pods, staying, upgrade
from support.trial import enqueue, nap, running
from support.until import until

pytestmark = pytest.mark.timeout(600)
SET, GRACE = "wedge", 45
FOR_EVER = 900.0


@pytest.fixture(autouse=True, scope="module")
def threads() -> Generator[None]:
    """A worker set of one thread."""
    own = f"workers.{SET}"
    thread = (f"{own}.pool=threads", f"{own}.concurrency=1")
    upgrade(f"{own}.enabled=true", f"{own}.queues={{{SET}}}", *thread)
    yield
    upgrade(f"{own}.enabled=false")


@pytest.fixture
def endless(store: Store) -> Generator[str]:
    """A job that runs and does not end."""
    (job_id,) = enqueue(store, nap(FOR_EVER, SET))
    # The thread of an earlier one is not free before its worker has been restarted.
    until(lambda: running(store, job_id), 240)
    yield job_id
    store.run(jobs.cancel(job_id))


def restarts() -> int:
    return sum(pod.restarts for pod in staying("worker", SET))


def pod_of(record: JobRecord) -> str:
    return (record.worker or "").partition("@")[2]


def test_a_job_that_runs_at_the_deadline_goes_back(store: Store, endless: str, figure: Any) -> None:
    first = pod_of(store.run(jobs.get(endless)))
    watch = Watch()
    kubectl("delete", "pod", first, "--wait=false")
    until(lambda: first not in {pod.name for pod in pods("worker", SET)}, GRACE + 15)
    gone = watch.seconds
    until(lambda: pod_of(store.run(jobs.get(endless))) not in {"", first}, 30)
    found = store.run(jobs.get(endless))
    assert (found.attempts, found.interruptions) == (1, 1)
    figure(
        "a job that does not end, its pod deleted (G 45 s)",
        f"pod gone after {gone:.0f} s, the job runs elsewhere {watch.seconds - gone:.0f} s later;"
        f" {found.attempts} attempt, cut short once",
    )


def test_a_wedged_worker_is_restarted(store: Store, endless: str, figure: Any) -> None:
    watch, before = Watch(), restarts()
    until(lambda: restarts() > before, 240)
    figure(
        "threads whose job runs on past its hard limit of 30 s (and 10 s of margin)",
        f"worker restarted after {watch.seconds:.0f} s",
    )
    until(lambda: store.run(jobs.get(endless)).interruptions > 0, 60)
