"""Switches the reports on."""

from __future__ import annotations

import logging

from longshore.reporting.holder import REPORTING

logger = logging.getLogger(__name__)


def start(dsn: str | None, service: str) -> None:
    """Tell errors to the project of this DSN from now on; nothing without one.

    Call it before the process forks. ``SENTRY_ENVIRONMENT`` and ``SENTRY_RELEASE`` are the SDK's
    own variables.
    """
    if not dsn or REPORTING.reporter is not None:
        return
    try:
        from longshore.reporting.sentry import Sentry  # noqa: PLC0415 - only when asked for

        REPORTING.reporter = Sentry(dsn, service)
    except ImportError as error:
        logger.warning(
            "no error reports: a Sentry DSN is set, but %s is missing: install longshore[sentry]",
            error.name,
        )
