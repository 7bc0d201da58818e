"""When a service that ended is started again, and when that is given up."""

from __future__ import annotations

MOST = 5
WITHIN_SECONDS = 60.0
FIRST_DELAY_SECONDS = 0.5


def restart_delay(ends: list[float], now: float) -> float | None:
    """Return the seconds to wait before the next start, or ``None`` to give up.

    ``ends`` holds the times of the service's earlier ends, the one of now included. The wait
    doubles with each end in the last minute; after the fifth one, another try would only hide
    that something is wrong.
    """
    recent = sum(1 for end in ends if now - end < WITHIN_SECONDS)
    if recent > MOST:
        return None
    return float(FIRST_DELAY_SECONDS * 2 ** max(0, recent - 1))
