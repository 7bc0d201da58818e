"""The worker's Celery app."""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu.entity import Queue as KombuQueue

from longshore.jobs import bind
from longshore_tasks.handlers.roll import HANDLERS
from longshore_tasks.queues import Queue
from longshore_tasks.resources import Resources
from longshore_worker.settings import WorkerSettings
from longshore_worker.start import prepare_on_start, take_over_logging


def create_app(settings: WorkerSettings) -> Celery:
    """Return an app with a Celery task per job class; nothing is connected yet.

    It takes JSON only and consumes all queues, unless ``-Q`` names some.
    """
    app = _on_rabbitmq(settings) if settings.on_rabbitmq else _on_redis(settings)
    app.conf.update(configuration(settings))
    take_over_logging(settings)
    prepare_on_start(app, settings)
    bind(app, HANDLERS, Resources(settings).context)
    return app


def _on_redis(settings: WorkerSettings) -> Celery:
    app = Celery("longshore", broker=settings.broker_url, backend=settings.backend_url)
    app.conf.update(
        broker_transport_options={
            **settings.transport_options(),
            "drain_seconds": settings.worker_drain_seconds,
        },
        # A queue without a routing key of its own would get Celery's default one.
        task_queues=[KombuQueue(queue, routing_key=queue) for queue in Queue],
    )
    return app


def _on_rabbitmq(settings: WorkerSettings) -> Celery:
    from longshore_worker.rabbitmq import on_rabbitmq  # noqa: PLC0415 - AMQP is for who uses it

    return on_rabbitmq(settings)


def configuration(settings: WorkerSettings) -> dict[str, Any]:
    """Return Celery's configuration for these settings, whatever the broker."""
    return {
        "longshore_probe_socket": settings.probe_socket,
        "longshore_metrics_port": settings.metrics_port,
        "longshore_metrics_host": settings.metrics_host,
        "broker_connection_retry_on_startup": True,
        "result_backend_transport_options": {"global_keyprefix": settings.key_prefix},
        "result_expires": settings.result_ttl_seconds,
        "task_default_queue": Queue.NORMAL.value,
        "task_serializer": settings.serializer,
        "result_serializer": settings.serializer,
        "accept_content": settings.accept_content,
        "worker_prefetch_multiplier": settings.worker_prefetch,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        # A child imports Pillow and opens a database; a loaded machine needs longer than 4 s.
        "worker_proc_alive_timeout": 30.0,
        "timezone": "UTC",
    }
