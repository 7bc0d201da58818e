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
    folder = files(__name__)
    prelude = (folder / "_prelude.lua").read_text()
    source = prelude + (folder / f"{name}.lua").read_text()
    return Script(name, source, sha1(source.encode(), usedforsecurity=False).hexdigest())
