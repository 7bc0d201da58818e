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
from longshore.store.claims import Held, Settlement, renew, settle_all
from longshore.store.janitor import EVERY_SECONDS, sweep
from longshore.store.queues import Maintenance, maintain
from longshore.transport.book import BOOK, ClaimBook, Entry

logger = get_logger(__name__)

RENEW_AT_ONCE = 200
MAINTAIN_EVERY_SECONDS = 0.5
SHORTEST_PAUSE_SECONDS = 0.01
#: How long the first of some outcomes waits for others, to be settled in one step with them.
GATHER_SECONDS = 0.003


def batches(entries: Sequence[Entry], size: int = RENEW_AT_ONCE) -> Iterator[list[Entry]]:
    """The entries in pieces small enough for one script call."""
    iterator = iter(entries)
    while piece := list(itertools.islice(iterator, size)):
        yield piece


class Keeper:
    """Upkeep of one broker by one thread; starts once, stops with the process or on request."""

    def __init__(self, store: Store, book: ClaimBook = BOOK) -> None:
        self._store, self._book = store, book
        self._stop, self._called = threading.Event(), threading.Event()
        self._down = False
        self._thread: threading.Thread | None = None
        self.renewed_at = time.monotonic()
        self._sweep_at = 0.0

    @property
    def store(self) -> Store:
        """Where it settles and renews."""
        return self._store

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
        self._called.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=self._store.settings.deadline_seconds * 2)
        self._store.close()

    def settle_soon(self, entry: Entry, settlement: Settlement) -> None:
        """Settles an ended claim within a few milliseconds, together with others.

        Until then the claim is kept, and its lease renewed.
        """
        self._book.keep_overdue(entry, settlement)
        self._called.set()

    def _run(self) -> None:
        renew_at = maintain_at = 0.0
        while not self._stop.is_set():
            now = time.monotonic()
            try:
                self.settle_overdue()
                if now >= renew_at:
                    self.renew()
                    renew_at = now + self._store.settings.renew_every_seconds
                if now >= maintain_at:
                    maintain_at = now + self.maintain()
                self._answered()
            except BrokerError as error:
                self._unanswered(error)
                maintain_at = now + MAINTAIN_EVERY_SECONDS
            self._rest(min(renew_at, maintain_at) - time.monotonic())

    def _rest(self, seconds: float) -> None:
        """Until something is due, or outcomes wait: those, a moment later, for company."""
        if self._called.wait(max(seconds, SHORTEST_PAUSE_SECONDS)):
            self._called.clear()
            self._stop.wait(GATHER_SECONDS)

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
        """Settles what has ended: a moment ago, or while the broker could not be told.

        Raises:
            BrokerError: it still cannot.
        """
        overdue = [entry for entry in self._book.entries() if entry.overdue]
        for piece in batches(overdue):
            ends = [(one.claim, one.settlement) for one in piece if one.settlement is not None]
            for entry, settled in zip(piece, self._store.run(settle_all(ends)), strict=True):
                if self._book.take(entry.claim.tag) is not None and not settled:
                    report_refused(entry)

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


def report_refused(entry: Entry) -> None:
    """Says that a stale owner's outcome changed nothing."""
    logger.warning(
        "outcome of job %s refused: its lease was lost (delivery %d)",
        entry.claim.job_id,
        entry.claim.delivery,
    )


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

    def of(self, store: Store) -> Keeper | None:
        """The keeper that works with this store."""
        with self._lock:
            return next((one for one in self._by_place.values() if one.store is store), None)

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
