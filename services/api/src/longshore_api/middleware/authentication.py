"""Nobody gets past here unrecognised, but to the public paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from longshore_api.access.caller import CALLER
from longshore_api.problems.handlers import KINDS, answer_known

if TYPE_CHECKING:
    from longshore_api.resources import Resources


class AuthenticationMiddleware:
    """Recognise the caller before anything of the body is read; also where no route is."""

    def __init__(self, app: ASGIApp, public: frozenset[str]) -> None:
        self._app, self._public = app, public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request as its caller, or answer why not."""
        if scope["type"] == "http" and scope["path"] not in self._public:
            resources: Resources = scope["app"].state.resources
            try:
                scope[CALLER] = await resources.door.caller(scope["headers"])
            except tuple(KINDS) as error:
                response = await answer_known(Request(scope), error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)
