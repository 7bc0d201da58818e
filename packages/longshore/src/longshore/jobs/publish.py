"""Enqueue through Celery, for callers that hold an app and no store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from celery import Celery, current_app
from celery.result import AsyncResult
from pydantic import JsonValue

from longshore.envelope import idempotent_id
from longshore.jobs.fingerprint import fingerprint
from longshore.jobs.spec import JobSpec

# The transport asks the store to keep the first job of the id when it sees this header.
UNIQUE_HEADER = "longshore_unique"
FINGERPRINT_HEADER = "longshore_fingerprint"


def publish(
    spec: JobSpec, fields: Mapping[str, JsonValue], options: Mapping[str, Any]
) -> AsyncResult:
    """Send one job of this task with Celery's options, by the app that is current here.

    A process that binds the task (a worker, or a test in eager mode) goes through it; one that
    does not, such as an api without handlers, sends by name.
    """
    call: dict[str, Any] = {
        "queue": spec.queue,
        **_limits(spec),
        **_identity(spec.task, fields, options),
    }
    if spec.headers:
        call["headers"] = {**spec.headers, **call.get("headers", {})}
    app = cast("Celery", current_app)
    task = cast("Mapping[str, Any]", app.tasks).get(spec.task)
    if task is not None:
        return task.apply_async(kwargs=dict(fields), **call)
    return app.send_task(spec.task, kwargs=dict(fields), **call)


def _identity(
    task: str, fields: Mapping[str, JsonValue], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options with the idempotency key turned into what the broker understands."""
    call = {name: value for name, value in options.items() if name != "idempotency_key"}
    key = options.get("idempotency_key")
    if key is None:
        return call
    marks = {UNIQUE_HEADER: True, FINGERPRINT_HEADER: fingerprint(task, fields)}
    return call | {
        "task_id": idempotent_id(task, key),
        "headers": {**call.get("headers", {}), **marks},
    }


def _limits(spec: JobSpec) -> dict[str, float]:
    return {
        "soft_time_limit": spec.soft_time_limit_seconds,
        "time_limit": spec.time_limit_seconds,
    }
