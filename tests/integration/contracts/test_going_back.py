"""Changing the URL in either direction leaves nothing behind."""

from __future__ import annotations

import json
import uuid

from longshore.envelope import NewJob
from longshore.records import JobState
from longshore.store import jobs
from support.until import until

QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def meta(client, job_id):
    return json.loads(client.get(f"celery-task-meta-{job_id}"))


def test_a_stock_worker_runs_what_was_enqueued_here(stock, ours, store, client):
    new = NewJob(task="shop.add", id=str(uuid.uuid4()), kwargs={"a": 1, "b": 2}, queue="celery")
    store.run(jobs.enqueue(new))
    low = ours.module.add.apply_async((2, 3), priority=9)
    failing = ours.module.fail.delay("torn")
    with stock.worker(concurrency=1, options=QUICK):
        assert stock.app.AsyncResult(new.id).get(timeout=60) == 3
        assert stock.app.AsyncResult(low.id).get(timeout=60) == 5
        failed = stock.app.AsyncResult(failing.id).get(timeout=60, propagate=False)
        assert isinstance(failed, RuntimeError)


def test_a_worker_here_runs_what_a_stock_client_enqueued(stock, ours, store, client):
    plain = stock.module.add.delay(1, 2)
    low = stock.module.add.apply_async((2, 3), priority=9)
    chained = (stock.module.add.s(1, 1) | stock.module.add.s(5)).apply_async()
    with ours.worker(concurrency=1, options=QUICK):
        # read by the stock client: results are where it looks for them
        assert [result.get(timeout=60) for result in (plain, low, chained)] == [3, 5, 7]
        until(lambda: store.run(jobs.get(plain.id)).state is JobState.SUCCEEDED)


def test_result_documents_are_alike(stock, ours, client):
    documents = {}
    for name, shop in (("theirs", stock), ("mine", ours)):
        with shop.worker(name, concurrency=1, options=QUICK):
            done, failed = shop.module.add.delay(1, 2), shop.module.fail.delay("torn")
            done.get(timeout=60)
            failed.get(timeout=60, propagate=False)
        documents[name] = (meta(client, done.id), meta(client, failed.id))
    for mine, theirs in zip(documents["mine"], documents["theirs"], strict=True):
        assert set(mine) == set(theirs)
        same = ("status", "result", "children")
        assert {name: mine[name] for name in same} == {name: theirs[name] for name in same}
