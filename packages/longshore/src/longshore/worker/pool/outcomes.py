"""Outcomes that wait to be settled together, never for longer than a few milliseconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from celery.utils.log import get_logger

from longshore.current import Claim
from longshore.errors import BrokerError
from longshore.store import Store
from longshore.store.claims import Settlement, settle_all
from longshore.store.patience import Seldom
from longshore.tracing import steps

logger = get_logger(__name__)

#: Longer than a batch of short jobs takes, whose outcomes are settled with the next claim.
FLUSH_AFTER_SECONDS = 0.020
RETRY_SECONDS = 0.1
#: The thread sleeps on when there was nothing to settle for so long; waking it costs a switch.
PARK_AFTER_SECONDS = 0.05

REFUSALS = Seldom()

Outcome = tuple[Claim, Settlement]


class OutcomeBuffer:
    """Filled by the threads that run handlers; emptied with each claim, or by a thread of its own
    when the next claim is late."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Outcome] = []
        self._since = 0.0
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._idle = threading.Condition(self._lock)
        self._in_flight = 0
        self._mine = threading.local()
        #: called every few milliseconds while handlers run, by the thread that settles
        self.at_ticks: Callable[[], None] = lambda: None
        #: called ahead of each settling, by whoever settles
        self.before_settling: Callable[[], None] = lambda: None
        self._thread = threading.Thread(
            target=self._flush_late, name="longshore-settle", daemon=True
        )
        self._thread.start()

    def add(self, claim: Claim, settlement: Settlement) -> bool:
        """An attempt has ended; its outcome is always settled from here."""
        self._mine.last_tag, self._mine.last_end = claim.tag, settlement
        steps.settling(claim, settlement)
        with self._lock:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting.append((claim, settlement))
        if not self._filled.is_set():
            self._filled.set()
        return True

    def has(self, claim: Claim) -> bool:
        """Whether this thread's last outcome was of this claim, so that nobody adds a second."""
        return getattr(self._mine, "last_tag", None) == claim.tag

    def end_of(self, claim: Claim) -> Settlement | None:
        """This thread's last outcome, if it was of this claim."""
        return self._mine.last_end if self.has(claim) else None

    def take(self) -> list[Outcome]:
        """Everything that waits; the caller settles it."""
        self.before_settling()
        with self._lock:
            outcomes, self._waiting = self._waiting, []
        return outcomes

    def put_back(self, outcomes: list[Outcome]) -> None:
        """The broker could not be told: these wait on, ahead of later ones."""
        with self._lock:
            self._waiting = outcomes + self._waiting
        self._filled.set()

    def _flush_late(self) -> None:
        while True:
            self._filled.wait()
            self._filled.clear()
            quiet_at = time.monotonic() + PARK_AFTER_SECONDS
            while (now := time.monotonic()) < quiet_at:
                due = self._due()
                if due is not None:
                    quiet_at = now + PARK_AFTER_SECONDS
                if due is None or due > now:
                    time.sleep(FLUSH_AFTER_SECONDS if due is None else due - now)
                else:
                    self.flush()
                self._tick()

    def _tick(self) -> None:
        try:
            self.at_ticks()
        except BrokerError as error:
            REFUSALS.warn(logger, "no work can be claimed: %s", error)

    def _due(self) -> float | None:
        """When what waits longest is to be settled, in monotonic seconds."""
        with self._lock:
            return self._since + FLUSH_AFTER_SECONDS if self._waiting else None

    def flush(self) -> bool:
        """Settles what waits; false when the broker could not be told and it waits on."""
        self.before_settling()
        with self._lock:
            outcomes, self._waiting = self._waiting, []
            self._in_flight += 1
        try:
            self.report(outcomes, self._store.run(settle_all(outcomes)) if outcomes else [])
        except BrokerError as error:
            REFUSALS.warn(logger, "%d outcome(s) are settled later: %s", len(outcomes), error)
            self.put_back(outcomes)
            time.sleep(RETRY_SECONDS)
            return False
        else:
            return True
        finally:
            with self._idle:
                self._in_flight -= 1
                self._idle.notify_all()

    def drain(self, seconds: float) -> bool:
        """Settles everything, trying for that long; whether nothing is left."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._idle:
                if not self._waiting and not self._in_flight:
                    return True
            self.flush()
            with self._idle:
                self._idle.wait_for(lambda: not self._in_flight, timeout=RETRY_SECONDS)
        return False

    @staticmethod
    def report(outcomes: list[Outcome], settled: list[bool]) -> None:
        """Says which outcomes were refused because the lease had been lost."""
        for (claim, _), done in zip(outcomes, settled, strict=True):
            steps.settled(claim, done)
            if not done:
                logger.warning(
                    "outcome of job %s refused: its lease was lost (delivery %d)",
                    claim.job_id,
                    claim.delivery,
                )
