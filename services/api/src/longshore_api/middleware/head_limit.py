"""The size of an address and of the headers, and that those with one value are given once."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from longshore_api.errors import AddressTooLong, ApiError, HeadersTooLarge, RepeatedHeader
from longshore_api.middleware.access import MOST_PATH
from longshore_api.problems.handlers import answer_known

#: As many as common proxies take: four times what they take for one line.
MOST_HEADERS, MOST_HEADER_BYTES = 100, 32 * 2**10


#: Of two of these none can be the one that was meant, and two programs may choose differently.
GIVEN_ONCE = frozenset(
    {b"authorization", b"content-length", b"content-type", b"idempotency-key", b"last-event-id"}
)


class HeadLimitMiddleware:
    """Refuse a path with its query, or headers, above the limits, and headers that are repeated."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, or answer 400, 414 or 431."""
        error = _fault(scope) if scope["type"] == "http" else None
        if error is None:
            await self._app(scope, receive, send)
            return
        response = await answer_known(Request(scope), error)
        await response(scope, receive, send)


def _fault(scope: Scope) -> ApiError | None:
    path = scope.get("raw_path") or scope["path"]
    if len(path) + len(scope["query_string"]) > MOST_PATH:
        return AddressTooLong(f"at most {MOST_PATH} bytes are taken, with the query")
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        return HeadersTooLarge(f"at most {MOST_HEADERS} headers of {MOST_HEADER_BYTES} bytes")
    given = [name for name, _ in headers if name in GIVEN_ONCE]
    for name in given:
        if given.count(name) > 1:
            return RepeatedHeader(f"send the header {name.decode().title()} once")
    return None
