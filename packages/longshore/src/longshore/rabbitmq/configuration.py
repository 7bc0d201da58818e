"""Celery's configuration of an app whose broker is RabbitMQ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from celery import Celery
from celery.signals import task_postrun

from longshore.rabbitmq.dead_notes import DeadNotesStep
from longshore.rabbitmq.task import on_task_postrun
from longshore.rabbitmq.topology import JOBS, job_queues
from longshore.rabbitmq.url import STORE_OPTIONS

TASK_CLASS = "longshore.rabbitmq.task:RecordedTask"
BACKEND = "longshore.rabbitmq.backend:RecordBackend"

#: How long Celery waits for RabbitMQ to answer a question; without an end a worker waits for ever
#: for a node that has just restarted and never answers a consumer, see decision 0107.
ANSWER_SECONDS = 10.0


def configuration(
    broker_url: str, records_url: str, options: Mapping[str, Any], queues: Sequence[str]
) -> dict[str, Any]:
    """Return what makes Celery lose no job on RabbitMQ.

    ``options`` are the engine's, as ``broker_transport_options`` holds them on Redis.
    """
    return {
        "broker_url": broker_url,
        # Each publish returns when RabbitMQ has confirmed it, a retry's among them.
        "broker_transport_options": {
            "confirm_publish": True,
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": ANSWER_SECONDS,
        },
        "result_backend": f"{BACKEND}+{records_url}",
        STORE_OPTIONS: dict(options),
        "task_queues": job_queues(queues, options["max_deliveries"]),
        "task_default_exchange": JOBS,
        "task_default_exchange_type": "topic",
        "task_default_queue_type": "quorum",
        "worker_detect_quorum_queues": True,
        # An outcome ends a delivery, and nothing earlier.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # A job that fails for good is rejected, so that RabbitMQ keeps it as a dead letter.
        "task_acks_on_failure_or_timeout": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_prefetch_count_reduction": False,
    }


def complete_records(app: Celery) -> None:
    """Let workers note what RabbitMQ has dead-lettered, and runs that ended in ``Ignore``."""
    app.steps["consumer"].add(DeadNotesStep)
    uid = "longshore.rabbitmq"
    task_postrun.connect(on_task_postrun, weak=False, dispatch_uid=uid)
