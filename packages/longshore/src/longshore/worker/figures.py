"""A worker's page of metrics: its jobs, its leases, and whether it consumes or ends."""

from __future__ import annotations

import time
from typing import Any

from celery.bootsteps import StartStopStep
from celery.exceptions import WorkerShutdown
from celery.signals import worker_shutting_down
from celery.utils import nodesplit
from celery.utils.log import get_logger

from longshore.errors import SettingsError
from longshore.metrics.jobs import add_jobs
from longshore.metrics.ledger import Ledger
from longshore.metrics.page import Page
from longshore.metrics.place import address, host_of, port_of
from longshore.metrics.scrape import Scrape
from longshore.metrics.scripts import ScriptTimes
from longshore.transport.keeper import KEEPERS
from longshore.worker.meter import METER
from longshore.worker.probe.desk import is_connected, queues_of
from longshore.worker.probe.step import WRONG_SETTINGS
from longshore.worker.probe.work import running_seconds

logger = get_logger(__name__)

UID = "longshore-figures"


class Figures:
    """The page of this process, opened once: a connection changes the consumer, not the page."""

    def __init__(self) -> None:
        self.page: Page | None = None
        self._consumer: Any = None
        self._ends_since: float | None = None

    def open(self, consumer: Any) -> None:
        """Serve on behalf of this consumer.

        Raises:
            SettingsError: the port is wrong, or in use.
        """
        self._consumer = consumer
        worker_shutting_down.connect(self.on_shutting_down, weak=False, dispatch_uid=UID)
        port, host = port_of(consumer.app.conf), host_of(consumer.app.conf)
        if port and self.page is None:
            self.page = Page(self.gather, port, host, ScriptTimes())
            logger.info("metrics are served at http://%s/metrics", address(host, port))

    def on_shutting_down(self, **_: Any) -> None:
        """The worker begins to end."""
        self._ends_since = time.monotonic()

    @property
    def consumes(self) -> bool:
        """Whether jobs are claimed now."""
        consumer = self._consumer
        ready = consumer is not None and self._ends_since is None and is_connected(consumer)
        return ready and bool(queues_of(consumer))

    def gather(self, scrape: Scrape) -> None:
        """Called at each scrape, by the thread that serves it."""
        pool = self._consumer.pool
        hostname = nodesplit(self._consumer.hostname)[1]
        scrape.add("celery_worker_up", 1.0, hostname)
        scrape.add("celery_worker_tasks_active", len(running_seconds(pool)), hostname)
        ends = self._ends_since
        scrape.add("longshore_worker_consuming", float(self.consumes))
        scrape.add("longshore_worker_draining", float(ends is not None))
        drained = 0.0 if ends is None else time.monotonic() - ends
        scrape.add("longshore_drain_duration_seconds", drained)
        scrape.add("longshore_lease_renewal_lag_seconds", _renewal_lag(pool))
        add_jobs(scrape, _ledgers(pool), hostname)


def _ledgers(pool: Any) -> list[Ledger]:
    own = [] if METER.ledger is None else [METER.ledger]
    return [*own, *getattr(pool, "ledgers", {}).values()]


def _renewal_lag(pool: Any) -> float:
    supervisor = getattr(pool, "supervisor", None)
    return float(KEEPERS.renewal_lag if supervisor is None else supervisor.renewal_lag)


FIGURES = Figures()


class FiguresStep(StartStopStep):  # type: ignore[misc]
    """Opens the page when the worker has its first connection."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        """Called by Celery for each connection, with the consumer."""
        try:
            FIGURES.open(parent)
        except SettingsError as error:
            logger.critical("%s", error)
            raise WorkerShutdown(WRONG_SETTINGS) from error
