"""Moments as the api writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

#: The calendar's ends, in whole seconds since the epoch.
FIRST, LAST = (
    float((end.replace(microsecond=0, tzinfo=UTC)).timestamp())
    for end in (datetime.min, datetime.max)  # noqa: DTZ901
)


def moment(seconds: float | None) -> datetime | None:
    """Return seconds since the epoch as a moment in UTC; the nearest one that there is.

    A record may hold any number: another producer on the same broker wrote it.
    """
    if seconds is None or math.isnan(seconds):
        return None
    return datetime.fromtimestamp(min(max(seconds, FIRST), LAST), UTC)
