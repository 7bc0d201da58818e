"""A job's message as RabbitMQ takes it, out of the envelope of kombu's Redis transport."""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kombu.transport.native_delayed_delivery import MAX_LEVEL, calculate_routing_key, level_name

from longshore.envelope import Post
from longshore.rabbitmq.topology import JOBS


@dataclass(frozen=True, slots=True)
class Letter:
    """What is published, and where to."""

    body: bytes
    content_type: str
    content_encoding: str
    headers: Mapping[str, Any]
    properties: Mapping[str, Any]
    exchange: str
    routing_key: str

    @property
    def delayed(self) -> bool:
        """Whether it goes through Celery's queues of native delayed delivery."""
        return self.exchange != JOBS


def letter(post: Post) -> Letter:
    """Return the message; it is delivered when it is due, to the second and never before."""
    document = json.loads(post.raw)
    exchange, routing_key = _place(post)
    return Letter(
        body=base64.b64decode(document["body"]),
        content_type=document["content-type"],
        content_encoding=document["content-encoding"],
        headers=document["headers"],
        properties={"correlation_id": post.job_id, "delivery_mode": 2},
        exchange=exchange,
        routing_key=routing_key,
    )


def _place(post: Post) -> tuple[str, str]:
    wait = math.ceil(_wait_seconds(post))
    if wait < 1:
        return JOBS, post.queue
    return level_name(MAX_LEVEL), calculate_routing_key(wait, post.queue)


def _wait_seconds(post: Post) -> float:
    if post.due_at is not None:
        return post.due_at - time.time()
    return post.delay_seconds or 0.0
