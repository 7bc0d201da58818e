"""The last line: an error that nobody foresaw becomes a problem, not a broken connection."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longshore_api.problems.handlers import answer_unexpected


class GuardMiddleware:
    """Answer what escaped the handlers; once an answer has begun, let the server end it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request; it raises only when its answer has begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(send)
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            response = answer_unexpected(Request(scope), error)
            if watched.begun:
                raise
            await response(scope, receive, send)


class _Watched:
    def __init__(self, send: Send) -> None:
        self._send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)
