"""A job followed: what has changed since a caller last heard, as server-sent events.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. An event's id says all that
can change, so a caller who comes back with the last one hears only what is new.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from longshore.records import JobRecord
from longshore.store import jobs
from longshore_api.gate import JobStore
from longshore_api.schemas.job import shown_json

LOOK_EVERY_SECONDS = 0.5
BEAT_EVERY_SECONDS = 15.0
#: Then the stream ends, and the caller's browser comes back by itself.
LONGEST_SECONDS = 300.0
COME_BACK_MILLISECONDS = 1000


def version(record: JobRecord) -> str:
    """What can change about a job, in a word."""
    told = record.progress.told_at if record.progress else 0.0
    asked = "c" if record.cancel_asked else ""
    return f"{record.state.value}-{record.deliveries}-{record.replays}-{told:.6f}{asked}"


async def follow(store: JobStore, record: JobRecord, heard: str | None) -> AsyncIterator[bytes]:
    """Events from ``record`` on until the job ends; ``heard`` is the last one's id, if any.

    It raises what the store raises when the broker is away; the caller comes back then.
    """
    yield f"retry: {COME_BACK_MILLISECONDS}\n\n".encode()
    began = spoke = time.monotonic()
    while True:
        now = time.monotonic()
        if (current := version(record)) != heard:
            yield _event(record, current)
            heard, spoke = current, now
        elif now - spoke >= BEAT_EVERY_SECONDS:
            yield b": still here\n\n"
            spoke = now
        if record.state.finished or now - began >= LONGEST_SECONDS:
            return
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        record = await store.run(jobs.get(record.id))


def _event(record: JobRecord, event_id: str) -> bytes:
    head = f"id: {event_id}\nevent: {'end' if record.state.finished else 'change'}\ndata: "
    return head.encode() + shown_json(record) + b"\n\n"
