"""Celery's signals about messages, in a pool whose parent receives none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from celery.exceptions import NotRegistered
from celery.signals import task_received, task_rejected, task_unknown

if TYPE_CHECKING:
    from longshore.worker.pool.runner import Prepared


class Received:
    """What of Celery's request is known in the child, before the body is read."""

    def __init__(self, prepared: Prepared) -> None:
        self.request_dict: dict[str, Any] = prepared.request
        self.id = self.task_id = prepared.claim.job_id
        self.name = self.task_name = self.type = prepared.task
        self.headers, self.body = prepared.request, prepared.body
        self.hostname = prepared.request["hostname"]
        self.delivery_info = prepared.request["delivery_info"]


def send_received(prepared: Prepared) -> None:
    """In the child, just before the job begins; nothing is made when nobody listens."""
    if task_received.receivers:
        task_received.send(sender=None, request=Received(prepared))


class Message:
    """What a receiver may read of a message that no task takes."""

    def __init__(self, raw: bytes | str) -> None:
        try:
            read = json.loads(raw)
        except ValueError:
            read = None
        fields: dict[str, Any] = read if isinstance(read, dict) else {}
        self.body = fields.get("body", raw)
        self.headers = fields.get("headers") or {}
        self.properties = fields.get("properties") or {}
        self.content_type = fields.get("content-type")
        self.content_encoding = fields.get("content-encoding")


def send_rejected(raw: bytes | str, error: Exception) -> None:
    """Tell that a message is no task message."""
    if task_rejected.receivers:
        task_rejected.send(sender=None, message=Message(raw), exc=error)


def send_unknown(prepared: Prepared) -> None:
    """Tell that no task has the name in a message."""
    if task_unknown.receivers:
        message, name = Received(prepared), prepared.task
        task_unknown.send(
            sender=None, message=message, exc=NotRegistered(name), name=name, id=message.id
        )
