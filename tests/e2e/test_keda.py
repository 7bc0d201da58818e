"""KEDA brings pods when jobs wait, keeps them while jobs run, and takes them away afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.store import Store
from support.cluster import Watch, replicas
from support.trial import enqueue, finished, nap
from support.until import until

pytestmark = pytest.mark.timeout(600)


def at_zero(seconds: float = 240) -> float:
    watch = Watch()
    until(lambda: replicas("worker-scaled") == 0, seconds)
    return watch.seconds


def test_from_zero_to_many_and_back(store: Store, figure: Any) -> None:
    at_zero()
    watch = Watch()
    ids = enqueue(store, *(nap(6.0, "scaled") for _ in range(12)))
    until(lambda: replicas("worker-scaled") >= 1, 60)
    figure("KEDA: 0 to 1 after, seconds", f"{watch.seconds:.0f}")
    until(lambda: replicas("worker-scaled") == 3, 90)
    figure("KEDA: 1 to 3 after, seconds", f"{watch.seconds:.0f}")
    found = finished(store, ids, 240)
    figure("KEDA: back to 0 after the last job, seconds (cooldown 45 s)", f"{at_zero():.0f}")
    assert {one.deliveries for one in found} == {1}


def test_jobs_of_every_priority_bring_pods(store: Store) -> None:
    at_zero()
    ids = enqueue(store, nap(0.1, "scaled", priority=9))
    finished(store, ids, 120)


def test_a_running_job_keeps_its_pod(store: Store) -> None:
    at_zero()
    (found,) = finished(store, enqueue(store, nap(28.0, "scaled")), 180)
    assert found.deliveries == 1


def test_delayed_jobs_alone_keep_no_pod_and_run_on_time(store: Store, figure: Any) -> None:
    at_zero()
    ids = enqueue(store, nap(0.1, "scaled", delay_seconds=30))
    assert replicas("worker-scaled") == 0
    (found,) = finished(store, ids, 180)
    late = (found.started_at or 0.0) - found.enqueued_at - 30
    figure("KEDA: a delayed job at zero pods began late by, seconds", f"{late:.0f}")
