"""What every answer carries: the request id, from the caller or made here, and hardening."""

from __future__ import annotations

import os
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longshore.current import request_id
from longshore_api.middleware.hardening import HARDENED, PAGE, PAGES, Headers

HEADER = "X-Request-ID"
_HEADER = HEADER.lower().encode()
# It goes into logs, messages and headers, so it is bounded and plain.
ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


class RequestIdMiddleware:
    """Accept a plain ``X-Request-ID`` of up to 128 characters, replace any other."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request within its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        current = _chosen(scope)
        hardened = PAGE if scope["path"] in PAGES else HARDENED
        token = request_id.set(current)
        try:
            await self._app(scope, receive, _Stamped(send, current, hardened))
        finally:
            request_id.reset(token)


class _Stamped:
    def __init__(self, send: Send, current: str, hardened: Headers) -> None:
        self._send, self._current, self._hardened = send, current, hardened

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            stamp = (_HEADER, self._current.encode())
            message["headers"] = [*message.get("headers", ()), stamp, *self._hardened]
        await self._send(message)


def _chosen(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER:
            given = value.decode("latin-1")
            return given if ACCEPTED.fullmatch(given) else _new()
    return _new()


def _new() -> str:
    return os.urandom(16).hex()
