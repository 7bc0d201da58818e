"""A warm stop finishes what runs and gives back the rest."""

from __future__ import annotations

from longshore.records import JobState
from longshore.store import jobs
from longshore.store.queues import all_status
from support.places import places
from support.until import until


def test_running_jobs_end_and_claimed_ones_go_back(shop, store, client, start, drain):
    worker = start("first")
    running = shop.module.gated.delay("running")
    waiting = [shop.module.ledger.delay(f"waiting {n}") for n in range(3)]
    until(lambda: "start running" in shop.lines())
    until(lambda: [status.claimed for status in store.run(all_status())] == [4])
    drain(worker)
    shop.open_gate("running")
    assert worker.wait() == 0
    assert shop.lines() == ["start running", "end running"]
    assert running.get(timeout=60) == "running"
    for result in waiting:
        record = store.run(jobs.get(result.id))
        assert (record.state, record.attempts, record.interruptions) == (JobState.QUEUED, 0, 0)
        assert places(client, result.id) == ["ready celery"]
    start("second")
    assert [result.get(timeout=60) for result in waiting] == [f"waiting {n}" for n in range(3)]
    assert [line for line in shop.lines() if line.startswith("start waiting")] == [
        f"start waiting {n}" for n in range(3)
    ]
    for result in waiting:
        record = store.run(jobs.get(result.id))
        assert (record.attempts, record.deliveries) == (1, 2)


def test_threads_finish_what_was_claimed(shop, store, client, start, drain):
    # Celery hands its thread pool all that was claimed, and the pool ends what it was handed.
    worker = start(pool="threads")
    results = [shop.module.gated.delay(str(n)) for n in range(3)]
    until(lambda: "start 0" in shop.lines())
    drain(worker)
    for n in range(3):
        shop.open_gate(str(n))
    assert worker.wait() == 0
    for number, result in enumerate(results):
        if store.run(jobs.get(result.id)).state is JobState.QUEUED:
            assert places(client, result.id) == ["ready celery"]
            assert f"start {number}" not in shop.lines()
        else:
            assert places(client, result.id) == ["terminal"]
            assert shop.lines().count(f"end {number}") == 1


def test_an_idle_worker_of_the_real_command_line_stops(start):
    worker = start(real=True)
    worker.ask_to_stop()
    assert worker.wait() == 0
