"""How long dead letters are kept, and how many: by default all of them, until a person decides.

Whoever does the janitor's round does this as well: once a minute for the whole fleet.
"""

from __future__ import annotations

from longshore.store.connection import ping
from longshore.store.dead_letters import Filter, discard, page
from longshore.store.stores import Store

#: Letters that one call discards, and the most that one round does.
STEP = 200
ROUND = 5000


def retain(store: Store) -> int:
    """Discards what is older or more than the settings allow, the oldest first; says how many.

    Raises:
        BrokerError: the broker did not answer, or refused; what was discarded stays so.
    """
    settings = store.settings
    done = 0
    if settings.dead_letter_ttl_seconds:
        oldest = store.run(ping()) - settings.dead_letter_ttl_seconds
        done += _discard(store, Filter(until=oldest), ROUND, "kept for as long as it may be")
    if settings.dead_letter_limit:
        excess = store.run(page(limit=1)).total - settings.dead_letter_limit
        done += _discard(store, Filter(), min(excess, ROUND), "more are kept than may be")
    return done


def _discard(store: Store, wanted: Filter, most: int, reason: str) -> int:
    done = 0
    while done < most:
        size = min(STEP, most - done)
        letters = store.run(page(wanted, limit=size, oldest_first=True)).letters
        if not letters:
            break
        store.run(discard(letters, reason))
        done += len(letters)
    return done
