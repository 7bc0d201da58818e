"""A route that reads its request itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from longshore_api.access.caller import Caller, caller_of
from longshore_api.access.permission import permit
from longshore_api.direct.reader import Reader
from longshore_api.jobs.wishes import Wishes
from longshore_api.resources import Resources

Endpoint = Callable[[Any, Wishes, Resources, Caller, str | None], Awaitable[Response]]


class DirectRoute(APIRoute):
    """FastAPI documents it by its endpoint's signature: ``(body, wishes, resources, caller,
    key)``.

    It serves without FastAPI's way from a request to arguments, which costs more than an enqueue.
    A test holds that both ways give the same answers.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._answer, self._reader = endpoint, Reader(endpoint.__annotations__["body"])

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, call the endpoint, answer; what is raised goes to the app's handlers."""
        if scope["method"] != "POST":
            await super().handle(scope, receive, send)
            return
        resources: Resources = scope["app"].state.resources
        if resources.guarded:
            permit(scope)
        asked = await self._reader.read(scope, receive)
        response = await self._answer(
            asked.body, asked.wishes, resources, caller_of(scope), asked.idempotency_key
        )
        await response(scope, receive, send)
