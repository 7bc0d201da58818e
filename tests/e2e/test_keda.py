"""KEDA brings pods when jobs wait, keeps them while jobs run, and takes them away afterwards."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from longshore.store import Store
from support.broker_pod import connected, outage
from support.cluster import Watch, pods, replicas, staying, upgrade
from support.fewest import fewest_pods
from support.trial import enqueue, finished, nap, running
from support.until import until

pytestmark = pytest.mark.timeout(600)
COOLDOWN = 45
OUTAGE = 90


def at_zero(seconds: float = 240) -> float:
    """Return after how many seconds no pod was asked for; by then the last of them are gone."""
    watch = Watch()
    until(lambda: replicas("worker-scaled") == 0, seconds)
    asked = watch.seconds
    # One on its way out may still be handed a job, which it gives back.
    until(lambda: not pods("worker", "scaled"), 90)
    return asked


@pytest.mark.short
def test_jobs_of_every_priority_bring_pods(store: Store, figure: Any) -> None:
    at_zero()
    watch = Watch()
    finished(store, enqueue(store, nap(0.1, "scaled", priority=9)), 120)
    figure("one job of the lowest priority at 0 pods", f"done after {watch.seconds:.0f} s")


def test_from_zero_to_many_and_back(store: Store, figure: Any) -> None:
    at_zero()
    watch = Watch()
    ids = enqueue(store, *(nap(6.0, "scaled") for _ in range(12)))
    until(lambda: replicas("worker-scaled") >= 1, 60)
    first = watch.seconds
    until(lambda: replicas("worker-scaled") == 3, 90)
    third = watch.seconds
    found = finished(store, ids, 240)
    assert {one.deliveries for one in found} == {1}
    figure(
        "KEDA 0 → 3, 12 jobs of 6 s",
        f"first pod asked for after {first:.0f} s, three after {third:.0f} s",
    )
    figure(f"back to 0 after the last job, cooldown {COOLDOWN} s", f"{at_zero():.0f} s")


def test_a_running_job_keeps_its_pod(store: Store, figure: Any) -> None:
    at_zero()
    with fewest_pods("worker-scaled") as noted:
        ids = enqueue(store, *(nap(28.0, "scaled") for _ in range(3)))
        until(lambda: all(running(store, one) for one in ids), 120)
        noted.clear()
        # Until the first of them has ended: from then on its pod may go.
        until(lambda: not all(running(store, one) for one in ids), 180)
        fewest = min(noted)
    assert {one.deliveries for one in finished(store, ids, 180)} == {1}
    figure("three jobs of 28 s run and none waits", f"never fewer than {fewest} pods")
    assert fewest == 3


def test_delayed_jobs_alone_keep_no_pod_and_run_on_time(store: Store, figure: Any) -> None:
    at_zero()
    ids = enqueue(store, nap(0.1, "scaled", delay_seconds=30))
    assert replicas("worker-scaled") == 0
    (found,) = finished(store, ids, 180)
    late = (found.started_at or 0.0) - found.enqueued_at - 30
    figure("delayed job at 0 pods", f"keeps no pod; began {late:.0f} s after it was due")


@pytest.fixture
def never_zero() -> Generator[None]:
    """KEDA keeps one pod. It may take the last away from a set without one: decision 86."""
    upgrade("workers.scaled.keda.minReplicas=1")
    yield
    upgrade("workers.scaled.keda.minReplicas=0")


@pytest.mark.usefixtures("never_zero")
def test_a_broker_that_is_away_scales_nothing_in(figure: Any) -> None:
    until(lambda: len(staying("worker", "scaled")) == 1, 240)
    with connected() as store:
        ids = enqueue(store, *(nap(20.0, "scaled") for _ in range(12)))
        # One that is starting is asked through the broker whether it is up.
        until(lambda: sum(pod.ready for pod in staying("worker", "scaled")) == 3, 120)
        until(lambda: sum(running(store, one) for one in ids) == 3, 60)
    before = {pod.name: pod.restarts for pod in staying("worker")}
    with outage():
        with fewest_pods("worker-scaled") as noted:
            watch = Watch()
            until(lambda: watch.seconds > OUTAGE, OUTAGE + 10)
        # Before it is back: then the jobs' outcomes are told, and nothing keeps the pods.
        assert {pod.name: pod.restarts for pod in staying("worker")} == before
    with connected() as store:
        finished(store, ids, 240)
    figure(
        f"the broker away for {OUTAGE} s, twice the cooldown, at 3 pods that KEDA scales",
        f"never fewer than {min(noted)} pods, no restart, the running jobs succeeded",
    )
    assert min(noted) == 3
