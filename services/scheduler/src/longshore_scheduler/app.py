"""The scheduler as a Celery app: it knows the jobs, not their handlers."""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from longshore import logs
from longshore.schedule import beat_schedule
from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.broker import QUEUES
from longshore_tasks.schedule import entries

# What Celery passes on when its --loglevel was not given.
CELERY_DEFAULT_LEVEL = logging.WARNING


def create_app(settings: SchedulerSettings) -> Celery:
    """The app that ``celery beat`` runs, with the entries of ``longshore_tasks.schedule``."""
    app = Celery("longshore", set_as_current=False)
    app.conf.update(_broker(settings))
    app.conf.update(
        task_serializer=settings.serializer,
        accept_content=settings.accept_content,
        timezone=settings.scheduler_timezone,
        beat_scheduler="longshore.schedule:LongshoreScheduler",
        beat_schedule=beat_schedule(entries(settings)),
        longshore_scheduler_tick_file=settings.scheduler_tick_file,
        longshore_metrics_port=settings.metrics_port,
        longshore_metrics_host=settings.metrics_host,
        worker_redirect_stdouts=False,
    )
    return app


def _broker(settings: SchedulerSettings) -> dict[str, Any]:
    options = settings.transport_options()
    if settings.on_rabbitmq:
        from longshore.rabbitmq.configuration import (  # noqa: PLC0415 - AMQP is for who uses it
            configuration,
        )

        return configuration(settings.broker_url, settings.records_url, options, QUEUES)
    return {
        "broker_url": settings.broker_url,
        "broker_transport_options": options,
        "result_backend": settings.backend_url,
    }


def log_as(settings: SchedulerSettings) -> None:
    """Log as the whole set does; Celery's ``--loglevel`` goes before the setting when given."""

    def configure(loglevel: int = CELERY_DEFAULT_LEVEL, **_: object) -> None:
        given = loglevel != CELERY_DEFAULT_LEVEL
        level = logging.getLevelName(loglevel) if given else settings.log_level
        logs.configure("scheduler", json=settings.log_json, level=level)

    setup_logging.connect(configure, weak=False, dispatch_uid="longshore_scheduler.logs")
