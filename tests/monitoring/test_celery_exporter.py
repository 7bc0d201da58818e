"""celery-exporter beside the running set shows what the set's own metrics show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from celery import Celery

from support.celery_exporter import CeleryExporter
from support.metrics_page import MetricsPage
from support.running_set import RunningSet
from support.until import until

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("running-set")]
QUEUES = ("high", "normal", "low")


@pytest.fixture(scope="module")
def page(running: RunningSet) -> Iterator[MetricsPage]:
    with CeleryExporter(running.broker_url(), running.directory / "exporter.log") as started:
        # It listens only: somebody must have switched the workers' events on.
        broker = running.broker_url().replace("longshore://", "redis://")
        with Celery(broker=broker) as app:
            app.control.enable_events(reply=True)
        until(lambda: started.page.total("celery_worker_up") == 1)
        yield started.page


def test_it_sees_the_worker_and_its_queues(page: MetricsPage) -> None:
    for queue in QUEUES:
        assert page.total("celery_active_worker_count", queue_name=queue) == 1
        assert page.total("celery_active_process_count", queue_name=queue) == 2


def test_it_counts_how_jobs_ended(running: RunningSet, page: MetricsPage) -> None:
    for _ in range(3):
        running.ends_as("succeeded", running.enqueue("system.add", {"a": 2, "b": 3})["id"])
    running.ends_as("dead", running.enqueue("images.thumbnail", {"file_id": "0" * 32})["id"])
    until(lambda: page.total("celery_task_succeeded_total", name="system.add") == 3)
    assert page.total("celery_task_received_total", name="system.add") == 3
    assert page.total("celery_task_started_total", name="system.add") == 3
    assert page.total("celery_task_runtime_count", name="system.add") == 3
    until(lambda: page.total("celery_task_failed_total", name="images.thumbnail") == 1)


def test_it_counts_what_waits_at_the_usual_priority(running: RunningSet, page: MetricsPage) -> None:
    """It looks at one list of each queue, and so knows nothing of jobs of other priorities."""
    running.ask("POST", "/queues/normal/pause")
    try:
        jobs = [
            running.enqueue("system.echo", {"text": "hello"}, priority=priority)["id"]
            for priority in (0, 0, 9)
        ]
        until(lambda: page.total("celery_queue_length", queue_name="normal") == 2)
    finally:
        running.ask("POST", "/queues/normal/resume")
    for job in jobs:
        assert running.ends_as("succeeded", job)["deliveries"] == 1
    until(lambda: page.total("celery_queue_length", queue_name="normal") == 0)
