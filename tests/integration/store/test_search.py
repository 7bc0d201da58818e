"""Finding jobs."""

from __future__ import annotations

from longshore.records import JobState
from longshore.store import Store, StoreSettings, jobs
from longshore.store.jobs import SEARCH_SCAN


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


def test_old_jobs_leave_the_history_and_pages_keep_their_place(valkey, client, new_job):
    with Store.from_url(valkey.url, StoreSettings(recent_limit=100)) as store:
        first = [new_job() for _ in range(600)]
        store.run(jobs.enqueue_all(first))
        page = store.run(jobs.search(limit=50))
        later = [new_job() for _ in range(600)]
        store.run(jobs.enqueue_all(later))
        assert client.llen("longshore:accepted") == 100
        assert found(store, limit=200) == [job.id for job in later[:-101:-1]]
        store.run(jobs.enqueue_all([new_job() for _ in range(50)]))
        assert found(store, limit=50, cursor=page.cursor) == []


def test_a_search_looks_at_as_many_however_many_there_are(store, client, new_job):
    looked = []
    found(store)  # the server learns the script
    for more in (1_000, 9_000):
        for _ in range(0, more, 500):
            store.run(jobs.enqueue_all([new_job() for _ in range(500)]))
        client.config_resetstat()
        assert found(store, task="nobody's") == []
        looked.append({name: stat["calls"] for name, stat in client.info("commandstats").items()})
    assert looked[0]["cmdstat_hmget"] == SEARCH_SCAN
    assert looked[1] == looked[0]


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


def test_the_jobs_of_one_client(store, enqueue):
    of_shop, of_bank, of_nobody = enqueue(client="shop"), enqueue(client="bank"), enqueue()
    assert found(store, client="shop") == [of_shop]
    assert found(store, client="bank", state=JobState.QUEUED) == [of_bank]
    assert found(store, client="b") == []
    assert found(store) == [of_nobody, of_bank, of_shop]
