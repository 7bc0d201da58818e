"""Pods go while jobs run: none is lost, and none that drained is run again."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.store import Store
from support.cluster import Watch, kubectl, pods, restart, scale, staying
from support.trial import enqueue, finished, nap, running
from support.until import until

pytestmark = pytest.mark.timeout(600)


@pytest.mark.short
def test_a_rollout_under_load_loses_and_doubles_nothing(store: Store, figure: Any) -> None:
    ids = enqueue(store, *(nap(0.1) for _ in range(1000)))
    watch = Watch()
    restart("worker-default")
    seconds = watch.seconds
    found = finished(store, ids, 300)
    assert {(one.attempts, one.interruptions) for one in found} == {(1, 0)}
    back = sum(one.deliveries > 1 for one in found)
    figure(
        "`kubectl rollout restart` while 1,000 jobs run",
        f"{seconds:.0f} s; {len(found):,} succeeded, each ran once; {back} were given back unbegun",
    )


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
        "scale-in 4 → 1 with 8 jobs of 8 s running",
        f"pods gone after {watch.seconds:.0f} s; each job delivered once",
    )


def test_a_pod_that_is_killed_loses_no_job(store: Store, figure: Any) -> None:
    ids = enqueue(store, *(nap(5.0) for _ in range(4)))
    until(lambda: all(running(store, one) for one in ids), 60)
    victim = staying("worker", "default")[0]
    watch = Watch()
    kubectl("delete", "pod", victim.name, "--force", "--grace-period=0")
    found = finished(store, ids, 120)
    most = max(one.deliveries for one in found)
    assert most <= 2
    figure(
        "pod deleted by force, jobs of 5 s, lease 5 s",
        f"all done after {watch.seconds:.0f} s, at most {most} deliveries",
    )
