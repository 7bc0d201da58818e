"""The thread of a scheduler that keeps the costs right."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any, Protocol

import structlog
from celery.signals import beat_init

from longshore.errors import BrokerError, SettingsError
from longshore.store import Store
from longshore.store.workers import busy
from longshore_scheduler.deletion_cost.kubernetes import Cluster, ClusterUnavailable
from longshore_scheduler.deletion_cost.plan import Pod, plan, pods_of
from longshore_scheduler.settings import SchedulerSettings

EVERY_SECONDS = 2.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("longshore.deletion_cost")


class Pods(Protocol):
    """What is asked of a cluster."""

    def pods(self) -> list[Pod]:
        """The workers' pods."""
        ...

    def set_cost(self, pod: str, cost: int) -> None:
        """Annotate one."""
        ...


class DeletionCostKeeper:
    """Marks the pods that hold claims as dear, and the others as cheap."""

    def __init__(self, store: Store, cluster: Pods) -> None:
        self._store, self._cluster = store, cluster
        self._patched_at: dict[str, float] = {}
        self._well = True

    def start(self) -> None:
        """Go on until the process ends."""
        threading.Thread(target=self._run, name="longshore-deletion-cost", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.turn(time.monotonic())
            time.sleep(EVERY_SECONDS)

    def turn(self, now: float) -> None:
        """One round; what does not answer is logged once and asked again in the next."""
        try:
            self._round(now)
        except (BrokerError, ClusterUnavailable) as error:
            if self._well:
                log.warning("deletion costs not kept", reason=str(error))
            self._well = False
        else:
            self._well = True

    def _round(self, now: float) -> None:
        pods = self._cluster.pods()
        names = {pod.name for pod in pods}
        self._patched_at = {pod: at for pod, at in self._patched_at.items() if pod in names}
        working = pods_of(self._store.run(busy()))
        for pod, cost in plan(pods, working, self._patched_at, now).items():
            self._patched_at[pod] = now
            self._cluster.set_cost(pod, cost)


def keep_on_start(settings: SchedulerSettings) -> None:
    """Keep the costs as soon as the scheduler runs, if the settings ask for it.

    Outside of a pod that ends the process with one line and exit code 2.
    """
    if not settings.scheduler_deletion_cost:
        return
    try:
        cluster = Cluster(settings.scheduler_pod_selector)
    except SettingsError as error:
        sys.stderr.write(f"longshore: {error}\n")
        raise SystemExit(2) from None

    def begin(**_: Any) -> None:
        store = Store.from_url(settings.records_url, settings.store_settings())
        DeletionCostKeeper(store, cluster).start()

    beat_init.connect(begin, weak=False, dispatch_uid="longshore_scheduler.deletion_cost")
