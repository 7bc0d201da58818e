"""The api as a process: ``longshore-api``, or ``uvicorn --factory longshore_api.main:create``."""

from __future__ import annotations

import structlog
import uvicorn
from fastapi import FastAPI
from structlog.stdlib import BoundLogger

from longshore import logs, reporting, tracing
from longshore_api.app import create_app
from longshore_api.database import bring_up_to_date
from longshore_api.protocol import BoundedProtocol
from longshore_api.settings import ApiSettings
from longshore_tasks.settings import load


def create() -> FastAPI:
    """Return the app of this environment, its logs configured and its database up to date."""
    return _prepared(load(ApiSettings))


def main() -> None:
    """Serve on ``LONGSHORE_HOST`` and ``LONGSHORE_PORT`` until SIGTERM or Ctrl-C."""
    settings = load(ApiSettings)
    uvicorn.run(
        _prepared(settings),
        host=settings.host,
        port=settings.port,
        # The access log is ours; uvicorn's other lines go through the configured root.
        access_log=False,
        log_config=None,
        http=BoundedProtocol,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


def _prepared(settings: ApiSettings) -> FastAPI:
    logs.configure("api", json=settings.log_json, level=settings.log_level)
    tracing.start("longshore-api")
    reporting.start(settings.sentry, "longshore-api")
    if settings.auth == "off":
        logger: BoundLogger = structlog.stdlib.get_logger("longshore.api")
        logger.warning("authentication is off: whoever reaches this api may do everything")
    bring_up_to_date(settings)
    return create_app(settings)
