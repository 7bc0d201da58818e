"""A worker's page of metrics: exact, whatever becomes of the pool's processes."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil
import pytest

from longshore.metrics.catalog import METRICS
from longshore.metrics.metric import Service
from longshore.store.figures import figures
from longshore.store.queues import all_status
from longshore.testing.ports import free_port
from support.celery_worker import CeleryWorker
from support.metrics_page import MetricsPage
from support.until import until

QUIET = ("--without-gossip", "--without-mingle")
SECONDS = 60
POOLS = ("longshore", "longshore-threads", "prefork", "threads", "solo")
#: What the dashboards of celery-mixin (17508, 17509) ask a worker for.
OF_CELERY_MIXIN = {
    "celery_worker_up",
    "celery_worker_tasks_active",
    "celery_task_received_total",
    "celery_task_succeeded_total",
    "celery_task_failed_total",
    "celery_task_rejected_total",
    "celery_task_retried_total",
    "celery_task_revoked_total",
    "celery_task_runtime_sum",
    "celery_task_runtime_count",
    "celery_task_runtime_bucket",
    "celery_task_queue_wait_time_bucket",
}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> MetricsPage:
    """The page of the workers that are started from now on."""
    one = MetricsPage(free_port())
    monkeypatch.setenv("LONGSHORE_METRICS_PORT", str(one.port))
    return one


@pytest.fixture
def work(shop) -> Iterator[Callable[..., CeleryWorker]]:
    """Start a worker; at the end it must stop warmly with code 0."""
    with ExitStack() as workers:

        def run(pool: str, *flags: str, concurrency: int = 2) -> CeleryWorker:
            options = (*QUIET, *flags)
            return workers.enter_context(
                shop.worker(pool=pool, concurrency=concurrency, options=options)
            )

        yield run


@pytest.mark.parametrize("pool", POOLS)
def test_jobs_are_counted_by_task_and_outcome(shop, page, work, pool):
    work(pool)
    results = [shop.module.add.delay(n, 1) for n in range(12)]
    results += [shop.module.fail.delay(), shop.module.flaky.delay(1, countdown=0)]
    for result in results:
        result.get(timeout=SECONDS, propagate=False)

    def counted() -> dict[str, float]:
        return {
            word: page.total(f"celery_task_{word}_total")
            for word in ("received", "started", "succeeded", "failed", "retried")
        }

    expected = {"received": 15, "started": 15, "succeeded": 13, "failed": 1, "retried": 1}
    until(lambda: counted() == expected or None)
    assert page.total("celery_task_failed_total", exception="RuntimeError") == 1
    assert page.total("celery_task_succeeded_total", name="shop.add", queue_name="celery") == 12
    assert page.total("longshore_job_total_seconds_count", task="shop.add") == 12
    assert page.total("longshore_job_attempts_sum", task="shop.flaky") == 2
    assert page.total("longshore_job_deliveries_total", queue="celery") == 15
    assert page.names() >= OF_CELERY_MIXIN
    assert page.told() <= {metric.name for metric in METRICS if Service.WORKER in metric.served_by}
    assert page.total("longshore_worker_consuming") == 1
    assert page.total("longshore_lease_renewal_lag_seconds") < 30


@pytest.mark.parametrize("pool", ["longshore", "prefork"])
def test_nothing_is_lost_when_every_job_has_a_child_of_its_own(shop, page, work, pool):
    work(pool, "--max-tasks-per-child=1")
    results = [shop.module.process.delay() for _ in range(8)]
    assert len({result.get(timeout=3 * SECONDS) for result in results}) == 8
    until(lambda: page.total("celery_task_succeeded_total", name="shop.process") == 8)
    assert page.total("longshore_job_run_seconds_count", outcome="succeeded") == 8
    if pool == "longshore":
        assert page.total("longshore_job_cpu_seconds_count", task="shop.process") == 8


def test_a_killed_child_takes_no_figures_with_it(shop, page, work):
    worker = work("longshore", concurrency=1)
    for n in range(5):
        shop.module.add.delay(n, 1).get(timeout=SECONDS)
    until(lambda: page.total("celery_task_succeeded_total") == 5)
    (child,) = psutil.Process(worker.pid).children()
    child.kill()
    assert shop.module.add.delay(5, 1).get(timeout=SECONDS) == 6
    until(lambda: page.total("celery_task_succeeded_total") == 6)


def test_a_job_that_kills_its_child_is_counted_as_cut_short(shop, page, work):
    work("longshore", concurrency=1)
    shop.module.die.delay().get(timeout=SECONDS, propagate=False)
    until(lambda: page.total("longshore_job_run_seconds_count", outcome="interrupted") == 3)


def test_running_jobs_are_shown_and_an_ending_worker_says_so(shop, page, store, work):
    worker = work("longshore", concurrency=1)
    until(lambda: store.run(figures()).workers_ready == 1)
    result = shop.module.gated.delay("long")
    until(lambda: page.total("celery_worker_tasks_active") == 1)
    assert page.total("celery_task_started_total", name="shop.gated") == 1
    worker.ask_to_stop()
    until(lambda: page.total("longshore_worker_draining") == 1)
    assert page.total("longshore_worker_consuming") == 0
    until(lambda: page.total("longshore_drain_duration_seconds") > 0)
    until(lambda: store.run(figures()).workers_ready == 0)
    shop.open_gate("long")
    assert worker.wait() == 0
    assert result.get(timeout=SECONDS) == "long"


def test_unknown_tasks_are_one_label(shop, page, store, work):
    work("longshore", concurrency=1)
    for n in range(20):
        shop.app.send_task(f"made.up.{n}")
    until(lambda: {one.queue: one.dead for one in store.run(all_status())}.get("celery") == 20)
    until(lambda: page.total("celery_task_failed_total", name="(unknown)") == 20)
    assert not any("made.up" in str(one.labels) for one in page.samples())


def test_nothing_is_served_without_a_port(shop, store, work, monkeypatch):
    monkeypatch.delenv("LONGSHORE_METRICS_PORT", raising=False)
    worker = work("longshore", concurrency=1)
    assert shop.module.add.delay(1, 1).get(timeout=SECONDS) == 2
    listening = psutil.Process(worker.pid).net_connections(kind="tcp")
    assert not [one for one in listening if one.status == psutil.CONN_LISTEN]


def test_a_port_in_use_ends_the_worker_with_one_line(shop, page, work):
    work("longshore", concurrency=1)
    second = shop.worker("second", pool="longshore", concurrency=1, options=QUIET).start()
    assert second.wait() == 2
    assert f"metrics cannot be served at 127.0.0.1:{page.port}" in second.lines()


def test_a_scraper_may_ask_for_openmetrics_and_gets_the_trace(shop, page, work):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    work("longshore", concurrency=1)
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    shop.module.add.apply_async((1, 1), headers=headers).get(timeout=SECONDS)

    def text() -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{page.port}/metrics",
            headers={"Accept": "application/openmetrics-text; version=1.0.0"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return str(answer.read().decode())

    until(lambda: f'# {{trace_id="{trace}"}}' in text())
