"""The size of a body, checked before it is read and while it is."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longshore_api.errors import BodyTooLarge
from longshore_api.problems.handlers import answer_known


class BodyLimitMiddleware:
    """Refuse a body above the limit of its path, whatever its Content-Length says."""

    def __init__(self, app: ASGIApp, default: int, paths: Mapping[str, int]) -> None:
        self._app, self._default, self._paths = app, default, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request with a bounded body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._paths.get(scope["path"], self._default)
        if _announced(scope) > limit:
            response = await answer_known(Request(scope), BodyTooLarge(limit))
            await response(scope, receive, send)
            return
        await self._app(scope, _Counted(receive, limit), send)


class _Counted:
    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise BodyTooLarge(self._limit)
        return message


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
