"""One look instead of a walk along the routes."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from longshore.tracing.holder import TRACING
from longshore_api.direct.route import DirectRoute


def direct_routes(routers: Iterable[APIRouter]) -> list[DirectRoute]:
    """Return those of the routers' routes that are direct."""
    return [
        route for router in routers for route in router.routes if isinstance(route, DirectRoute)
    ]


class Shortcut(BaseRoute):
    """Stands before an app's other routes and finds direct ones by their whole path.

    Whatever it does not know goes on to the routes, which know the same paths.
    """

    def __init__(self, routes: Iterable[DirectRoute]) -> None:
        self._routes = {route.path: route for route in routes}

    @property
    def routes(self) -> list[DirectRoute]:
        """Those that it knows."""
        return list(self._routes.values())

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a POST to the path of a direct route."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return Match.NONE, {}
        route = self._routes.get(scope["path"])
        if route is None:
            return Match.NONE, {}
        return Match.FULL, {"route": route, "endpoint": route.endpoint, "path_params": {}}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve by the route that was found."""
        route: DirectRoute = scope["route"]
        if TRACING.spans is not None:
            TRACING.spans.served(scope["method"], route.path)
        await route.handle(scope, receive, send)
