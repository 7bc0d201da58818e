"""All letters that fit, a bounded step after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longshore.store import Store
from longshore.store.dead_letter_walk import Walk
from longshore.store.dead_letters import Filter, Kept


def steps(store: Store, wanted: Filter, now: float, size: int) -> Iterator[Sequence[Kept]]:
    """The letters that were there at ``now``, the oldest first."""
    walk: Walk | None = Walk.begin(now)
    while walk is not None:
        page = store.run(walk.step(wanted, size))
        if page.letters:
            yield page.letters
        walk = walk.after(page)


def at_most(found: Iterator[Sequence[Kept]], limit: int | None) -> Iterator[Sequence[Kept]]:
    """The first so many of them."""
    left = limit
    for letters in found:
        if left is None:
            yield letters
            continue
        if left <= 0:
            return
        yield letters[:left]
        left -= len(letters)
