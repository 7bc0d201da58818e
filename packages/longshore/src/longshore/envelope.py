"""Messages as Celery 5 and kombu's Redis transport write them.

Formats: Celery's message protocol, version 2
(https://docs.celeryq.dev/en/stable/internals/protocol.html), and kombu's virtual transport
envelope (``kombu.transport.virtual.base``: body, content-type, content-encoding, headers,
properties), as JSON on a Redis list.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from longshore.current import request_id

#: Names idempotency keys; any fixed UUID would do.
IDEMPOTENCY_NAMESPACE = uuid.UUID("6f1c3f4e-3a53-5d0b-9c57-0d6c7a1b9e21")
SEPARATOR = "\x06\x16"
PRIORITY_STEPS = (0, 3, 6, 9)


def idempotent_id(task: str, key: str) -> str:
    """The one job id that this task and idempotency key stand for (a name-based UUID)."""
    return str(uuid.uuid5(IDEMPOTENCY_NAMESPACE, f"{task}\n{key}"))


def list_of(queue: str, priority: int) -> str:
    """The list that holds jobs of this priority; 0 is served first, 9 last (kombu's order)."""
    step = max(step for step in PRIORITY_STEPS if step <= max(priority, 0))
    return f"{queue}{SEPARATOR}{step}" if step else queue


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enqueue. ``priority`` is kombu's: 0 is served first, 9 last.

    ``delay_seconds`` counts from acceptance by the broker's clock; ``due_at`` is seconds since
    the epoch. ``unique``: when a record of this id exists, in whatever state, nothing is added.
    ``fingerprint`` stands for the arguments, to tell a repeated call from a different one.
    """

    task: str
    id: str
    kwargs: Mapping[str, Any]
    queue: str
    args: tuple[Any, ...] = ()
    priority: int = 0
    delay_seconds: float | None = None
    due_at: float | None = None
    expires_in_seconds: float | None = None
    unique: bool = False
    fingerprint: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    soft_time_limit: float | None = None
    time_limit: float | None = None
    ignore_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An encoded message and what the enqueue script needs to know of it."""

    raw: str | bytes
    job_id: str
    tag: str
    task: str
    queue: str
    list: str
    priority: int = 0
    due_at: float | None = None
    delay_seconds: float | None = None
    expires_at: float | None = None
    expires_in_seconds: float | None = None
    nonce: str = ""
    unique: bool = False
    fingerprint: str | None = None
    token: str = ""
    request_id: str | None = None

    def arguments(self) -> tuple[str | bytes | int, ...]:
        """The enqueue script's arguments, in its order."""
        return (
            self.raw,
            self.job_id,
            self.tag,
            self.task,
            self.queue,
            self.list,
            self.priority,
            _number(self.due_at),
            _number(self.delay_seconds),
            _number(self.expires_at),
            self.nonce,
            "1" if self.unique else "0",
            self.fingerprint or "",
            self.token,
            self.request_id or "",
        )

    def expires_in(self) -> str:
        """Seconds from acceptance after which the job is no longer wanted, or nothing."""
        return _number(self.expires_in_seconds)


def encode(job: NewJob) -> Post:
    """The job as a message on its queue, ready for the enqueue script."""
    tag = str(uuid.uuid4())
    current = job.headers.get("request_id") or request_id.get()
    document = {
        "body": _body(job),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": _headers(job, current),
        "properties": _properties(job, tag),
    }
    return Post(
        raw=json.dumps(document),
        job_id=job.id,
        tag=tag,
        task=job.task,
        queue=job.queue,
        list=list_of(job.queue, job.priority),
        priority=job.priority,
        due_at=job.due_at,
        delay_seconds=job.delay_seconds,
        expires_in_seconds=job.expires_in_seconds,
        nonce=tag,
        unique=job.unique,
        fingerprint=job.fingerprint,
        request_id=current,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _body(job: NewJob) -> str:
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    payload = json.dumps([list(job.args), dict(job.kwargs), embed])
    return base64.b64encode(payload.encode()).decode()


def _properties(job: NewJob, tag: str) -> dict[str, Any]:
    return {
        "correlation_id": job.id,
        "reply_to": "",
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": job.queue},
        "priority": job.priority,
        "body_encoding": "base64",
        "delivery_tag": tag,
    }


def _expires(job: NewJob) -> str | None:
    if job.expires_in_seconds is None:
        return None
    return (datetime.now(UTC) + timedelta(seconds=job.expires_in_seconds)).isoformat()


def _headers(job: NewJob, current_request: str | None) -> dict[str, Any]:
    return {
        "lang": "py",
        "task": job.task,
        "id": job.id,
        "shadow": None,
        "eta": None,
        "expires": _expires(job),
        "group": None,
        "group_index": None,
        "retries": 0,
        "timelimit": [job.time_limit, job.soft_time_limit],
        "root_id": job.id,
        "parent_id": None,
        "argsrepr": repr(job.args),
        "kwargsrepr": "{…}",
        "origin": f"{os.getpid()}@{socket.gethostname()}",
        "ignore_result": job.ignore_result,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
        **({"request_id": current_request} if current_request else {}),
        **{name: value for name, value in job.headers.items() if name != "request_id"},
    }
