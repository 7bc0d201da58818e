"""A replay sends a dead letter back to work: once, whole, with its retries before it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest

from longshore.envelope import encode
from longshore.errors import UnreadableMessage
from longshore.message import arguments, renewed
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import dead_letters, jobs, queues
from longshore.store.claims import Settlement, note_retry, release, settle
from longshore.store.dead_letters import Fate, Revival
from longshore.store.queues import maintain
from support.places import places

DEAD = Settlement(
    JobState.DEAD, '{"status": "FAILURE"}', ErrorInfo("OSError", "no"), DeadReason.PERMANENT_ERROR
)
DONE = Settlement(JobState.SUCCEEDED, '{"status": "SUCCESS", "result": 1}')


@pytest.fixture
def bury(store, enqueue, take):
    def run(**fields) -> str:
        job_id = enqueue(**fields)
        assert store.run(settle(take()[0].claim, DEAD))
        return job_id

    return run


def letter_of(store, job_id):
    return store.run(dead_letters.get(job_id)).kept


def replay(store, *job_ids, **options):
    letters = [Revival.of(letter_of(store, job_id)) for job_id in job_ids]
    return store.run(dead_letters.replay(letters, **options))


def test_a_replayed_job_is_ready_and_runs_to_its_end(store, client, bury, take):
    job_id = bury(priority=6)
    message = client.hget("longshore:dead-messages", job_id)
    assert replay(store, job_id) == (Fate.REPLAYED,)
    record = store.run(jobs.get(job_id))
    assert (record.state, record.replays, record.error, record.attempts) == (
        JobState.QUEUED, 1, None, 0,
    )  # fmt: skip
    assert places(client, job_id) == ["ready q\x06\x166"]
    assert client.get(f"celery-task-meta-{job_id}") is None
    (delivery,) = take()
    assert (delivery.raw, delivery.claim.attempt, delivery.claim.delivery) == (message, 1, 2)
    store.run(settle(delivery.claim, DONE))
    assert store.run(jobs.get(job_id)).state is JobState.SUCCEEDED
    assert client.ttl(f"longshore:attempts:{job_id}") > 0


def test_its_story_goes_on(store, bury, take):
    job_id = bury()
    replay(store, job_id)
    store.run(settle(take()[0].claim, DEAD))
    story = [(told.attempt, told.delivery) for told in store.run(jobs.attempts(job_id))]
    assert story == [(1, 1), (1, 2)]
    assert store.run(jobs.get(job_id)).replays == 1


def test_twice_has_one_effect(store, client, bury, take):
    job_id = bury()
    letter = Revival.of(letter_of(store, job_id))
    fates = [store.run(dead_letters.replay([letter])) for _ in range(3)]
    assert fates == [(Fate.REPLAYED,), (Fate.GONE,), (Fate.GONE,)]
    assert places(client, job_id) == ["ready q"]
    assert len(take(limit=10)) == 1


def test_the_same_letter_twice_in_a_call_is_one_job(store, bury, take):
    letter = Revival.of(letter_of(store, bury()))
    store.run(dead_letters.replay([letter, letter]))
    assert len(take(limit=10)) == 1


def test_a_call_whose_answer_was_lost_is_repeated_without_harm(store, bury, take):
    call = dead_letters.replay([Revival.of(letter_of(store, bury()))])
    assert store.run(call) == store.run(call) == (Fate.REPLAYED,)
    assert len(take(limit=10)) == 1


def test_it_wakes_an_idle_worker(store, client, bury):
    job_id = bury()
    client.delete("longshore:bell:q")
    replay(store, job_id)
    assert client.llen("longshore:bell:q") == 1


def test_retries_count_from_none_and_the_expiry_is_gone(store, enqueue, new_job, take):
    job_id = enqueue(expires_in_seconds=60)
    held = take()[0].claim
    again = encode(new_job(id=job_id, expires_in_seconds=60))
    message = json.loads(again.raw)
    message["headers"]["retries"] = 5
    store.run(jobs.post(replace(again, raw=json.dumps(message), token=held.token)))
    store.run(note_retry(held, ErrorInfo("OSError", "not yet")))
    last = take()[0].claim
    assert last.attempt == 6
    store.run(settle(last, DEAD))
    replay(store, job_id)
    assert store.run(jobs.get(job_id)).expires_at is None
    (delivery,) = take()
    headers = json.loads(delivery.raw)["headers"]
    assert (headers["retries"], headers["expires"], delivery.claim.attempt) == (0, None, 1)


def test_a_quarantined_job_has_all_its_runs_before_it_again(store, enqueue, take):
    job_id = enqueue()
    for _ in range(3):
        store.run(release(take()[0].claim, begun=True, counted=True, why="lost"))
    assert store.run(jobs.get(job_id)).dead_reason is DeadReason.QUARANTINED
    replay(store, job_id)
    for _ in range(2):
        store.run(release(take()[0].claim, begun=True, counted=True, why="lost"))
    assert store.run(jobs.get(job_id)).state is JobState.QUEUED


def test_a_job_may_bear_fewer_lost_runs_than_others(store, client, enqueue, take):
    job_id = enqueue(headers={"longshore_max_deliveries": 1})
    store.run(release(take()[0].claim, begun=True, counted=True, why="its process was lost"))
    record = store.run(jobs.get(job_id))
    assert (record.state, record.dead_reason) == (JobState.DEAD, DeadReason.WORKER_LOST)
    assert record.error == ErrorInfo("WorkerLost", "its process was lost")
    assert places(client, job_id) == ["dead"]


def test_edited_arguments_take_the_place_of_those_that_were_sent(store, bury, take):
    job_id = bury(args=(1, 2), kwargs={"a": 1})
    letter = letter_of(store, job_id)
    edited = renewed(letter.message, args=[], kwargs={"b": [], "c": {}})
    store.run(dead_letters.replay([Revival(job_id, letter.kept_at, edited)]))
    sent = arguments(take()[0].raw)
    assert (sent.args, sent.kwargs) == ((), {"b": [], "c": {}})


def test_what_no_worker_could_run_is_not_replayed(store, client, take):
    client.lpush("q", "no envelope")
    take()
    (letter,) = store.run(dead_letters.page(messages=True)).letters
    with pytest.raises(UnreadableMessage):
        Revival.of(letter)


def test_paced_replays_wait_their_turn_behind_one_another(store, client, clock, bury, take):
    ids = [bury() for _ in range(6)]
    assert set(replay(store, *ids[:3], rate_per_second=10)) == {Fate.REPLAYED}
    replay(store, *ids[3:], rate_per_second=10)
    assert [places(client, job_id) for job_id in ids] == [["delayed longshore:delayed:q"]] * 6
    due = [store.run(jobs.get(job_id)).due_at for job_id in ids]
    gaps = [later - sooner for sooner, later in itertools.pairwise(due)]
    assert gaps == pytest.approx([0.1] * 5, abs=1e-3)
    assert 0 < client.ttl("longshore:replay-pace") < 5
    clock.advance(1)
    assert store.run(maintain()).promoted == 6
    assert [delivery.claim.job_id for delivery in take(limit=10)] == ids


def test_the_count_of_a_queues_dead_letters_follows(store, bury):
    ids = [bury() for _ in range(3)]
    replay(store, *ids[:2])
    (status,) = store.run(queues.all_status(["q"]))
    assert (status.dead, status.waiting) == (1, 2)
