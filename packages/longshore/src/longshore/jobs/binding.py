"""Job classes become Celery tasks of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, TypeVar

from celery import Celery, Task
from pydantic import JsonValue

from longshore.errors import InvalidJob, Permanent, Transient
from longshore.jobs import lines
from longshore.jobs.attempt import Attempt
from longshore.jobs.claims import tell_claims
from longshore.jobs.failure import fail
from longshore.jobs.handler import Handler
from longshore.jobs.job import Job
from longshore.jobs.log_context import follow_attempts, in_request
from longshore.jobs.result import to_json
from longshore.jobs.spec import JobSpec
from longshore.jobs.stock_lines import silence_stock_lines

C = TypeVar("C")
ContextFactory = Callable[[Attempt], AbstractContextManager[C]]


def bind(
    app: Celery, handlers: Iterable[Handler[Any, C, Any]], context_factory: ContextFactory[C]
) -> None:
    """Register one Celery task per handler, each attempt run inside a context of its own.

    Tasks are acknowledged late, limited in time by their job class and retried by its policy.
    """
    follow_attempts()
    for handler in handlers:
        spec = handler.job.spec
        _route(app, spec)
        tell_claims(spec.task)
        silence_stock_lines(spec.task)
        app.task(_body(handler, context_factory), **_task_options(spec))


def _route(app: Celery, spec: JobSpec) -> None:
    """Send the task to its queue, unless the app's own routes say otherwise."""
    routes = app.conf.task_routes or []
    own = [*routes] if isinstance(routes, list | tuple) else [routes]
    app.conf.task_routes = [*own, {spec.task: {"queue": spec.queue}}]


def _task_options(spec: JobSpec) -> dict[str, Any]:
    return {
        "name": spec.task,
        "bind": True,
        "shared": False,
        "acks_late": True,
        # The policy counts the attempts; Celery's own limit and signature check stay out of it.
        "max_retries": None,
        "typing": False,
        # These are told in a line of our own; only a bug's line needs its traceback.
        "throws": (Permanent, Transient, InvalidJob),
        "soft_time_limit": spec.soft_time_limit_seconds,
        "time_limit": spec.time_limit_seconds,
    }


def _body(handler: Handler[Any, C, Any], context_factory: ContextFactory[C]) -> Callable[..., Any]:
    def run(task: Task, *args: object, **fields: object) -> JsonValue:
        attempt, begun = Attempt.of(task), perf_counter()
        try:
            job = _parse(handler.job, args, fields)
            with in_request(attempt.request_id), context_factory(attempt) as context:
                result = to_json(handler(job, context))
        except Exception as error:  # noqa: BLE001 -- every error of a handler is decided on
            fail(task, handler.job.spec, attempt, error)
        lines.succeeded(attempt, perf_counter() - begun)
        return result

    run.__name__ = handler.job.__name__
    run.__doc__ = handler.job.spec.summary
    return run


def _parse(job: type[Job], args: tuple[object, ...], fields: dict[str, object]) -> Job:
    if args:
        raise InvalidJob(
            f"{job.spec.task}: the message has positional arguments; send fields by name"
        )
    return job.from_fields(fields)
