"""An end that is handed out comes again unless it was announced; most jobs have nobody to tell."""

from __future__ import annotations

import base64
import json

import pytest

from longshore.records import JobState
from longshore.store import dead_letters, jobs
from longshore.store.claims import release
from longshore.store.ends import announced, ends
from longshore.store.queues import maintain, purge

#: What names nobody, as Celery writes it, behind arguments of each length modulo three.
NOBODY = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


@pytest.fixture
def waiting(client, enqueue):
    """Enqueue a job with such callbacks."""

    def run(embed: dict[str, object], argument: str = "") -> str:
        job_id = enqueue()
        message = json.loads(client.lpop("q"))
        body = json.dumps([[argument], {}, embed]).encode()
        message["body"] = base64.b64encode(body).decode()
        client.lpush("q", json.dumps(message))
        return job_id

    return run


@pytest.fixture
def cancelled(waiting, take, store):
    """Cancel a waiting job with such callbacks, and let its message come up."""

    def run(embed: dict[str, object]) -> str:
        job_id = waiting(embed)
        store.run(jobs.cancel(job_id))
        take()
        return job_id

    return run


def test_an_end_is_handed_out_again_after_a_lease_unless_it_was_announced(store, clock, cancelled):
    job_id = cancelled({**NOBODY, "chord": {"task": "shop.total"}})
    assert store.run(maintain()).ends
    (end,) = store.run(ends(["q"]))
    assert (end.job_id, end.state) == (job_id, JobState.CANCELLED)
    assert store.run(ends(["q"])) == []
    clock.advance(store.settings.lease_seconds + 1)
    assert store.run(ends(["q"])) == [end]
    store.run(announced(end))
    clock.advance(store.settings.lease_seconds + 1)
    assert store.run(ends(["q"])) == []
    assert not store.run(maintain()).ends


def test_an_end_is_handed_to_who_consumes_its_queue(store, cancelled):
    cancelled({**NOBODY, "errbacks": [{"task": "shop.on_error"}]})
    assert store.run(ends(["another"])) == []
    assert len(store.run(ends(["another", "q"]))) == 1


@pytest.mark.parametrize("argument", ["", "x", "xx"])
def test_a_purged_job_that_nobody_follows_has_no_end_to_announce(store, waiting, argument):
    waiting(NOBODY, argument)
    assert store.run(purge("q")) == 1
    assert not store.run(maintain()).ends


def test_the_signal_of_a_cancelled_job_that_nobody_follows_is_sent_by_its_worker(store, cancelled):
    job_id = cancelled(NOBODY)
    assert [end.job_id for end in store.run(ends(["q"]))] == [job_id]


def test_a_quarantined_job_that_nobody_follows_is_announced_for_its_signal(store, waiting, take):
    job_id = waiting(NOBODY)
    for _ in range(3):
        (one,) = take()
        store.run(release(one.claim, begun=True, counted=True, why="its process is gone"))
    (end,) = store.run(ends(["q"]))
    assert (end.job_id, end.state) == (job_id, JobState.DEAD)


def test_a_job_that_was_replayed_has_no_end_to_announce(store, waiting, take):
    job_id = waiting({**NOBODY, "chord": {"task": "shop.total"}})
    for _ in range(3):
        (one,) = take()
        store.run(release(one.claim, begun=True, counted=True, why="its process is gone"))
    letter = store.run(dead_letters.get(job_id))
    store.run(dead_letters.replay([dead_letters.Revival.of(letter)]))
    assert store.run(ends(["q"])) == []
    assert not store.run(maintain()).ends
