"""Problems in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from longshore_api.problems import kinds
from longshore_api.problems.document import MEDIA_TYPE
from longshore_api.problems.kinds import Kind

Responses = dict[int | str, dict[str, Any]]

BROKER = (kinds.BROKER_UNAVAILABLE, kinds.BROKER_REFUSED, kinds.NOT_ON_THIS_BROKER)
#: Of what is also written into the audit trail.
ACTS = (kinds.DATABASE_UNAVAILABLE, *BROKER)
FILES = (kinds.DATABASE_UNAVAILABLE, kinds.STORAGE_UNAVAILABLE)


def documented(*some: Kind, takes_input: bool = True) -> Responses:
    """Return FastAPI's ``responses`` for these kinds and for those that happen everywhere.

    A route without parameters and body cannot be called in a way that does not fit.
    """
    everywhere = (kinds.INVALID_REQUEST, kinds.INTERNAL) if takes_input else (kinds.INTERNAL,)
    by_status: dict[int, list[Kind]] = {}
    for kind in (*some, *everywhere):
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _response(same) for status, same in sorted(by_status.items())}


def _response(same_status: list[Kind]) -> dict[str, Any]:
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {kind.slug: {"value": _example(kind)} for kind in same_status},
    }
    response: dict[str, Any] = {
        "description": "; ".join(kind.title for kind in same_status),
        "content": {MEDIA_TYPE: content},
    }
    if any(kind.retry_after_seconds is not None for kind in same_status):
        response["headers"] = {
            "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}
        }
    return response


def _example(kind: Kind) -> dict[str, Any]:
    return {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or kind.title,
        "request_id": "b2c9c1f0a8c64f6f9f1f4f5f0d7f3a11",
    }
