"""A job that kills what runs it is put aside, and takes nobody else with it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from longshore.envelope import NewJob
from longshore.records import DeadReason, JobState
from longshore.store import Store, jobs
from support.cluster import Watch
from support.trial import enqueue
from support.until import until

pytestmark = pytest.mark.timeout(600)


def test_a_job_without_bounds_is_quarantined(store: Store, figure: Any) -> None:
    job = NewJob(task="trial.swallow", id=str(uuid4()), kwargs={"mebibytes": 4000}, queue="low")
    watch = Watch()
    enqueue(store, job)
    until(lambda: store.run(jobs.get(job.id)).state is JobState.DEAD, 240)
    found = store.run(jobs.get(job.id))
    assert found.dead_reason is DeadReason.QUARANTINED
    figure(
        "job that runs out of memory",
        f"quarantined after {found.deliveries} deliveries, {watch.seconds:.0f} s",
    )
