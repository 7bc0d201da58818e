"""Records of jobs whose messages another broker holds."""

from __future__ import annotations

import pytest

from longshore.current import Claim
from longshore.envelope import encode
from longshore.records import DeadReason, ErrorInfo, JobState, Outcome
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Settlement, settle
from longshore.store.control import Standing, standing, tell_progress
from longshore.store.entrusted import (
    UNCONFIRMED_SECONDS,
    Entrusted,
    Word,
    confirm,
    entrust,
    give_up,
    holder,
    put_off,
    take_up,
)

DONE = Settlement(JobState.SUCCEEDED, '{"status": "SUCCESS", "result": 1}')
LOW = ErrorInfo("Transient", "low water")
FOR_GOOD = ErrorInfo("Quarantined", "delivered too often without an outcome")


@pytest.fixture
def accept(store, new_job):
    """Accept a job, by default up to its confirm, and return its id."""

    def run(confirmed=True, **fields) -> str:
        post = encode(new_job(**fields))
        store.run(entrust([post]))
        if confirmed:
            store.run(confirm([post.job_id], held=True))
        return post.job_id

    return run


@pytest.fixture
def begin(store):
    def run(job_id: str, attempt: int = 1) -> Claim | None:
        return store.run(
            take_up(job_id, task="shop.add", queue="q", owner="me", worker="w@h", attempt=attempt)
        )

    return run


def test_a_record_lasts_from_its_confirm_on(store, client, accept):
    job_id = accept(confirmed=False)
    assert 0 < client.ttl(f"longshore:job:{job_id}") <= UNCONFIRMED_SECONDS
    store.run(confirm([job_id], held=True))
    assert client.ttl(f"longshore:job:{job_id}") == -1
    assert store.run(jobs.get(job_id)).state is JobState.QUEUED
    assert [record.id for record in store.run(jobs.search()).records] == [job_id]


def test_a_refused_job_leaves_no_record(store, client, accept):
    job_id = accept(confirmed=False)
    store.run(confirm([job_id], held=False))
    assert client.exists(f"longshore:job:{job_id}") == 0


def test_a_second_call_waits_for_the_first_then_publishes_again(valkey, new_job):
    post = encode(new_job(fingerprint="mark"))
    with Store.from_url(valkey.url, StoreSettings(deadline_seconds=0.05)) as store:
        words = [store.run(entrust([post]))[0].word for _ in range(2)]
        assert words == [Word.NEW, Word.BUSY]
        while (found := store.run(entrust([post]))[0]).word is Word.BUSY:
            pass
        assert found == Entrusted(Word.AGAIN, "mark")
        store.run(confirm([post.job_id], held=True))
        assert store.run(entrust([post])) == [Entrusted(Word.DUPLICATE, "mark")]


def test_a_run_is_begun_told_and_settled_by_its_token(store, accept, begin):
    job_id = accept(delay_seconds=5)
    assert store.run(jobs.get(job_id)).state is JobState.SCHEDULED
    held = begin(job_id)
    assert held is not None
    assert store.run(tell_progress(held, 1, 2, "half")) is Standing.HELD
    assert store.run(settle(held, DONE))
    record = store.run(jobs.get(job_id))
    assert (record.state, record.deliveries, record.worker) == (JobState.SUCCEEDED, 1, "w@h")
    assert store.run(jobs.result(job_id)).value == 1
    assert begin(job_id) is None


def test_a_stale_runs_outcome_is_refused(store, accept, begin):
    job_id = accept()
    stale, held = begin(job_id), begin(job_id)
    assert store.run(settle(stale, Settlement(JobState.DEAD))) is False
    assert store.run(settle(held, DONE)) is True
    (told,) = store.run(jobs.attempts(job_id))
    assert (told.outcome, told.delivery) == (Outcome.INTERRUPTED, 1)
    assert store.run(jobs.get(job_id)).interruptions == 1


def test_a_retry_is_told_and_its_next_run_is_no_interruption(store, accept, begin):
    job_id = accept()
    assert store.run(put_off(begin(job_id), LOW, 3.0))
    record = store.run(jobs.get(job_id))
    assert (record.state, record.error) == (JobState.RETRYING, LOW)
    held = begin(job_id, attempt=2)
    assert (held.attempt, held.delivery) == (2, 2)
    (told,) = store.run(jobs.attempts(job_id))
    assert (told.outcome, told.retry_in_seconds) == (Outcome.RETRIED, 3.0)
    assert store.run(jobs.get(job_id)).interruptions == 0


def test_a_retry_that_was_taken_up_already_keeps_its_run(store, accept, begin):
    job_id = accept()
    first = begin(job_id)
    begin(job_id, attempt=2)
    assert not store.run(put_off(first, LOW, 0.0))
    assert store.run(jobs.get(job_id)).state is JobState.RUNNING
    assert [told.outcome for told in store.run(jobs.attempts(job_id))] == [Outcome.RETRIED]


def test_a_cancel_holds_whether_the_job_waits_or_runs(store, accept, begin):
    waiting, running = accept(), accept()
    held = begin(running)
    assert store.run(jobs.cancel(waiting)) is JobState.CANCELLED
    assert store.run(jobs.cancel(running)) is JobState.RUNNING
    assert store.run(standing(held)) is Standing.CANCEL
    assert begin(waiting) is None
    assert begin(running) is None
    assert store.run(jobs.get(running)).state is JobState.CANCELLED


def test_what_the_broker_has_buried_is_dead_and_may_be_sent_again(store, client, accept, begin):
    job_id = accept()
    begin(job_id)
    assert store.run(give_up(job_id, DeadReason.QUARANTINED, FOR_GOOD))
    record = store.run(jobs.get(job_id))
    assert (record.state, record.dead_reason) == (JobState.DEAD, DeadReason.QUARANTINED)
    assert client.ttl(f"longshore:job:{job_id}") > 86_400
    assert not store.run(give_up(job_id, DeadReason.QUARANTINED, FOR_GOOD))
    again = begin(job_id)
    assert store.run(settle(again, DONE))
    record = store.run(jobs.get(job_id))
    assert (record.state, record.dead_reason, record.replays) == (JobState.SUCCEEDED, None, 1)


def test_a_message_that_nobody_has_recorded_gets_its_record_when_it_is_taken_up(store, begin):
    held = begin("from-elsewhere")
    assert store.run(holder("from-elsewhere")) == held
    assert store.run(jobs.get("from-elsewhere")).state is JobState.RUNNING


def test_nobody_holds_what_is_not_known(store):
    assert store.run(holder("unknown")) is None
    assert not store.run(give_up("unknown", DeadReason.REJECTED, FOR_GOOD))


def test_a_record_says_whose_job_it_is(store, accept):
    assert store.run(jobs.get(accept(client="shop"))).client == "shop"
