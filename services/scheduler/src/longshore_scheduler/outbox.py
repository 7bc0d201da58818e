"""The thread of a scheduler that empties the outbox."""

from __future__ import annotations

import threading
import time
from typing import Any

import structlog
from celery.signals import beat_init
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from longshore.errors import BrokerError
from longshore.store import Store
from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.broker import open_store
from longshore_tasks.database import create_engine, migrate
from longshore_tasks.relay import MOST_AT_ONCE, relay

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("longshore.outbox")


class OutboxRelay:
    """Relays as long as there is something, then looks again after a pause.

    Every scheduler does, whether it leads or stands by: a job is one by its id.
    """

    def __init__(self, engine: Engine, store: Store, every_seconds: float) -> None:
        self._engine, self._store, self._every_seconds = engine, store, every_seconds
        self._well = True

    def start(self) -> None:
        """Go on until the process ends."""
        threading.Thread(target=self._run, name="longshore-outbox", daemon=True).start()

    def _run(self) -> None:
        while True:
            if self.turn() < MOST_AT_ONCE:
                time.sleep(self._every_seconds)

    def turn(self) -> int:
        """One round; what does not answer is logged once and asked again in the next."""
        try:
            relayed = relay(self._engine, self._store)
        except (BrokerError, SQLAlchemyError) as error:
            if self._well:
                log.warning("outbox not relayed", error=type(error).__name__)
            self._well = False
            return 0
        self._well = True
        return relayed


def relay_on_start(settings: SchedulerSettings) -> None:
    """Relay as soon as the scheduler runs, if the settings ask for it."""
    if not settings.scheduler_outbox:
        return

    def begin(**_: Any) -> None:
        migrate(settings.database_url)
        store = open_store(settings)
        engine = create_engine(settings.database_url)
        OutboxRelay(engine, store, settings.scheduler_outbox_seconds).start()

    beat_init.connect(begin, weak=False, dispatch_uid="longshore_scheduler.outbox")
