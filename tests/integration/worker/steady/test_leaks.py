"""An error's secrets stay out of the broker, whichever way the error goes."""

from __future__ import annotations

from longshore.records import JobState
from longshore.store import jobs
from support.everything import everything
from support.until import until


def test_the_secrets_of_errors_are_in_no_result_no_record_and_no_dead_letter(shop, store, client):
    leaky = shop.module.leaky
    alone = leaky.delay()
    retried = leaky.apply_async(kwargs={"retry": True})
    header = [leaky.s(), shop.module.add.s(1, 2)]
    body = shop.module.chord(header)(shop.module.total.s())
    for result in (alone, retried, body):
        until(lambda one=result: one.state == "FAILURE")
    until(lambda: store.run(jobs.get(retried.id)).state is JobState.DEAD)
    kept = everything(client)
    assert alone.id in kept
    assert kept.count("password=***") >= 3
    assert "Traceback (most recent call last)" in kept
    for part in ("hunter2", "s3cr3t"):
        assert part not in kept
    assert "password=***" in str(alone.result)
