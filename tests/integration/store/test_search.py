"""Finding jobs."""

from __future__ import annotations

from longshore.records import JobState
from longshore.store import jobs


def found(store, **filters):
    page = store.run(jobs.search(**filters))
    return [record.id for record in page.records]


def test_newest_first(store, enqueue):
    enqueued = [enqueue() for _ in range(3)]
    assert found(store) == enqueued[::-1]


def test_pages_follow_one_another_without_gaps(store, enqueue):
    enqueued = [enqueue() for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = store.run(jobs.search(cursor=cursor, limit=2))
        seen += [record.id for record in page.records]
        if (cursor := page.cursor) is None:
            break
    assert seen == enqueued[::-1]


def test_a_page_is_not_disturbed_by_newer_jobs(store, enqueue):
    enqueued = [enqueue() for _ in range(3)]
    first = store.run(jobs.search(limit=1))
    enqueue()
    assert found(store, cursor=first.cursor) == enqueued[1::-1]


def test_filters(store, enqueue, take):
    enqueue()
    other_task, other_queue = enqueue(task="shop.total"), enqueue(queue="r")
    running = take()[0].claim.job_id
    assert found(store, task="shop.total") == [other_task]
    assert found(store, queue="r") == [other_queue]
    assert found(store, state=JobState.RUNNING) == [running]
    assert found(store, state=JobState.DEAD) == []
    assert found(store, task="shop.add", queue="r") == [other_queue]


def test_nothing_at_all(store):
    page = store.run(jobs.search())
    assert (page.records, page.cursor) == ((), None)
