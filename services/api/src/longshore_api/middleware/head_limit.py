"""The size of an address and of the headers, checked before anything looks into them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from longshore_api.errors import AddressTooLong, ApiError, HeadersTooLarge
from longshore_api.middleware.access import MOST_PATH
from longshore_api.problems.handlers import answer_known

#: As many as common proxies take: four times what they take for one line.
MOST_HEADERS, MOST_HEADER_BYTES = 100, 32 * 2**10


class HeadLimitMiddleware:
    """Refuse a path with its query, or headers, above the limits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, or answer 414 or 431."""
        error = _too_large(scope) if scope["type"] == "http" else None
        if error is None:
            await self._app(scope, receive, send)
            return
        response = await answer_known(Request(scope), error)
        await response(scope, receive, send)


def _too_large(scope: Scope) -> ApiError | None:
    path = scope.get("raw_path") or scope["path"]
    if len(path) + len(scope["query_string"]) > MOST_PATH:
        return AddressTooLong(f"at most {MOST_PATH} bytes are taken, with the query")
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        return HeadersTooLarge(f"at most {MOST_HEADERS} headers of {MOST_HEADER_BYTES} bytes")
    return None
