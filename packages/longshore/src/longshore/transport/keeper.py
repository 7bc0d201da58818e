"""The thread that keeps this process's claims alive and its broker tidy.

It renews every lease four times before it could end, promotes delayed jobs that are due and
rescues the jobs of dead workers. It has connections of its own, so neither a busy main loop nor
a lost consumer connection costs a lease.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence

from kombu.log import get_logger

from longshore.errors import BrokerError
from longshore.store import Store
from longshore.store.claims import Held, renew, settle
from longshore.store.janitor import EVERY_SECONDS, sweep
from longshore.store.queues import Maintenance, maintain
from longshore.transport.book import BOOK, ClaimBook, Entry

logger = get_logger(__name__)

RENEW_AT_ONCE = 200
MAINTAIN_EVERY_SECONDS = 0.5
SHORTEST_PAUSE_SECONDS = 0.01


def batches(entries: Sequence[Entry], size: int = RENEW_AT_ONCE) -> Iterator[list[Entry]]:
    """The entries in pieces small enough for one script call."""
    iterator = iter(entries)
    while piece := list(itertools.islice(iterator, size)):
        yield piece


class Keeper:
    """Upkeep of one broker by one thread; starts once, stops with the process or on request."""

    def __init__(self, store: Store, book: ClaimBook = BOOK) -> None:
        self._store, self._book = store, book
        self._stop = threading.Event()
        self._down = False
        self._thread: threading.Thread | None = None
        self.renewed_at = time.monotonic()
        self._sweep_at = 0.0

    @property
    def well(self) -> bool:
        """Whether the broker answered when it was last asked."""
        return not self._down

    def start(self) -> None:
        """Starts the thread unless it runs already."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="longshore-keeper", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread and waits for it; leases are no longer renewed."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=self._store.settings.deadline_seconds * 2)
        self._store.close()

    def _run(self) -> None:
        renew_at = 0.0
        pause = 0.0
        while not self._stop.wait(pause):
            now = time.monotonic()
            try:
                if now >= renew_at:
                    self.renew()
                    renew_at = now + self._store.settings.renew_every_seconds
                self.settle_overdue()
                pause = self.maintain()
                self._answered()
            except BrokerError as error:
                self._unanswered(error)
                pause = MAINTAIN_EVERY_SECONDS
            pause = max(min(pause, renew_at - time.monotonic()), SHORTEST_PAUSE_SECONDS)

    def renew(self) -> None:
        """Renews every claim on this broker; tells the book which were lost or cancelled.

        Raises:
            BrokerError: the broker did not answer; the leases run on.
        """
        for piece in batches(self._book.entries()):
            answers = self._store.run(renew([entry.claim for entry in piece]))
            for entry, answer in zip(piece, answers, strict=True):
                if answer is Held.LOST:
                    self._book.lost(entry)
                elif answer is Held.CANCEL:
                    self._book.cancel_asked(entry)
        self.renewed_at = time.monotonic()

    def settle_overdue(self) -> None:
        """Settles what ended while the broker could not be told.

        Raises:
            BrokerError: it still cannot.
        """
        for entry in self._book.entries():
            if entry.overdue and entry.settlement is not None:
                self._store.run(settle(entry.claim, entry.settlement))
                self._book.take(entry.claim.tag)

    def maintain(self) -> float:
        """One round of upkeep; the seconds until the next one is worth while.

        Raises:
            BrokerError: the broker did not answer.
        """
        done = self._store.run(maintain())
        if done.rescued:
            logger.warning("rescued %d job(s) whose worker's lease had ended", done.rescued)
        self._sweep()
        return pause_after(done)

    def _sweep(self) -> None:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + EVERY_SECONDS
            self._store.run(sweep())

    def _unanswered(self, error: BrokerError) -> None:
        if not self._down:
            logger.error("leases cannot be renewed: %s", error)
        self._down = True

    def _answered(self) -> None:
        if self._down:
            logger.warning("the broker answers again; leases are renewed")
        self._down = False


def pause_after(done: Maintenance) -> float:
    """Seconds to wait: not at all while there is more to do, else until something is due."""
    if done.promoted or done.rescued:
        return 0.0
    if done.next_due_in_seconds is None:
        return MAINTAIN_EVERY_SECONDS
    return min(done.next_due_in_seconds, MAINTAIN_EVERY_SECONDS)


class Keepers:
    """One keeper for each broker that this process consumes from."""

    def __init__(self) -> None:
        self._by_place: dict[str, Keeper] = {}
        self._lock = threading.Lock()

    def keep(self, place: str, store: Store) -> Keeper:
        """The broker's keeper, started with this store when there is none yet."""
        with self._lock:
            keeper = self._by_place.get(place)
            if keeper is None:
                keeper = self._by_place[place] = Keeper(store)
            keeper.start()
            return keeper

    @property
    def well(self) -> bool:
        """Whether every broker answered when it was last asked."""
        with self._lock:
            return all(keeper.well for keeper in self._by_place.values())

    def stop_all(self) -> None:
        """Ends every keeper of this process."""
        with self._lock:
            keepers, self._by_place = list(self._by_place.values()), {}
        for keeper in keepers:
            keeper.stop()

    def forget_all(self) -> None:
        """A forked child has none of its parent's threads."""
        self._lock = threading.Lock()
        self._by_place = {}


KEEPERS = Keepers()
os.register_at_fork(after_in_child=KEEPERS.forget_all)
