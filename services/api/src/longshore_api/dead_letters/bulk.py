"""One bounded step of acting on many dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from longshore.store import dead_letters
from longshore.store.connection import ping
from longshore.store.dead_letter_walk import Walk
from longshore.store.dead_letters import Fate, Kept
from longshore_api.dead_letters.wanted import Bulk
from longshore_api.gate import JobStore
from longshore_api.schemas.bulk import DiscardedView, ReplayedView


async def replay_some(store: JobStore, bulk: Bulk, rate: float | None) -> ReplayedView:
    """Replay the next of the letters that are meant."""
    letters, cursor = await _step(store, bulk)
    sound, broken = dead_letters.revivable(letters)
    fates: Sequence[Fate] = ()
    if sound:
        fates = await store.run(dead_letters.replay(sound, rate_per_second=rate))
    counts = Counter(fates)
    return ReplayedView(
        replayed=counts[Fate.REPLAYED],
        gone=counts[Fate.GONE],
        unreadable=[letter.record.id for letter in broken],
        cursor=cursor,
    )


async def discard_some(store: JobStore, bulk: Bulk, reason: str) -> DiscardedView:
    """Discard the next of the letters that are meant."""
    letters, cursor = await _step(store, bulk)
    counts = Counter(await discard_these(store, letters, reason))
    return DiscardedView(discarded=counts[Fate.DISCARDED], gone=counts[Fate.GONE], cursor=cursor)


async def discard_these(store: JobStore, letters: Sequence[Kept], reason: str) -> Sequence[Fate]:
    """Discard letters that were read a moment ago."""
    return await store.run(dead_letters.discard(letters, reason)) if letters else ()


async def _step(store: JobStore, bulk: Bulk) -> tuple[Sequence[Kept], str | None]:
    walk = Walk.resume(bulk.cursor) if bulk.cursor else Walk.begin(await store.run(ping()))
    page = await store.run(walk.step(bulk.filter, bulk.limit))
    ahead = walk.after(page)
    return page.letters, ahead.text if ahead else None
