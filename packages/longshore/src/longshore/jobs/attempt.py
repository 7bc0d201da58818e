"""One run of a job, as the code that runs it may know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from celery import Task
from celery.app.task import Context
from celery.worker.request import Request

from longshore.tracing.holder import trace_id

HEADERS = ("longshore", "request_id", "retries", "traceparent")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which job, which run of it and where. ``attempt`` and ``delivery`` start at 1."""

    job_id: str
    task: str
    queue: str
    attempt: int
    delivery: int
    request_id: str | None
    worker: str
    trace_id: str | None = None

    @classmethod
    def of(cls, task: Task) -> Attempt:
        """Read the attempt from a bound Celery task, on Longshore's broker or a stock one."""
        request: Context = task.request
        headers = {name: _header(request, name) for name in HEADERS}
        return _read(str(task.name), request, headers)

    @classmethod
    def of_message(cls, request: Request) -> Attempt:
        """Read the attempt from a message that the worker has claimed and not yet begun."""
        return _read(str(request.name), request, cast("dict[str, Any]", request.request_dict))

    def log_context(self) -> dict[str, Any]:
        """Return what every log line of this attempt carries."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


def _read(task: str, request: Context | Request, headers: Mapping[str, Any]) -> Attempt:
    claim: Mapping[str, Any] = headers.get("longshore") or {}
    delivery_info = cast("Mapping[str, Any]", request.delivery_info or {})
    attempt = int(claim.get("attempt") or (headers.get("retries") or 0) + 1)
    return Attempt(
        job_id=request.id or "",
        task=task,
        queue=str(claim.get("queue") or delivery_info.get("routing_key") or ""),
        attempt=attempt,
        delivery=int(claim.get("delivery") or attempt),
        request_id=headers.get("request_id"),
        worker=request.hostname or "",
        trace_id=trace_id(headers),
    )


def _header(request: Context, name: str) -> object:
    """Celery puts message headers on the request in a worker, and under ``headers`` elsewhere."""
    value = request.get(name)
    return value if value is not None else (request.headers or {}).get(name)
