"""Errors that a person should see, told to Sentry: nothing of it is loaded without a DSN."""

from __future__ import annotations

from longshore.reporting.holder import flush, report
from longshore.reporting.start import start

__all__ = ["flush", "report", "start"]
