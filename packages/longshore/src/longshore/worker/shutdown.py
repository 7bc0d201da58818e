"""The end of a worker: what it claimed and did not finish goes back to the head of its queue."""

from __future__ import annotations

from typing import Any

from celery.utils.log import get_logger

from longshore.errors import BrokerError
from longshore.store.claims import release, settle
from longshore.transport.book import BOOK, Entry
from longshore.transport.keeper import KEEPERS

logger = get_logger(__name__)


def on_worker_shutdown(**_: Any) -> None:
    """After the pool has stopped: nothing that is still in the book can be running."""
    entries = BOOK.entries()
    for entry in reversed(entries):
        give_back(entry)
    if entries:
        logger.info("drained: %d claimed job(s) given back or settled", len(entries))
    KEEPERS.stop_all()


def give_back(entry: Entry) -> None:
    """Settles what has ended, gives back the rest; a broker that is away leaves it to the lease."""
    held = entry.claim
    if BOOK.take(held.tag) is None:
        return
    try:
        if entry.settlement is not None:
            entry.store.run(settle(held, entry.settlement))
        else:
            why = "its worker was stopped"
            entry.store.run(release(held, begun=entry.begun, counted=False, why=why))
    except BrokerError as error:
        logger.warning("job %s is left to its lease: %s", held.job_id, error)
