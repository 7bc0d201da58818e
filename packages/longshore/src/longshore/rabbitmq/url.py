"""Broker URLs of RabbitMQ: ``amqp://`` in the clear, ``amqps://`` over TLS."""

from __future__ import annotations

SCHEMES = ("amqp://", "amqps://")
#: Celery's setting under which an app on RabbitMQ keeps the options of its records.
STORE_OPTIONS = "longshore_store"


def is_rabbitmq(url: str) -> bool:
    """Whether the URL names a RabbitMQ."""
    return url.startswith(SCHEMES)
