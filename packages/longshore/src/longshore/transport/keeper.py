"""The thread that keeps this process's claims alive and its broker tidy.

It renews every lease four times before it could end, promotes delayed jobs that are due and
rescues the jobs of dead workers. It has connections of its own, so neither a busy main loop nor
a lost consumer connection costs a lease.
"""

from __future__ import annotations

import os
import threading
import time

from kombu.log import get_logger

from longshore.errors import BrokerError, BrokerUnavailable
from longshore.store import Store
from longshore.store.claims import Held, Settlement, renew, settle, settle_all
from longshore.store.janitor import EVERY_SECONDS, sweep
from longshore.store.patience import PAUSE_SECONDS
from longshore.store.queues import Maintenance, maintain
from longshore.store.retention import retain
from longshore.store.settings import StoreSettings
from longshore.tracing import steps
from longshore.transport.book import BOOK, ClaimBook, Entry
from longshore.transport.pieces import batches
from longshore.transport.renewer import Renewer, supported

logger = get_logger(__name__)

LONGEST_PAUSE_SECONDS = 0.5
SHORTEST_PAUSE_SECONDS = 0.01
#: How long the first of some outcomes waits for others, to be settled in one step with them.
GATHER_SECONDS = 0.003


class Keeper:
    """Upkeep of one broker by one thread; starts once, stops with the process or on request."""

    def __init__(self, store: Store, book: ClaimBook = BOOK) -> None:
        self._store, self._book = store, book
        self._stop, self._called = threading.Event(), threading.Event()
        self._down = self._silent = False
        self._thread: threading.Thread | None = None
        self._renewer: Renewer | None = None
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

    @property
    def silent(self) -> bool:
        """Whether there was no answer at all when the broker was last asked, a moment ago."""
        return self._silent and self._thread is not None and self._thread.is_alive()

    @property
    def renewal_lag(self) -> float:
        """Seconds by which the renewal of leases is late; 0 while it is in time."""
        passed = time.monotonic() - self.renewed_at
        return max(passed - self._store.settings.renew_every_seconds, 0.0)

    def start(self) -> None:
        """Starts the thread unless it runs already, before it the renewer if one is needed."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._start_renewer()
            self._thread = threading.Thread(target=self._run, name="longshore-keeper", daemon=True)
            self._thread.start()

    def _start_renewer(self) -> None:
        # A worker within somebody's own program must not fork that program.
        in_main = threading.current_thread() is threading.main_thread()
        if self._book.shared is not None and in_main and supported():
            self._renewer = Renewer(self._store, self._book.shared)
            self._renewer.start()

    def stop(self) -> None:
        """Ends the thread and waits for it; leases are no longer renewed."""
        self._stop.set()
        self._called.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=self._store.settings.deadline_seconds * 2)
        if self._renewer is not None:
            self._renewer.stop()
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
                    if self._renewer is not None:
                        self._renewer.start()
                    renew_at = now + self._store.settings.renew_every_seconds
                if now >= maintain_at:
                    maintain_at = now + self.maintain()
                self._answered()
            except BrokerError as error:
                self._unanswered(error)
                maintain_at = now + longest_pause(self._store.settings)
                # What is due stays due: without a rest it would be tried without end.
                self._stop.wait(PAUSE_SECONDS)
            self._rest(min(renew_at, maintain_at) - time.monotonic())

    def _rest(self, seconds: float) -> None:
        """Until something is due, or outcomes wait: those, a moment later, for company."""
        if self._called.wait(max(seconds, SHORTEST_PAUSE_SECONDS)):
            self._called.clear()
            if not all(entry.overdue for entry in self._book.entries()):
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
                steps.settled(entry.claim, settled)
                if self._book.take(entry.claim.tag) is not None and not settled:
                    report_refused(entry)

    def maintain(self) -> float:
        """One round of upkeep; the seconds until the next one is worth while.

        Raises:
            BrokerError: the broker did not answer.
        """
        book = self._book
        worker = book.worker if book.kept_by_worker else ""
        done = self._store.run(maintain(worker=worker, consumes=bool(worker) and book.consumes()))
        if done.rescued:
            logger.warning("rescued %d job(s) whose worker's lease had ended", done.rescued)
        if done.ends and book.on_ends is not None:
            book.on_ends(self._store)
        self._sweep()
        return pause_after(done, longest_pause(self._store.settings))

    def _sweep(self) -> None:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + EVERY_SECONDS
            if self._store.run(sweep()).due:
                retain(self._store)

    def _unanswered(self, error: BrokerError) -> None:
        if not self._down:
            logger.error("leases cannot be renewed: %s", error)
        self._down, self._silent = True, isinstance(error, BrokerUnavailable)

    def _answered(self) -> None:
        if self._down:
            logger.warning("the broker answers again; leases are renewed")
        self._down = self._silent = False


def settle_late(entry: Entry, settlement: Settlement) -> None:
    """Offers the outcome of a claim that was lost meanwhile: the server counts its refusal."""
    try:
        settled = entry.store.run(settle(entry.claim, settlement))
    except BrokerError as error:
        logger.warning("the late outcome of job %s is not told: %s", entry.claim.job_id, error)
        return
    if not settled:
        report_refused(entry)


def report_refused(entry: Entry) -> None:
    """Says that a stale owner's outcome changed nothing."""
    logger.warning(
        "outcome of job %s refused: its lease was lost (delivery %d)",
        entry.claim.job_id,
        entry.claim.delivery,
    )


def longest_pause(settings: StoreSettings) -> float:
    """Seconds between two rounds of upkeep: twice as often as leases are renewed, at least.

    The upkeep takes half a lease without it for a silence of the server, see decision 0007.
    """
    return min(LONGEST_PAUSE_SECONDS, settings.renew_every_seconds / 2)


def pause_after(done: Maintenance, longest: float) -> float:
    """Seconds to wait: not at all while there is more to do, else until something is due."""
    if done.promoted or done.rescued:
        return 0.0
    if done.next_due_in_seconds is None:
        return longest
    return min(done.next_due_in_seconds, longest)


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

    def is_silent(self, place: str) -> bool:
        """Whether the broker at this place gives its keeper no answer."""
        with self._lock:
            keeper = self._by_place.get(place)
        return keeper is not None and keeper.silent

    @property
    def renewal_lag(self) -> float:
        """The longest of all keepers, in seconds."""
        with self._lock:
            return max((keeper.renewal_lag for keeper in self._by_place.values()), default=0.0)

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
