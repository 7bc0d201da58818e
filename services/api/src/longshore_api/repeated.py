"""A parameter that is given twice: no value of it can be the one that was meant."""

from __future__ import annotations

from collections import Counter

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import QueryParams

KIND, MESSAGE = "repeated", "Give this parameter once"


def repeated(query: QueryParams) -> list[str]:
    """Return the names that occur more than once."""
    counts = Counter(name for name, _ in query.multi_items())
    return [name for name, count in counts.items() if count > 1]


async def refuse_repeated(request: Request) -> None:
    """A dependency of routes that take input; raises RequestValidationError."""
    if 422 not in request.scope["route"].responses:
        return
    if names := repeated(request.query_params):
        faults = [{"type": KIND, "msg": MESSAGE, "loc": ("query", name)} for name in names]
        raise RequestValidationError(faults)
