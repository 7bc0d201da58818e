"""A cancel reaches a job that runs already."""

from __future__ import annotations

import pytest
from celery.exceptions import TaskRevokedError

from longshore.records import JobState
from longshore.store import jobs
from support.places import places
from support.until import until


def test_a_running_job_is_ended(shop, store, client):
    result = shop.module.ledger.delay("running", 60)
    until(lambda: "start running" in shop.lines())
    assert store.run(jobs.cancel(result.id)) is JobState.RUNNING
    with pytest.raises(TaskRevokedError):
        result.get(timeout=60)
    until(lambda: store.run(jobs.get(result.id)).state is JobState.CANCELLED)
    assert places(client, result.id) == ["terminal"]
    assert shop.module.add.delay(1, 2).get(timeout=60) == 3
    assert "end running" not in shop.lines()
