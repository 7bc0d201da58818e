"""The Lua scripts: one state change each, with a shared prelude."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha1
from importlib.resources import files


class _Clock:
    """The Lua function that every script of this process reads the time with."""

    def __init__(self) -> None:
        self._source = ""
        self._used = False

    def source(self) -> str:
        self._used = True
        self._source = self._source or part("_clock")
        return self._source

    def replace(self, source: str) -> None:
        if self._used and source != self._source:
            raise RuntimeError("the clock of the scripts cannot change: a script was used already")
        self._source = source


_CLOCK = _Clock()


@dataclass(frozen=True)
class Script:
    """A script's source and the SHA-1 that EVALSHA names it by."""

    name: str
    parts: tuple[str, ...]

    @cached_property
    def source(self) -> str:
        """The whole of it, behind the clock that all scripts share."""
        return "\n".join((_CLOCK.source(), *self.parts))

    @cached_property
    def sha(self) -> str:
        """In hexadecimal digits."""
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()


def replace_clock(source: str) -> None:
    """Let all scripts of this process read the time with another Lua ``now()``; for tests.

    Raises:
        RuntimeError: a script was used already; the server would read two clocks.
    """
    _CLOCK.replace(source)


@cache
def load(name: str) -> Script:
    """The script of that name, behind the prelude that all share."""
    return joined(name, part("_prelude"), part(name))


@cache
def load_when_full(name: str) -> Script:
    """The script of that name, which then runs when the server is full, too."""
    return joined(name, part("_prelude"), "run_when_full()", part(name))


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
    return Script(name, parts)
