"""A scale-in takes idle pods first, where the scheduler marks busy ones."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from longshore.store import Store
from support.cluster import get, kubectl, scale, staying, upgrade
from support.trial import enqueue, finished, nap, records, running
from support.until import until

pytestmark = pytest.mark.timeout(900)
ROUNDS = 10
COST = "controller.kubernetes.io/pod-deletion-cost"


@pytest.fixture
def marked() -> Generator[None]:
    """The scheduler marks busy pods."""
    upgrade("scheduler.deletionCost.enabled=true")
    yield
    upgrade("scheduler.deletionCost.enabled=false")


def cost(pod: str) -> str:
    annotations = get("pod", pod)["metadata"].get("annotations", {})
    return str(annotations.get(COST, ""))


@pytest.mark.usefixtures("marked")
def test_busy_pods_survive(store: Store, figure: Any) -> None:
    for _ in range(ROUNDS):
        scale("worker-default", 5)
        ids = enqueue(store, nap(20.0), nap(20.0))
        until(lambda ids=ids: all(running(store, one) for one in ids), 30)
        busy = {(one.worker or "").partition("@")[2] for one in records(store, ids)}
        until(lambda busy=busy: {cost(pod) for pod in busy} == {"100"}, 15)
        kubectl("scale", "deployment/longshore-worker-default", "--replicas=2")
        until(lambda: len(staying("worker", "default")) == 2, 30)
        assert busy <= {pod.name for pod in staying("worker", "default")}
        assert {one.deliveries for one in finished(store, ids, 60)} == {1}
    figure(
        "scale-in 5 → 2 with 2 busy pods, marked by the scheduler",
        f"the busy survived, {ROUNDS} of {ROUNDS} rounds",
    )
