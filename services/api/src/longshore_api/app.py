"""The api as an ASGI app, made from settings; importing this starts nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from longshore.jobs import Roll
from longshore_api.access.permission import permitted
from longshore_api.direct.shortcut import Shortcut, direct_routes
from longshore_api.gate import JobStore
from longshore_api.middleware.access import QUIET, AccessMiddleware
from longshore_api.middleware.authentication import AuthenticationMiddleware
from longshore_api.middleware.body_limit import BodyLimitMiddleware
from longshore_api.middleware.guard import GuardMiddleware
from longshore_api.middleware.head import HeadMiddleware
from longshore_api.middleware.head_limit import HeadLimitMiddleware
from longshore_api.middleware.request_id import RequestIdMiddleware
from longshore_api.openapi import TAGS, LongshoreApi
from longshore_api.problems import HANDLERS
from longshore_api.repeated import refuse_repeated
from longshore_api.resources import Resources
from longshore_api.routers import routers
from longshore_api.schemas.file import FILES
from longshore_api.settings import ApiSettings
from longshore_tasks.roll import ROLL

# The boundaries and headers of a multipart body with one file.
MULTIPART_BYTES = 64 * 2**10


def create_app(
    settings: ApiSettings, *, store: JobStore | None = None, roll: Roll = ROLL
) -> FastAPI:
    """Return the app; it connects to broker, database and storage when it first needs them.

    ``store`` takes the broker's place in tests; the app closes it in any case.
    """
    resources = Resources(settings, roll, store)
    app = LongshoreApi(
        title="Longshore",
        summary="Enqueue jobs, follow them, fetch their results.",
        version=version("longshore-api"),
        openapi_tags=TAGS,
        middleware=_middleware(resources),
        exception_handlers=HANDLERS,
        lifespan=_lifespan,
        redirect_slashes=False,
        # Metrics and logs are our own; traces are made when somebody collects them (decision 95).
        telemetry={
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "exclude": lambda scope: scope["path"] in QUIET,
        },
    )
    app.guarded, app.public = resources.guarded, settings.public_paths
    app.state.resources = resources
    included = routers(roll)
    # The framework tries its routes one by one, and twice.
    app.router.routes.insert(0, Shortcut(direct_routes(included)))
    # Each of them, also those that come later: none is open for want of a line.
    guards = [*([Depends(permitted)] if resources.guarded else []), Depends(refuse_repeated)]
    for router in included:
        app.include_router(router, dependencies=guards)
    return app


def _middleware(resources: Resources) -> list[Middleware]:
    settings = resources.settings
    uploads = {FILES: settings.upload_max_bytes + MULTIPART_BYTES}
    recognised = [Middleware(AuthenticationMiddleware, public=settings.public_paths)]
    return [
        Middleware(RequestIdMiddleware),
        Middleware(AccessMiddleware),
        Middleware(GuardMiddleware),
        Middleware(HeadLimitMiddleware),
        *(recognised if resources.guarded else ()),
        Middleware(BodyLimitMiddleware, default=settings.body_max_bytes, paths=uploads),
        Middleware(HeadMiddleware),
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    resources: Resources = app.state.resources
    resources.open()
    yield
    await resources.aclose()
