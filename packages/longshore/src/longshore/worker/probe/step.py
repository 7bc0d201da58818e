"""The part of Celery's consumer that lets the main loop answer probes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.bootsteps import StartStopStep
from celery.exceptions import WorkerShutdown
from celery.utils.log import get_logger

from longshore.errors import SettingsError
from longshore.store.patience import MEANWHILE
from longshore.worker.probe.desk import DESK
from longshore.worker.probe.lag import BEAT_SECONDS

logger = get_logger(__name__)

SOCKET_SETTING = "longshore_probe_socket"
WRONG_SETTINGS = 2


def socket_path(app: Any) -> Path | None:
    """Where to answer: the app's setting, or the environment variable of that name in capitals."""
    path = app.conf.get(SOCKET_SETTING) or os.environ.get(SOCKET_SETTING.upper())
    return Path(path) if path else None


class ProbeStep(StartStopStep):  # type: ignore[misc]
    """Opens the desk with the first connection, and has each main loop answer at it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def register_with_event_loop(self, consumer: Any, hub: Any) -> None:
        """Called by Celery before each main loop; a lost connection ends one loop."""
        path = socket_path(consumer.app)
        if path is None:
            return
        try:
            DESK.open(path, consumer)
        except SettingsError as error:
            logger.critical("%s", error)
            raise WorkerShutdown(WRONG_SETTINGS) from error
        MEANWHILE.turn = DESK.turn
        DESK.lag.rest(time.monotonic())
        hub.add_reader(DESK.listener, DESK.answer_waiting)
        hub.call_repeatedly(BEAT_SECONDS, _beat)


def _beat() -> None:
    DESK.lag.beat(time.monotonic())


def answering(callback: Callable[[], object] | None) -> Callable[[], None]:
    """What Celery calls every second while it waits for its broker; probes are answered, too."""

    def waiting() -> None:
        DESK.turn()
        if callback is not None:
            callback()

    return waiting
