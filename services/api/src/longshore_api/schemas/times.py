"""Moments as the api writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(seconds: float | None) -> datetime | None:
    """Return seconds since the epoch as a moment in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
