"""Claims whose answer lay unread for long: a frozen process, or a handler that held the lock."""

from __future__ import annotations

import time
from collections.abc import Sequence

from longshore.store import Store
from longshore.store.claims import Delivery, Held, renew


def still_held(store: Store, deliveries: Sequence[Delivery], asked_at: float) -> list[Delivery]:
    """Leaves out what may be somebody else's by now; ``asked_at`` is in monotonic seconds.

    Raises:
        BrokerUnavailable, BrokerRefused: it cannot be known; all are left to their leases.
    """
    if time.monotonic() - asked_at < store.settings.lease_seconds / 2:
        return list(deliveries)
    answers = store.run(renew([one.claim for one in deliveries if one.claim is not None]))
    return [
        one
        for one, said in zip(deliveries, answers, strict=True)
        if said in (Held.HELD, Held.CANCEL)
    ]
