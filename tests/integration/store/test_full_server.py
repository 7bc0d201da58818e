"""At its maxmemory a server takes no new job, but all that ends, keeps or moves one."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import pytest

from longshore.envelope import encode
from longshore.errors import BrokerRefused
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store, dead_letters, jobs
from longshore.store.chords import Part, chord_part
from longshore.store.claims import (
    Held,
    Settlement,
    note_retry,
    put_result,
    release,
    renew,
    settle,
)
from longshore.store.connection import writable
from longshore.store.dead_letters import Fate, Revival
from longshore.store.janitor import sweep
from longshore.store.jobs import cancel
from longshore.store.queues import all_status, bind, maintain, pause, put_reply
from longshore.store.suspects import begin
from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer

DONE = Settlement(JobState.SUCCEEDED, '{"status": "SUCCESS", "result": 1}')
DEAD = Settlement(JobState.DEAD, "", ErrorInfo("OSError", "no"), DeadReason.PERMANENT_ERROR)


@pytest.fixture
def fill(valkey: ValkeyServer) -> Generator[Callable[[], None]]:
    """Let the server be full from now on."""

    def full() -> None:
        valkey.ask("CONFIG", "SET", "maxmemory", "1")

    yield full
    valkey.ask("CONFIG", "SET", "maxmemory", "0")


def held_by(take: Callable[..., Any], **options: Any) -> Any:
    (delivery,) = take(**options)
    return delivery.claim


def test_a_new_job_is_refused_whole_and_says_why(store: Store, client, new_job, fill) -> None:
    fill()
    for call in (jobs.enqueue(new_job()), jobs.enqueue_all([new_job(), new_job(due_at=9e9)])):
        with pytest.raises(BrokerRefused, match=r"refused enqueue: its memory is full") as refused:
            store.run(call)
        assert refused.value.code == "OOM"
    assert client.keys("longshore:*") == []


def test_what_was_accepted_runs_to_its_end(store: Store, enqueue, take, fill) -> None:
    ids = [enqueue() for _ in range(3)]
    fill()
    first, second, third = (one.claim for one in take(limit=3))
    assert store.run(renew([first])) == [Held.HELD]
    assert store.run(begin(first)) is not None
    assert store.run(settle(first, DONE))
    assert store.run(settle(second, DEAD))
    assert store.run(release(third, begun=False, counted=False, why="drained"))
    again = held_by(take)
    assert store.run(release(again, begun=True, counted=True, why="its process was lost"))
    assert store.run(settle(held_by(take), DONE))
    states = [store.run(jobs.get(one)).state for one in ids]
    assert states == [JobState.SUCCEEDED, JobState.DEAD, JobState.SUCCEEDED]


def test_a_retry_moves_and_what_follows_a_job_is_taken(
    store: Store, enqueue, new_job, take, fill
) -> None:
    job_id = enqueue()
    fill()
    held = held_by(take)
    retry = replace(encode(new_job(id=job_id, delay_seconds=60)), token=held.token)
    assert store.run(jobs.post(retry)).created
    assert store.run(note_retry(held, ErrorInfo("OSError", "no")))
    assert store.run(jobs.get(job_id)).state is JobState.RETRYING
    following = encode(new_job())
    assert store.run(jobs.post(following, onward=True)).created
    assert held_by(take).job_id == following.job_id


def test_what_is_due_or_lost_comes_back_to_its_list(
    store: Store, enqueue, take, fill, clock: Clock, rescue_all
) -> None:
    lost, later = enqueue(), enqueue(delay_seconds=600)
    held_by(take)
    fill()
    rescue_all()
    assert held_by(take, owner="w2").job_id == lost
    clock.advance(600)
    store.run(maintain())
    assert store.run(jobs.get(later)).state is JobState.QUEUED


def test_a_person_can_make_room(store: Store, enqueue, take, fill) -> None:
    dead, revived, waiting = enqueue(), enqueue(), enqueue()
    assert [store.run(settle(held_by(take), DEAD)) for _ in (dead, revived)] == [True, True]
    fill()
    store.run(cancel(waiting))
    letters = [Revival.of(store.run(dead_letters.get(one)).kept) for one in (dead, revived)]
    assert store.run(dead_letters.replay(letters[1:])) == (Fate.REPLAYED,)
    assert store.run(pause("q"))
    assert store.run(jobs.get(revived)).state is JobState.QUEUED
    assert store.run(all_status())[0].dead == 1


def test_what_workers_and_probes_need_is_written(store: Store, client, enqueue, take, fill) -> None:
    enqueue()
    held = held_by(take)
    fill()
    assert store.run(writable())
    assert store.run(bind("celery", "celery\x06\x16\x06\x16celery"))
    assert store.run(bind("reply.celery.pidbox", "one\x06\x16\x06\x16two", 10_000))
    assert store.run(put_reply("x.reply.celery.pidbox", "{}", 10_000))
    assert store.run(put_result("celery-task-meta-1", '{"status": "STARTED"}', 60))
    part = Part("group", held.job_id, json.dumps([1]), False, 0, 0)
    store.run(chord_part(held, part))
    store.run(sweep())
    assert client.smembers("_kombu.binding_permanent.celery")
    assert client.zscore("_kombu.binding_deadlines", "reply.celery.pidbox") is not None
    assert client.llen("x.reply.celery.pidbox") == 1
