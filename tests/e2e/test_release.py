"""Installs, upgrades and rollbacks while jobs run."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.store import Store
from support.cluster import helm, scale, upgrade
from support.fewest import fewest_pods
from support.trial import enqueue, finished, nap

pytestmark = pytest.mark.timeout(600)
SET = "workers.default"
PODS = 6


def test_an_upgrade_and_a_rollback_under_load_lose_nothing(store: Store, figure: Any) -> None:
    ids = enqueue(store, *(nap(0.1) for _ in range(600)))
    upgrade("log.level=DEBUG")
    helm("rollback", "longshore", "--wait", "--timeout", "4m")
    found = finished(store, ids, 180)
    assert {(one.attempts, one.interruptions) for one in found} == {(1, 0)}
    back = sum(one.deliveries > 1 for one in found)
    figure(
        "helm upgrade and rollback while 600 jobs run",
        f"{len(found)} succeeded, each ran once; {back} were given back unbegun",
    )


def test_switching_keda_on_and_off_takes_no_pod_away(figure: Any) -> None:
    scale("worker-default", PODS)
    with fewest_pods("worker-default") as noted:
        upgrade(f"{SET}.keda.enabled=true", f"{SET}.keda.minReplicas={PODS}", f"{SET}.replicas=2")
        upgrade(f"{SET}.keda.enabled=false")
    figure(f"KEDA switched on and off at {PODS} pods", f"never fewer than {min(noted)}")
    assert min(noted) >= PODS
