"""Send every line of the process through one pipeline to standard error."""

from __future__ import annotations

import logging
import sys

import structlog
from celery import signals

from longshore.logs.fields import collecting, finishing, foreign
from longshore.logs.rendering import renderer

# They come with handlers of their own; their lines shall reach the root's.
_OWN_HANDLERS = ("celery", "celery.task", "celery.redirected", "uvicorn", "uvicorn.access")
# A line for each request that httpx makes, the inner life of asyncio: noise at INFO.
_QUIET = ("httpx", "httpcore", "asyncio", "alembic", "botocore", "PIL")


def configure(service: str, *, json: bool | None = None, level: str = "INFO") -> None:
    """Configure logging for the process; call it once at start, again to change it.

    Lines are pretty when standard error is a terminal and JSON otherwise, unless ``json`` says.
    They carry timestamp (RFC 3339, UTC), level, service, logger, event and the bound context.
    Warnings, Celery's and uvicorn's lines are part of it; start uvicorn with ``log_config=None``.
    """
    _configure_structlog(service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(service, as_json=json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _take_over()
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)


def _configure_structlog(service: str) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *collecting(service),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _formatter(service: str, *, as_json: bool | None) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=foreign(service),
        processors=[*finishing(), renderer(as_json=as_json)],
    )


def _take_over() -> None:
    # A receiver of this signal is what tells Celery to leave logging alone.
    signals.setup_logging.connect(_leave_to_us, weak=False, dispatch_uid="longshore.logs")
    for name in _OWN_HANDLERS:
        logger = logging.getLogger(name)
        # One without handlers that does not propagate was switched off on purpose.
        if logger.handlers:
            logger.handlers = []
            logger.propagate = True


def _leave_to_us(**_: object) -> None:
    """Answer Celery's signal: logging is configured already."""
