"""One run of a job, as the code that runs it may know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from celery import Task
from celery.app.task import Context


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

    @classmethod
    def of(cls, task: Task) -> Attempt:
        """Read the attempt from a bound Celery task, on Longshore's broker or a stock one."""
        request: Context = task.request
        claim = cast("Mapping[str, Any]", _header(request, "longshore") or {})
        delivery_info = cast("Mapping[str, Any]", request.delivery_info or {})
        attempt = int(claim.get("attempt") or (request.retries or 0) + 1)
        return cls(
            job_id=request.id or "",
            task=str(task.name),
            queue=str(claim.get("queue") or delivery_info.get("routing_key") or ""),
            attempt=attempt,
            delivery=int(claim.get("delivery") or attempt),
            request_id=cast("str | None", _header(request, "request_id")),
            worker=request.hostname or "",
        )

    def log_context(self) -> dict[str, Any]:
        """Return what every log line of this attempt carries."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


def _header(request: Context, name: str) -> object:
    """Celery puts message headers on the request in a worker, and under ``headers`` elsewhere."""
    value = request.get(name)
    return value if value is not None else (request.headers or {}).get(name)
