"""The schedule's scripts: they share a fence, and one of them enqueues."""

from __future__ import annotations

from functools import cache

from longshore.store.scripts import Script, joined, load_with_enqueue, part

FENCE = "schedule_fence"


@cache
def fenced(name: str) -> Script:
    """The script of that name behind the prelude and the schedule's fence."""
    return joined(name, part("_prelude"), part(FENCE), part(name))


def fenced_enqueue() -> Script:
    """The script that enqueues a slot: its job and the note of the slot are one change."""
    return load_with_enqueue("schedule_enqueue", FENCE)
