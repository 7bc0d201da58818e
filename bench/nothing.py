"""The library of the endpoint that is compared with: it enqueues nothing."""

from __future__ import annotations


async def enqueue(task: str, argument: float) -> None:
    """Nothing."""
