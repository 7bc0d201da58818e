"""Delayed jobs for stock workers: each in one place, none twice, in steps of bounded size."""

from __future__ import annotations

import json
import time
from datetime import datetime

from click.testing import CliRunner

from longshore.cli.main import main
from longshore.envelope import NewJob
from longshore.store import jobs
from longshore.store.claims import Source, claim
from longshore.store.going_back import STEP, delayed, hand_over, release_to_stock
from longshore.testing.ports import free_port
from support.places import places

FAR_SECONDS = 3600.0


def enqueue(store, number, **fields):
    for index in range(number):
        fields = {"delay_seconds": FAR_SECONDS, "queue": "q", **fields}
        store.run(jobs.enqueue(NewJob(task="t", id=f"job-{index}", kwargs={}, **fields)))


def test_every_delayed_job_moves_once_in_bounded_steps(store, client):
    enqueue(store, STEP + 7)
    assert list(release_to_stock(store)) == [STEP, 7]
    assert list(release_to_stock(store)) == []
    ids = [json.loads(raw)["headers"]["id"] for raw in client.lrange("q", 0, -1)]
    assert sorted(ids) == sorted(f"job-{index}" for index in range(STEP + 7))
    assert not client.exists("longshore:delayed:q", "longshore:delayed-messages")


def test_the_message_tells_its_time_and_keeps_its_priority(store, client):
    begun = time.time()
    enqueue(store, 1, priority=6)
    list(release_to_stock(store))
    (raw,) = client.lrange("q\x06\x166", 0, -1)
    eta = datetime.fromisoformat(json.loads(raw)["headers"]["eta"])
    assert 0 <= eta.timestamp() - begun - FAR_SECONDS < 5


def test_a_job_due_after_the_end_of_the_calendar_is_handed_over_with_its_last_moment(store, client):
    store.run(jobs.enqueue(NewJob(task="t", id="far", kwargs={}, queue="q", due_at=1e300)))
    assert list(release_to_stock(store)) == [1]
    (raw,) = client.lrange("q", 0, -1)
    assert json.loads(raw)["headers"]["eta"] == "9999-12-31T23:59:59+00:00"


def test_a_job_that_moved_since_it_was_read_is_let_be(store, client):
    enqueue(store, 2)
    found = store.run(delayed())
    store.run(jobs.cancel("job-0"))
    assert store.run(hand_over(found)) == 1
    assert store.run(hand_over(found)) == 0
    assert places(client, "job-0") == ["terminal"]
    assert places(client, "job-1") == ["ready q"]


def test_a_worker_of_ours_that_claims_it_makes_it_wait_again(store, client):
    enqueue(store, 1)
    list(release_to_stock(store))
    assert store.run(claim([Source("q", "q")], owner="me", worker="me", limit=1)) == []
    assert places(client, "job-0") == ["delayed longshore:delayed:q"]


def test_the_command_says_how_many(valkey, store, client):
    enqueue(store, 3)
    answer = CliRunner().invoke(main, ["release-to-stock", valkey.url])
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("3 delayed job(s)")
    assert places(client, "job-2") == ["ready q"]


def test_the_command_says_in_one_line_that_the_broker_is_away():
    url = f"longshore://127.0.0.1:{free_port()}/0"
    answer = CliRunner().invoke(main, ["release-to-stock", url])
    assert answer.exit_code == 2
    assert answer.stderr.startswith("longshore: broker")
    assert answer.stderr.count("\n") == 1
