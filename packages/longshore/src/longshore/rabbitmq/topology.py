"""The exchanges and queues on RabbitMQ, all durable and replicated.

A message that was returned too often, or that a worker has rejected, goes through the dead-letter
exchange to two queues: one keeps it for a person, the other tells the workers, who note it in the
job's record. Dead-lettering at least once: https://www.rabbitmq.com/docs/quorum-queues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kombu import Exchange, Queue

#: Celery's native delayed delivery needs a topic exchange.
JOBS = "longshore"
DEAD = "longshore.dead"
DEAD_LETTERS = "longshore.dead-letters"
DEAD_NOTES = "longshore.dead-notes"

QUORUM = {"x-queue-type": "quorum"}
_DELAY = re.compile(r"^(?:[01]\.){28}")


def job_queues(names: Iterable[str], max_deliveries: int) -> list[Queue]:
    """The queues of jobs; after ``max_deliveries`` runs without an outcome a job is dead."""
    arguments: dict[str, Any] = {
        **QUORUM,
        # Counts returns, and the first delivery is none.
        "x-delivery-limit": max_deliveries - 1,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    exchange = Exchange(JOBS, type="topic", durable=True)
    return [
        Queue(name, exchange, routing_key=name, queue_arguments=dict(arguments)) for name in names
    ]


def dead_queues() -> list[Queue]:
    """The queue of the dead letters, and that of the notes about them."""
    exchange = Exchange(DEAD, type="fanout", durable=True)
    return [
        Queue(name, exchange, queue_arguments=dict(QUORUM)) for name in (DEAD_LETTERS, DEAD_NOTES)
    ]


def queue_of(routing_key: str) -> str:
    """The queue that a message was sent to, without the delay that its key has carried."""
    return _DELAY.sub("", routing_key)
