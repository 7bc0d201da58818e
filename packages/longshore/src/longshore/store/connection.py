"""The server itself: is it there, and what time is it."""

from __future__ import annotations

from longshore.store.call import Call, text
from longshore.store.scripts import load


def ping() -> Call[float]:
    """The server's clock, in seconds since the epoch."""
    return Call(load("ping"), lambda _: (), lambda answer: float(text(answer)))


def writable() -> Call[int]:
    """Whether the server takes writes from this user: it is refused as any other call would be."""
    return Call(load("writable"), lambda _: (), int)
