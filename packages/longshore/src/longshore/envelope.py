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
import re
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from longshore.current import request_id
from longshore.ids import new_id
from longshore.plain_json import json_encoder

#: Names idempotency keys; any fixed UUID would do.
IDEMPOTENCY_NAMESPACE = uuid.UUID("6f1c3f4e-3a53-5d0b-9c57-0d6c7a1b9e21")
#: In place of a token: whatever claim on a job of this id is left, this run takes its place.
REPLACED = "replaced"
SEPARATOR = "\x06\x16"
PRIORITY_STEPS = (0, 3, 6, 9)
_json = json_encoder()


def idempotent_id(task: str, key: str) -> str:
    """The one job id that this task and idempotency key stand for (a name-based UUID)."""
    return str(uuid.uuid5(IDEMPOTENCY_NAMESPACE, f"{task}\n{key}"))


def list_of(queue: str, priority: int) -> str:
    """The list that holds jobs of this priority; 0 is served first, 9 last (kombu's order)."""
    if priority <= 0:
        return queue
    step = max(step for step in PRIORITY_STEPS if step <= priority)
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


# Not frozen: one is made for each message, and freezing makes that three times as slow.
@dataclass(slots=True, kw_only=True)
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
            _number(self.expires_in_seconds),
        )


def encode(job: NewJob) -> Post:
    """The job as a message on its queue, ready for the enqueue script."""
    tag = new_id()
    current = job.headers.get("request_id") or request_id.get()
    return Post(
        raw=_document(job, tag, current),
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


def _document(job: NewJob, tag: str, current: str | None) -> str:
    """The envelope as JSON. All but four of its values are the same for every job of a task."""
    frame = _frame(
        job.task, job.queue, job.priority, job.soft_time_limit, job.time_limit, job.ignore_result
    )
    values = {
        ID: _json(job.id),
        TAG: f'"{tag}"',
        BODY: f'"{_body(job)}"',
        OWN: _own(job, current),
    }
    return "".join([values.get(piece, piece) for piece in frame])


def _own(job: NewJob, current: str | None) -> str:
    """The headers that differ from job to job, as the end of an object."""
    seconds = job.expires_in_seconds
    expires = "null" if seconds is None else _json(_expires(seconds))
    request = f', "request_id": {_json(current)}' if current else ""
    others = "".join(
        f", {_json(name)}: {_json(value)}"
        for name, value in job.headers.items()
        if name != "request_id"
    )
    return f', "expires": {expires}{request}{others}'


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _body(job: NewJob) -> str:
    args = _json(list(job.args)) if job.args else "[]"
    payload = f"[{args}, {_json(dict(job.kwargs))}, {EMBED}]"
    return base64.b64encode(payload.encode()).decode()


def _expires(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


EMBED = json.dumps({"callbacks": None, "errbacks": None, "chain": None, "chord": None})

#: Stand-ins for what differs from job to job, while a frame is made.
ID, TAG, BODY, OWN = (f'"longshore-{name}-6f1c3f4e"' for name in ("id", "tag", "body", "own"))


@lru_cache(maxsize=1024)
def _frame(*of_task: Any) -> tuple[str, ...]:
    """The envelope of such jobs in pieces, with the stand-ins as pieces of their own."""
    task, queue, priority, soft, hard, ignore_result = of_task
    own, body, job_id, tag = (json.loads(word) for word in (OWN, BODY, ID, TAG))
    document = {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {**_headers(task, job_id, soft, hard, ignore_result), own: 0},
        "properties": _properties(queue, priority, job_id, tag),
    }
    text = json.dumps(document).replace(f", {OWN}: 0", OWN)
    return tuple(re.split(f"({ID}|{TAG}|{BODY}|{OWN})", text))


def _properties(queue: str, priority: int, job_id: str, tag: str) -> dict[str, Any]:
    return {
        "correlation_id": job_id,
        "reply_to": "",
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": queue},
        "priority": priority,
        "body_encoding": "base64",
        "delivery_tag": tag,
    }


def _headers(
    task: str, job_id: str, soft: float | None, hard: float | None, ignore_result: bool
) -> dict[str, Any]:
    return {
        "lang": "py",
        "task": task,
        "id": job_id,
        "shadow": None,
        "eta": None,
        "group": None,
        "group_index": None,
        "retries": 0,
        "timelimit": [hard, soft],
        "root_id": job_id,
        "parent_id": None,
        "argsrepr": "(…)",
        "kwargsrepr": "{…}",
        "origin": f"{os.getpid()}@{socket.gethostname()}",
        "ignore_result": ignore_result,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
    }


os.register_at_fork(after_in_child=_frame.cache_clear)
