"""Structured logs: one pipeline for ours, the standard library's, Celery's and uvicorn's lines."""

from __future__ import annotations

from longshore.logs.configuration import configure
from longshore.logs.redaction import redact

__all__ = ["configure", "redact"]
