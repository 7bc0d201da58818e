"""Pods go while jobs run: none is lost, and none that drained is run again."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.store import Store
from support.cluster import Watch, kubectl, pods, scale, staying
from support.trial import enqueue, finished, nap, running
from support.until import until

WORKERS = "deployment/longshore-worker-default"
pytestmark = pytest.mark.timeout(600)


def test_rollouts_under_load_lose_and_double_nothing(store: Store, figure: Any) -> None:
    ids = enqueue(store, *(nap(0.05) for _ in range(1500)))
    watch = Watch()
    for _ in range(3):
        kubectl("rollout", "restart", WORKERS)
        kubectl("rollout", "status", WORKERS, "--timeout=180s")
    figure("three rollouts under load, seconds", f"{watch.seconds:.0f}")
    found = finished(store, ids, 300)
    figure("jobs of 1500 finished over three rollouts", len(found))
    assert {one.attempts for one in found} == {1}
    figure("of these cut short", sum(one.interruptions for one in found))


def test_scaling_in_waits_for_what_runs(store: Store, figure: Any) -> None:
    scale("worker-default", 4)
    ids = enqueue(store, *(nap(8.0) for _ in range(8)))
    until(lambda: all(running(store, one) for one in ids), 60)
    watch = Watch()
    scale("worker-default", 1)
    found = finished(store, ids, 120)
    assert {one.deliveries for one in found} == {1}
    until(lambda: len(pods("worker", "default")) == 1, 90)
    figure(
        "scale-in 4 to 1 with 8 jobs of 8 s running, seconds until the pods were gone",
        f"{watch.seconds:.0f}",
    )


def test_a_pod_that_is_killed_loses_no_job(store: Store, figure: Any) -> None:
    ids = enqueue(store, *(nap(5.0) for _ in range(4)))
    until(lambda: all(running(store, one) for one in ids), 60)
    victim = staying("worker", "default")[0]
    watch = Watch()
    kubectl("delete", "pod", victim.name, "--force", "--grace-period=0")
    found = finished(store, ids, 120)
    figure(
        "jobs of a pod killed by force done again after, seconds (lease 5 s, jobs of 5 s)",
        f"{watch.seconds:.0f}",
    )
    assert max(one.deliveries for one in found) <= 2
