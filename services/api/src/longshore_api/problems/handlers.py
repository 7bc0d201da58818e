"""From an error to the problem that the caller sees; the only place that decides it."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from structlog.stdlib import BoundLogger

from longshore import errors as engine
from longshore.current import request_id
from longshore.reporting import report
from longshore_api import errors as api
from longshore_api.database import DATABASE_UNAVAILABLE
from longshore_api.middleware.access import MOST_PATH, route_of
from longshore_api.problems import kinds
from longshore_api.problems.document import MEDIA_TYPE, FieldProblem, Problem
from longshore_api.problems.kinds import Kind
from longshore_tasks.storage import FileMissing, StorageUnavailable

USED_UP = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})

KINDS: dict[type[Exception], Kind] = {
    engine.UnknownTask: kinds.UNKNOWN_TASK,
    engine.UnknownJob: kinds.UNKNOWN_JOB,
    engine.UnknownBatch: kinds.UNKNOWN_BATCH,
    engine.NotAQueue: kinds.UNKNOWN_QUEUE,
    engine.InvalidJob: kinds.INVALID_REQUEST,
    engine.InvalidCursor: kinds.INVALID_REQUEST,
    engine.UnknownDeadLetter: kinds.UNKNOWN_DEAD_LETTER,
    engine.UnreadableMessage: kinds.UNREADABLE_MESSAGE,
    engine.IdempotencyConflict: kinds.IDEMPOTENCY_CONFLICT,
    engine.BrokerUnavailable: kinds.BROKER_UNAVAILABLE,
    engine.BrokerRefused: kinds.BROKER_REFUSED,
    engine.NotOnThisBroker: kinds.NOT_ON_THIS_BROKER,
    api.UnknownFile: kinds.UNKNOWN_FILE,
    api.UnsupportedUpload: kinds.UNSUPPORTED_TYPE,
    api.BodyTooLarge: kinds.TOO_LARGE,
    api.AddressTooLong: kinds.ADDRESS_TOO_LONG,
    api.RepeatedHeader: kinds.BAD_REQUEST,
    api.HeadersTooLarge: kinds.HEADERS_TOO_LARGE,
    api.BodyTooSlow: kinds.REQUEST_TOO_SLOW,
    api.TooManyJobs: kinds.TOO_MANY_JOBS,
    api.JobNotDelayed: kinds.JOB_NOT_DELAYED,
    api.JobNotSucceeded: kinds.JOB_NOT_SUCCEEDED,
    api.Unauthenticated: kinds.UNAUTHENTICATED,
    api.Forbidden: kinds.FORBIDDEN,
    api.TooManyRequests: kinds.TOO_MANY_REQUESTS,
    api.QueueFull: kinds.QUEUE_FULL,
    api.IdentityUnavailable: kinds.IDENTITY_UNAVAILABLE,
    api.NotReady: kinds.NOT_READY,
    api.HealthJobFailed: kinds.HEALTH_JOB_FAILED,
    FileMissing: kinds.UNKNOWN_FILE,
    StorageUnavailable: kinds.STORAGE_UNAVAILABLE,
    **dict.fromkeys(DATABASE_UNAVAILABLE, kinds.DATABASE_UNAVAILABLE),
}


async def answer_known(request: Request, error: Exception) -> Response:
    """Answer an error of ``KINDS``."""
    kind = next(KINDS[known] for known in type(error).__mro__ if known in KINDS)
    if kind.detail:
        # The caller reads the kind's own words; these may name hosts.
        _logger().warning("request_failed", error=type(error).__name__, reason=str(error))
    detail = kind.detail or str(error)
    if isinstance(error, api.ApiError):
        return respond(request, kind, detail, facts=error.facts, headers=error.headers)
    headers = error.headers if isinstance(error, HTTPException) else None
    return respond(request, kind, detail, headers=headers)


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer a request that does not fit its schema; what was sent is not repeated."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    problems = [_field_problem(item) for item in found]
    first = problems[0] if problems else None
    detail = f"{first.field}: {first.message}" if first else None
    facts = {"errors": [problem.model_dump() for problem in problems]}
    return respond(request, kinds.INVALID_REQUEST, detail, facts=facts)


async def answer_http(request: Request, error: Exception) -> Response:
    """Answer what the framework raises by itself: no such route, wrong method, broken body."""
    if error.__cause__ is not None and is_used_up(error.__cause__):
        return answer_unexpected(request, error.__cause__)
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    phrase = HTTPStatus(status).phrase
    kind = Kind(phrase.lower().replace(" ", "-"), phrase, status)
    return respond(request, kind, None, headers=headers)


def is_used_up(error: BaseException) -> bool:
    """Whether the process or its machine has no descriptor, memory or space left."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in USED_UP)


def answer_unexpected(request: Request, error: BaseException) -> Response:
    """Answer an error that nobody foresaw, without a word of it."""
    if is_used_up(error):
        _logger().error("used_up", error=str(error))
        return respond(request, kinds.OVERLOADED, kinds.OVERLOADED.detail)
    _logger().error("request_crashed", exc_info=error)
    report(error, {"method": request.method, "route": route_of(request.scope)})
    return respond(request, kinds.INTERNAL, kinds.INTERNAL.detail)


def respond(
    request: Request,
    kind: Kind,
    detail: str | None,
    *,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem as a response."""
    problem = Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=request.url.path[:MOST_PATH],
        request_id=request_id.get(),
        **(facts or {}),
    )
    sent = dict(headers or {})
    if kind.retry_after_seconds is not None:
        sent.setdefault("Retry-After", str(kind.retry_after_seconds))
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, kind.status, headers=sent, media_type=MEDIA_TYPE)


def _field_problem(item: Mapping[str, Any]) -> FieldProblem:
    location, *path = item["loc"]
    # A position in broken JSON is not a field.
    names = [] if item["type"] == "json_invalid" else path
    return FieldProblem(
        location=str(location),
        field=".".join(map(str, names)) or str(location),
        message=str(item["msg"]).removeprefix("Value error, "),
    )


def _logger() -> BoundLogger:
    logger: BoundLogger = structlog.stdlib.get_logger("longshore.api")
    return logger
