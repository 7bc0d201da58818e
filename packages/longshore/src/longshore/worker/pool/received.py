"""Celery's signal ``task_received`` in a pool whose parent receives nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery.signals import task_received

if TYPE_CHECKING:
    from longshore.worker.pool.runner import Prepared


class Received:
    """What of Celery's request is known in the child, before the body is read."""

    def __init__(self, prepared: Prepared) -> None:
        self.request_dict: dict[str, Any] = prepared.request
        self.id = self.task_id = prepared.claim.job_id
        self.name = self.task_name = self.type = prepared.task
        self.hostname = prepared.request["hostname"]
        self.delivery_info = prepared.request["delivery_info"]


def send_received(prepared: Prepared) -> None:
    """In the child, just before the job begins; nothing is made when nobody listens."""
    if task_received.receivers:
        task_received.send(sender=None, request=Received(prepared))
