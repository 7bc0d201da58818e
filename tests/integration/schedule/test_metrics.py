"""A scheduler's page of metrics: true of the whole set, also while no worker runs."""

from __future__ import annotations

import pytest

from longshore.envelope import NewJob
from longshore.ids import new_id
from longshore.metrics.catalog import METRICS
from longshore.metrics.metric import Kind, Service
from longshore.store import jobs, queues
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.metrics_page import MetricsPage
from support.until import until

PULSE = {"pulse": {"task": "test.pulse", "schedule": 0.2, "options": {"catch_up": "all"}}}


@pytest.fixture
def serving(start_beat):
    """Start a scheduler that serves, and wait until it does."""

    def start(*beat_schedule: object, **env: str) -> MetricsPage:
        page = MetricsPage(free_port())
        start_beat(*beat_schedule, LONGSHORE_METRICS_PORT=str(page.port), **env)
        until(page.samples, 30)
        return page

    return start


def enqueue(store, queue="metered", **fields):
    job = NewJob(task="shop.add", id=new_id(), kwargs={}, queue=queue, **fields)
    store.run(jobs.enqueue(job))


def jobs_of(page: MetricsPage) -> dict[str, float]:
    places = ("waiting", "delayed", "due", "claimed", "dead")
    return {
        place: page.total("longshore_queue_jobs", queue="metered", place=place) for place in places
    }


def test_queues_are_shown_while_no_worker_runs(store, clock, serving):
    page = serving()
    until(lambda: page.total("longshore_scheduler_leader") == 1)
    enqueue(store)
    enqueue(store, priority=9)
    enqueue(store, delay_seconds=60)
    expected = {"waiting": 2, "delayed": 1, "due": 0, "claimed": 0, "dead": 0}
    until(lambda: jobs_of(page) == expected or None)
    assert page.total("celery_queue_length", queue_name="metered") == 2
    assert page.total("longshore_jobs_enqueued_total", task="shop.add", queue="metered") == 3
    assert page.total("celery_task_sent_total", name="shop.add", queue_name="metered") == 3
    assert page.total("longshore_workers_ready") == 0
    clock.advance(1)
    until(lambda: page.total("longshore_queue_oldest_age_seconds", queue="metered") >= 1)
    store.run(queues.pause("metered"))
    until(lambda: page.total("longshore_queue_paused", queue="metered") == 1)


def test_what_is_shown_follows_the_queue(store, serving):
    page = serving()
    until(lambda: page.total("longshore_scheduler_leader") == 1)
    for number in range(1, 6):
        enqueue(store)
        until(lambda n=number: jobs_of(page)["waiting"] == n)


def test_the_leader_alone_tells_of_the_whole_set(store, serving, leader_pid):
    first, second = serving(), serving()
    enqueue(store)

    def lengths() -> list[float]:
        found = [page.total("longshore_scheduler_leader") for page in (first, second)]
        shown = [page.total("celery_queue_length") for page in (first, second)]
        return found if sorted(found) == [0, 1] and shown == found else []

    until(lengths)
    assert [page.total("longshore_redis_up") for page in (first, second)] == [1, 1]


def test_another_goes_on_when_the_leader_is_killed(store, clock, start_beat, leader_pid):
    pages, beats = {}, []
    for _ in range(2):
        page = MetricsPage(free_port())
        beats.append(start_beat(LONGSHORE_METRICS_PORT=str(page.port)))
        pages[beats[-1].pid] = page
    until(lambda: all(page.samples() for page in pages.values()), 30)
    enqueue(store)
    leader = next(beat for beat in beats if beat.pid == until(leader_pid))
    (other,) = (page for pid, page in pages.items() if pid != leader.pid)
    leader.kill()
    clock.advance(2)
    until(lambda: other.total("celery_queue_length", queue_name="metered") == 1)


def test_the_schedule_is_shown(store, serving):
    page = serving(PULSE)
    name = "longshore_schedule_last_slot_timestamp_seconds"
    until(lambda: page.total(name, entry="pulse") > 0)
    before = page.total(name, entry="pulse")
    until(lambda: page.total(name, entry="pulse") > before)
    assert page.total("longshore_schedule_missed_slots_total", entry="pulse") == 0
    assert page.total("longshore_schedule_lateness_seconds", entry="pulse") < 30


def test_every_gauge_of_the_catalogue_is_there_and_nothing_else_is(store, serving):
    page = serving(PULSE)
    enqueue(store)
    of_a_scheduler = {Service.SCHEDULER, Service.LEADER}
    known = [metric for metric in METRICS if of_a_scheduler & set(metric.served_by)]
    gauges = {metric.name for metric in known if metric.kind is Kind.GAUGE}
    until(lambda: gauges <= page.told() or None)
    assert page.told() <= {metric.name for metric in known}


def test_redis_is_shown_and_so_is_its_absence(serving):
    with ValkeyServer() as server:
        page = serving(url=server.url)
        until(lambda: page.total("longshore_redis_up") == 1)
        assert page.total("longshore_redis_memory_bytes") > 0
        assert page.total("longshore_redis_connected_clients") > 0
        assert page.total("longshore_redis_persistence_ok") == 1
        assert page.total("longshore_script_duration_seconds_count", script="queues") > 0
        server.kill()
        until(lambda: page.samples() and page.total("longshore_redis_up") == 0)
        assert "longshore_queue_jobs" not in page.names()


def test_a_port_in_use_ends_the_scheduler_with_one_line(serving, start_beat):
    page = serving()
    second = start_beat(LONGSHORE_METRICS_PORT=str(page.port))
    assert second.process.wait(30) == 2
    assert f"metrics cannot be served at 127.0.0.1:{page.port}" in second.output
