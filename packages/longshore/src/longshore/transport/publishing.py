"""From kombu's publish to the enqueue script: what a message's headers say about its job."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, TypedDict

from celery._state import get_current_task
from kombu.utils.json import dumps

from longshore.current import claim as current_claim
from longshore.current import nonce as current_nonce
from longshore.current import request_id as current_request_id
from longshore.envelope import REPLACED, Post
from longshore.relative_times import DELAY, EXPIRES_IN
from longshore.sealing.serializer import CONTENT_TYPE, HIDDEN
from longshore.tracing.holder import CLAIMED_AT, TRACING
from longshore.transport.binding import bound

#: Headers that tell the enqueue script something; they travel no further.
NONCE = "longshore_nonce"
UNIQUE = "longshore_unique"
FINGERPRINT = "longshore_fingerprint"


def is_job(message: dict[str, Any]) -> bool:
    """Whether a message is a Celery task message of protocol 2."""
    headers = message.get("headers") or {}
    return isinstance(headers.get("id"), str) and isinstance(headers.get("task"), str)


def seconds(value: object) -> float | None:
    """An ``eta`` or ``expires`` header as seconds since the epoch; naive times are UTC."""
    if not isinstance(value, str) or not value:
        return None
    parsed = datetime.fromisoformat(value)
    if parsed.tzinfo is None:
        parsed = datetime.fromisoformat(value + "+00:00")
    return parsed.timestamp()


class Times(TypedDict):
    """When a job is due and when it expires, in seconds since the epoch or from now."""

    due_at: float | None
    delay_seconds: float | None
    expires_at: float | None
    expires_in_seconds: float | None


def _times(headers: dict[str, Any], *, again: bool) -> Times:
    """When the job is due and when it expires: by the server's clock, or as a person said it.

    A retry (``again``) that says of its expiry what its attempt did leaves the record's as it is.
    """
    delay, expires_in = headers.get(DELAY), headers.get(EXPIRES_IN)
    due_at = seconds(headers.get("eta")) if delay is None else None
    expires_at = seconds(headers.get("expires")) if expires_in is None else None
    if again and headers.get("expires") == getattr(_request(), "expires", None):
        expires_at = expires_in = None
    return {
        "due_at": due_at,
        "delay_seconds": delay,
        "expires_at": expires_at,
        "expires_in_seconds": expires_in,
    }


def _request() -> Any:
    """Celery's request of the handler that runs here, if one does."""
    return getattr(get_current_task(), "request", None)


def token_for(job_id: str) -> str:
    """The token of the claim under which this very job is running here, if it is: a retry."""
    held = current_claim.get()
    return held.token if held is not None and held.job_id == job_id else ""


def replaces(headers: dict[str, Any]) -> bool:
    """Whether the job stands in for one that replaced itself and ends as this one, by one id."""
    return bool(headers.get("replaced_task_nesting")) and not repeated(headers["id"])


def repeated(job_id: str) -> bool:
    """Whether the job that publishes here runs again after a crash: its children may be there."""
    held = current_claim.get()
    return held is not None and held.job_id != job_id and held.delivery > held.attempt


def is_onward(headers: dict[str, Any]) -> bool:
    """Whether the message is what a job leads to that ends here: its retry, or what follows it.

    What the handler of a followed job enqueues by itself counts as well: they look alike.
    """
    if current_claim.get() is None:
        return False
    if token_for(headers["id"]) or current_nonce.get() or replaces(headers):
        return True
    request = _request()
    followers = ("chain", "callbacks", "errbacks", "chord")
    return any(getattr(request, name, None) is not None for name in followers)


def nonce_for(job_id: str) -> str:
    """What the enqueue script knows this publish by.

    All runs of one message publish under one word: what the next step of a chain is to be is
    enqueued once, however often the step before it ran, and by whom.
    """
    held = current_claim.get()
    own = held.tag if held is not None and held.job_id != job_id else None
    return current_nonce.get() or own or uuid.uuid4().hex


def post_of(message: dict[str, Any], queue: str, list_key: str, priority: int) -> Post:
    """The message as the enqueue script takes it.

    kombu repeats a failed publish with the same headers object, so a nonce left there makes
    the repetition recognisable: however often it is sent, the job is one.
    """
    headers = message["headers"]
    nonce = headers.setdefault(NONCE, nonce_for(headers["id"]))
    if current_request_id.get() is not None:
        headers.setdefault("request_id", current_request_id.get())
    sending, token = None, token_for(headers["id"])
    # A retry is one more attempt of what was sent, not another thing sent.
    if TRACING.spans is not None and not token:
        sending = TRACING.spans.publish(headers["task"], headers["id"], queue, headers)
    private = {NONCE, UNIQUE, FINGERPRINT, CLAIMED_AT, DELAY, EXPIRES_IN, "longshore"}
    if message.get("content-type") == CONTENT_TYPE:
        headers, message = {**headers, **HIDDEN}, bound(message)
    travelling = {name: value for name, value in headers.items() if name not in private}
    return Post(
        raw=dumps({**message, "headers": travelling}),
        job_id=headers["id"],
        tag=message["properties"]["delivery_tag"],
        task=headers["task"],
        queue=queue,
        list=list_key,
        priority=priority,
        **_times(headers, again=bool(token)),
        nonce=nonce,
        unique=bool(headers.get(UNIQUE)) or repeated(headers["id"]),
        fingerprint=headers.get(FINGERPRINT),
        token=token or (REPLACED if replaces(headers) else ""),
        request_id=headers.get("request_id"),
        attempts_before=retries if isinstance(retries := headers.get("retries"), int) else None,
        sending=sending,
    )
