"""An outcome, its result, its counters and the end of the claim are one step."""

from __future__ import annotations

import json

import pytest

from longshore.records import DeadReason, ErrorInfo, JobState, Outcome
from longshore.store import jobs, tasks
from longshore.store.claims import Settlement, settle, settle_all
from support.places import places

META = json.dumps({"status": "SUCCESS", "result": {"sum": 3}})
DONE = Settlement(JobState.SUCCEEDED, META)
BROKEN = Settlement(
    JobState.DEAD,
    json.dumps({"status": "FAILURE"}),
    ErrorInfo("RuntimeError", "broken"),
    DeadReason.PERMANENT_ERROR,
)


def test_a_success(store, client, enqueue, take):
    job_id = enqueue()
    assert store.run(settle(take()[0].claim, DONE))
    assert places(client, job_id) == ["terminal"]
    result = store.run(jobs.result(job_id))
    assert (result.state, result.value) == (JobState.SUCCEEDED, {"sum": 3})
    assert client.hlen("unacked") == client.zcard("unacked_index") == 0


def test_records_and_results_do_not_stay_for_ever(store, client, enqueue, take):
    job_id = enqueue()
    end = Settlement(JobState.SUCCEEDED, META, result_ttl_seconds=50)
    store.run(settle(take()[0].claim, end))
    assert 0 < client.ttl(f"celery-task-meta-{job_id}") <= 50
    assert 0 < client.ttl(f"longshore:job:{job_id}") <= 86400


def test_an_ignored_result_is_not_kept(store, client, enqueue, take):
    job_id = enqueue()
    store.run(settle(take()[0].claim, Settlement(JobState.SUCCEEDED)))
    assert not client.exists(f"celery-task-meta-{job_id}")
    assert store.run(jobs.result(job_id)).value is None


def test_a_failure_keeps_the_original_message(store, client, enqueue, take):
    job_id = enqueue()
    (delivery,) = take()
    store.run(settle(delivery.claim, BROKEN))
    assert places(client, job_id) == ["dead"]
    assert client.hget("longshore:dead-messages", job_id) == delivery.raw
    record = store.run(jobs.get(job_id))
    assert (record.dead_reason, record.error) == (BROKEN.reason, BROKEN.error)
    (attempt,) = store.run(jobs.attempts(job_id))
    assert (attempt.outcome, attempt.error) == (Outcome.FAILED, BROKEN.error)


def test_an_expired_job_is_kept_too(store, client, enqueue, take):
    job_id = enqueue()
    (delivery,) = take()
    store.run(settle(delivery.claim, Settlement(JobState.EXPIRED, reason=DeadReason.EXPIRED)))
    assert places(client, job_id) == ["dead"]
    assert store.run(jobs.get(job_id)).state is JobState.EXPIRED


def test_a_long_error_is_cut(store, enqueue, take):
    job_id = enqueue()
    error = ErrorInfo("ValueError", "x" * 5000)
    store.run(settle(take()[0].claim, Settlement(JobState.DEAD, error=error)))
    assert len(store.run(jobs.get(job_id)).error.message) == 2000


def test_whoever_waits_is_told(store, client, enqueue, take):
    job_id = enqueue()
    with client.pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe(f"celery-task-meta-{job_id}")
        listener.get_message(timeout=1)
        store.run(settle(take()[0].claim, DONE))
        assert json.loads(listener.get_message(timeout=5)["data"])["status"] == "SUCCESS"


def test_many_outcomes_in_one_step(store, client, enqueue, take):
    enqueued = [enqueue() for _ in range(3)]
    held = [delivery.claim for delivery in take(limit=3)]
    ends = [(held[0], DONE), (held[1], BROKEN), (held[2], DONE)]
    assert store.run(settle_all(ends)) == [True, True, True]
    assert [places(client, job_id) for job_id in enqueued] == [["terminal"], ["dead"], ["terminal"]]


def test_a_message_that_is_no_job_is_kept_when_it_cannot_be_handled(store, client, take):
    raw = '{"body": "", "headers": {}, "properties": {"delivery_tag": "t-1"}}'
    client.lpush("q", raw)
    store.run(settle(take()[0].claim, Settlement(JobState.DEAD, reason=DeadReason.UNDECODABLE)))
    assert places(client, "t-1") == ["dead"]
    assert client.hget("longshore:dead-messages", "t-1").decode() == raw


def test_counters_follow_the_outcomes(store, enqueue, take):
    for end in (DONE, DONE, BROKEN):
        enqueue()
        store.run(settle(take()[0].claim, end))
    stats = store.run(tasks.stats("shop.add"))
    assert (stats.enqueued, stats.succeeded, stats.dead, stats.retried) == (3, 2, 1, 0)
    assert stats.run_seconds_total >= stats.run_seconds_max > 0
    assert stats.wait_seconds_total >= stats.wait_seconds_max > 0


def test_a_task_never_seen_has_counted_nothing(store):
    stats = store.run(tasks.stats("shop.unheard_of"))
    assert (stats.enqueued, stats.run_seconds_total) == (0, 0)


@pytest.mark.parametrize("error", [None, ErrorInfo("Odd", 'quotes " and \\ and é and \x00')])
def test_any_error_text_survives(store, enqueue, take, error):
    job_id = enqueue()
    store.run(settle(take()[0].claim, Settlement(JobState.DEAD, error=error)))
    assert store.run(jobs.get(job_id)).error == error
