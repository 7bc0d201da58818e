"""The schedule's log: structured where structlog is set up, Celery's lines where it is not."""

from __future__ import annotations

import structlog
from celery.signals import beat_init

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("longshore.schedule")


def fall_back_to_celery(**_: object) -> None:
    """Send structlog's lines to Celery's log in an app that has not set structlog up itself."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


beat_init.connect(fall_back_to_celery, weak=False, dispatch_uid="longshore.schedule.log")
