"""One log line and one measurement for each request, by route template."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.stdlib import BoundLogger

from longshore_api.jobs.line import enqueued

if TYPE_CHECKING:
    from longshore_api.metrics import HttpMetrics

LOGGER = "longshore.access"
UNMATCHED = "(none)"
# Asked every few seconds by machines: noise at INFO.
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
#: Bytes of a path with its query that are taken, and letters of one that are written anywhere.
MOST_PATH = 8192
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessMiddleware:
    """Outside of everything but the request id, so that it sees the status of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._logger: BoundLogger = structlog.stdlib.get_logger(LOGGER)
        self._level = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request and say what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer, began = _Answer(send), time.perf_counter()
        metrics: HttpMetrics = scope["app"].state.resources.metrics
        job = enqueued.set(None)
        metrics.begun()
        try:
            await self._app(scope, receive, answer)
        finally:
            self._done(metrics, scope, answer.status, time.perf_counter() - began)
            enqueued.reset(job)

    def _done(self, metrics: HttpMetrics, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = route_of(scope)
        metrics.ended(method, route, status, seconds)
        level = logging.DEBUG if route in QUIET and status < 400 else logging.INFO
        # To gather a line costs more than the rest of this, also when it is dropped in the end.
        if not self._level.isEnabledFor(level):
            return
        self._logger.log(
            level,
            "request",
            method=method,
            route=route,
            path=scope["path"][:MOST_PATH],
            status=status,
            duration_seconds=round(seconds, 6),
            **(enqueued.get() or {}),
        )


class _Answer:
    # 499 is what a request ends with whose caller left before the answer.
    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 499

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def route_of(scope: Scope) -> str:
    """Return the template of the route, so that ids do not multiply the series."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else UNMATCHED
