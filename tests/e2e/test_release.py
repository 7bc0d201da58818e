"""Installs, upgrades and rollbacks while jobs run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from longshore.store import Store
from support.cluster import helm, inside, replicas, scale, staying
from support.trial import enqueue, finished, nap

pytestmark = pytest.mark.timeout(600)
CHART = "charts/longshore"
SET = "workers.default"


@contextmanager
def fewest_pods(noted: list[int]) -> Iterator[None]:
    """Note how many pods the Deployment asks for, again and again."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            noted.append(replicas("worker-default"))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def upgrade(*settings: str) -> None:
    flags = [flag for setting in settings for flag in ("--set", setting)]
    helm("upgrade", "longshore", CHART, "--reuse-values", "--wait", "--timeout", "4m", *flags)


def test_an_upgrade_and_a_rollback_under_load_lose_nothing(store: Store, figure: Any) -> None:
    ids = enqueue(store, *(nap(0.1) for _ in range(400)))
    upgrade("log.level=DEBUG")
    helm("rollback", "longshore", "--wait", "--timeout", "4m")
    found = finished(store, ids, 180)
    figure("jobs of 400 finished over an upgrade and a rollback", len(found))
    assert {one.attempts for one in found} == {1}


def test_switching_keda_on_and_off_takes_no_pod_away(figure: Any) -> None:
    scale("worker-default", 4)
    noted: list[int] = []
    with fewest_pods(noted):
        upgrade(f"{SET}.keda.enabled=true", f"{SET}.keda.minReplicas=4", f"{SET}.replicas=2")
        upgrade(f"{SET}.keda.enabled=false")
    figure("fewest pods while KEDA was switched on and off at 4", min(noted))
    assert min(noted) >= 4


def test_what_the_values_say_is_what_the_app_is_told() -> None:
    asked = "import os; print(sorted(k for k in os.environ if k.startswith('LONGSHORE_')))"
    said = inside(staying("worker", "default")[0].name, asked)
    for name in ("LEASE_SECONDS", "MAX_DELIVERIES", "WORKER_DRAIN_SECONDS", "PROBE_SOCKET"):
        assert f"LONGSHORE_{name}" in said
