"""The Lua scripts: one state change each, with a shared prelude."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """A script's source and the SHA-1 that EVALSHA names it by."""

    name: str
    source: str
    sha: str


@cache
def load(name: str) -> Script:
    """The script of that name, behind the prelude that all share."""
    return joined(name, part("_prelude"), part(name))


@cache
def load_with_enqueue(name: str, *before: str) -> Script:
    """The script of that name behind further parts, with the enqueue script inside as a function.

    What it notes and the jobs that it enqueues are then one change, by the same code that
    enqueues every other job.
    """
    inner = f"local function enqueue(ARGV)\n{part('enqueue')}\nend\n"
    return joined(name, part("_prelude"), *map(part, before), inner, part(name))


def part(name: str) -> str:
    """A source as it is in its file."""
    return (files(__name__) / f"{name}.lua").read_text()


def joined(name: str, *parts: str) -> Script:
    """A script out of parts."""
    source = "\n".join(parts)
    return Script(name, source, sha1(source.encode(), usedforsecurity=False).hexdigest())
