"""Messages as Celery 5 and kombu's Redis transport write them.

Formats: Celery's message protocol, version 2
(https://docs.celeryq.dev/en/stable/internals/protocol.html), and kombu's virtual transport
envelope (``kombu.transport.virtual.base``: body, content-type, content-encoding, headers,
properties), as JSON on a Redis list.
"""

from __future__ import annotations

import json
import os
import re
import socket
import uuid
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from longshore.current import request_id
from longshore.errors import NotAQueue
from longshore.ids import new_id
from longshore.plain_json import json_encoder
from longshore.sealing.keyring import keyring
from longshore.sealing.payload import sealed
from longshore.sealing.serializer import BOUND, CONTENT_TYPE
from longshore.tracing.holder import TRACING, Open

#: Names idempotency keys; any fixed UUID would do.
IDEMPOTENCY_NAMESPACE = uuid.UUID("6f1c3f4e-3a53-5d0b-9c57-0d6c7a1b9e21")
#: In place of a token: whatever claim on a job of this id is left, this run takes its place.
REPLACED = "replaced"
SEPARATOR = "\x06\x16"
PRIORITY_STEPS = (0, 3, 6, 9)
#: Headers by which a caller could change which attempt of which job the message is, and when.
_TELLING = frozenset(("id", "retries", "eta"))
_json = json_encoder()
_quoted = json.encoder.encode_basestring_ascii


def idempotent_id(task: str, key: str) -> str:
    """The one job id that this task and idempotency key stand for (a name-based UUID)."""
    return str(uuid.uuid5(IDEMPOTENCY_NAMESPACE, f"{task}\n{key}"))


#: How the keys begin that are no queue: the engine's, kombu's and those of results. With a key
#: prefix another app's may lie beside ours, so that the engine's own are known anywhere in a name.
_NO_QUEUE = re.compile(
    r"longshore:|^_kombu\.binding|^celery-task(?:set)?-meta-|^unacked(?:_index|_mutex)?$"
)


@lru_cache(maxsize=1024)
def queue_name(name: str) -> str:
    """Return the name of a queue; raises NotAQueue for that of another key."""
    if not name or SEPARATOR in name or _NO_QUEUE.search(name):
        raise NotAQueue(name)
    return name


def list_of(queue: str, priority: int) -> str:
    """The list that holds jobs of this priority; 0 is served first, 9 last (kombu's order)."""
    if priority <= 0:
        return queue
    step = max(step for step in PRIORITY_STEPS if step <= priority)
    return f"{queue}{SEPARATOR}{step}" if step else queue


# Not frozen, nor is the message: many are made, and freezing makes that three times as slow.
@dataclass(slots=True, kw_only=True)
class NewJob:
    """A job to enqueue. ``priority`` is kombu's: 0 is served first, 9 last.

    ``delay_seconds`` counts from acceptance by the broker's clock; ``due_at`` is seconds since
    the epoch. ``unique``: when a record of this id exists, in whatever state, nothing is added.
    ``fingerprint`` stands for the arguments, to tell a repeated call from a different one.
    ``client``: whose job it is, where several clients share a set.
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
    client: str | None = None


@dataclass(slots=True, kw_only=True)
class Post:
    """An encoded message and what the enqueue script needs to know of it.

    ``attempts_before`` is the message's own ``retries``; with ``None`` whoever claims the job
    reads the message. ``sending`` is the span that ends when the broker has answered.
    """

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
    attempts_before: int | None = None
    sending: Open | None = None
    client: str | None = None


_shared = attrgetter(
    *("task", "queue", "list", "priority", "unique", "token", "attempts_before"),
    *("due_at", "delay_seconds", "expires_at", "expires_in_seconds", "client"),
)


def words(posts: Iterable[Post]) -> Iterator[str | bytes | int]:
    """The enqueue script's arguments, in its order: neighbours that are alike share a group."""
    for shared, alike in groupby(posts, _shared):
        group = list(alike)
        yield len(group)
        yield from _shared_words(shared)
        for post in group:
            yield post.raw
            yield post.job_id
            yield post.tag
            yield "" if post.nonce == post.tag else post.nonce
            yield post.fingerprint or ""
            yield post.request_id or ""


def _shared_words(shared: tuple[Any, ...]) -> tuple[str | int, ...]:
    *names, unique, token, before = shared[:7]
    times, client = map(_number, shared[7:11]), shared[11]
    return (*names, int(unique), token, "" if before is None else before, *times, client or "")


def encode(job: NewJob) -> Post:
    """The job as a message on its queue, ready for the enqueue script."""
    tag = new_id()
    sending = None
    if TRACING.spans is not None:
        headers = dict(job.headers)
        sending = TRACING.spans.publish(job.task, job.id, job.queue, headers)
        job = replace(job, headers=headers)
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
        attempts_before=0 if job.headers.keys().isdisjoint(_TELLING) else None,
        sending=sending,
        client=job.client,
    )


def _document(job: NewJob, tag: str, current: str | None) -> str:
    """The envelope as JSON. All but four of its values are the same for every job of a task."""
    frame = _frame(
        job.task, job.queue, job.priority, job.soft_time_limit, job.time_limit, job.ignore_result
    )
    job_id = _quoted(job.id)
    return frame % (_body(job), job_id, job_id, _own(job, current), job_id, tag)


def _own(job: NewJob, current: str | None) -> str:
    """The headers that differ from job to job, as the end of an object."""
    seconds = job.expires_in_seconds
    if seconds is None and current is None and not job.headers:
        return ', "expires": null'
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
    kwargs = _json(dict(job.kwargs)) if job.kwargs else "{}"
    embed = EMBED
    if keyring() is not None:
        embed = f"{EMBED[:-1]}, {_quoted(BOUND)}: [{_quoted(job.task)}, {_quoted(job.id)}]}}"
    payload = f"[{args}, {kwargs}, {embed}]"
    return b2a_base64(sealed(payload).encode(), newline=False).decode()


def _expires(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


EMBED = json.dumps({"callbacks": None, "errbacks": None, "chain": None, "chord": None})

#: Stand-ins for what differs from job to job, while a frame is made.
ID, TAG, BODY, OWN = (f'"longshore-{name}-6f1c3f4e"' for name in ("id", "tag", "body", "own"))


@lru_cache(maxsize=1024)
def _frame(*of_task: Any) -> str:
    """The envelope of such jobs as a format: body, id, id, own headers, id and tag are missing."""
    task, queue, priority, soft, hard, ignore_result = of_task
    own, body, job_id, tag = (json.loads(word) for word in (OWN, BODY, ID, TAG))
    document = {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json" if keyring() is None else CONTENT_TYPE,
        "headers": {**_headers(task, job_id, soft, hard, ignore_result), own: 0},
        "properties": _properties(queue, priority, job_id, tag),
    }
    text = json.dumps(document).replace("%", "%%").replace(f", {OWN}: 0", "%s")
    return text.replace(BODY, '"%s"').replace(TAG, '"%s"').replace(ID, "%s")


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
