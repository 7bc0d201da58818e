"""HEAD wherever there is GET (RFC 9110, 9.3.2): the same answer without its body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Where a request's scope says that nobody reads the body.
WITHOUT_BODY = "longshore.without_body"


class HeadMiddleware:
    """Serve HEAD as GET, and end the answer where its body would begin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request; what stands outside of this sees it as it came."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        inner = {**scope, "method": "GET", WITHOUT_BODY: True}
        try:
            await self._app(inner, receive, _Headers(send))
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]


class _Headers:
    # A stream ends by itself then: its caller seems to have left.
    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b""})
