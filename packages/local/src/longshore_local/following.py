"""Follow a job to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from longshore_local.api import Api, ApiFailed, Record

FIRST_SECONDS, LONGEST_SECONDS = 0.05, 0.5


async def follow(
    api: Api,
    job_id: str,
    *,
    patience_seconds: float,
    changed: Callable[[Record], None] | None = None,
) -> Record:
    """Return the record of the finished job; ``changed`` gets each record on the way.

    Raises:
        ApiFailed: it did not finish within the patience.
    """
    pause = FIRST_SECONDS
    try:
        async with asyncio.timeout(patience_seconds):
            while True:
                record = await api.record(job_id)
                if changed:
                    changed(record)
                if record.state.finished:
                    return record
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_SECONDS)
    except TimeoutError:
        raise ApiFailed(f"job {job_id} is not finished after {patience_seconds:.0f} s") from None
