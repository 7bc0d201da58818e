"""The schedule's scripts: they share a fence, and one of them enqueues."""

from __future__ import annotations

from functools import cache
from hashlib import sha1
from importlib.resources import files

from longshore.store import scripts
from longshore.store.scripts import Script, load


@cache
def fenced(name: str) -> Script:
    """The script of that name behind the prelude and the schedule's fence."""
    return _joined(name, load("schedule_fence").source, _body(name))


@cache
def fenced_enqueue() -> Script:
    """The script that enqueues a slot, with the enqueue script inside it as a function.

    A slot's job and the note that it was enqueued are then one change, by the same code that
    enqueues every other job.
    """
    inner = f"local function enqueue(ARGV)\n{_body('enqueue')}\nend\n"
    name = "schedule_enqueue"
    return _joined(name, load("schedule_fence").source, inner, _body(name))


def _body(name: str) -> str:
    return (files(scripts) / f"{name}.lua").read_text()


def _joined(name: str, *parts: str) -> Script:
    source = "\n".join(parts)
    return Script(name, source, sha1(source.encode(), usedforsecurity=False).hexdigest())
