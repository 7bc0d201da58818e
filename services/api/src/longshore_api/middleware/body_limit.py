"""The size of a body and the time it may take, checked before it is read and while it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longshore_api.errors import BodyTooLarge, BodyTooSlow
from longshore_api.problems.handlers import answer_known

#: For the first bytes, and after that for each byte at the slowest rate that is waited for.
BODY_SECONDS, BYTES_PER_SECOND = 20.0, 4096


class BodyLimitMiddleware:
    """Refuse a body above the limit of its path, whatever its Content-Length says."""

    def __init__(
        self,
        app: ASGIApp,
        default: int,
        paths: Mapping[str, int],
        seconds: float = BODY_SECONDS,
    ) -> None:
        self._app, self._default, self._paths, self._seconds = app, default, paths, seconds

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
        await self._app(scope, _Counted(receive, limit, self._seconds), send)


class _Counted:
    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive, self._limit, self._seconds = receive, limit, seconds
        self._left, self._arrives = limit, True
        self._began = asyncio.get_running_loop().time()

    async def __call__(self) -> Message:
        message = await self._next()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise BodyTooLarge(self._limit)
            self._arrives = message.get("more_body", False)
        return message

    async def _next(self) -> Message:
        if not self._arrives:
            return await self._receive()
        # Whatever came in buys its own time; what came at once has bought more than it needs.
        received = self._limit - self._left
        due = self._began + self._seconds + received / BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(due):
                return await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
