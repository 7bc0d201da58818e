"""Outcomes that wait to be settled together, never for longer than a few milliseconds."""

from __future__ import annotations

import threading
import time

from celery.utils.log import get_logger

from longshore.current import Claim
from longshore.errors import BrokerError
from longshore.store import Store
from longshore.store.claims import Settlement, settle_all

logger = get_logger(__name__)

FLUSH_AFTER_SECONDS = 0.003
RETRY_SECONDS = 0.1

Outcome = tuple[Claim, Settlement]


class OutcomeBuffer:
    """Filled by the thread that runs handlers; emptied by it, or by a thread when it is slow."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Outcome] = []
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._idle = threading.Condition(self._lock)
        self._in_flight = 0
        #: the delivery whose outcome came in last, so that nobody adds a second one
        self.last_tag = ""
        self._thread = threading.Thread(
            target=self._flush_late, name="longshore-settle", daemon=True
        )
        self._thread.start()

    def add(self, claim: Claim, settlement: Settlement) -> None:
        """An attempt has ended."""
        self.last_tag = claim.tag
        with self._lock:
            self._waiting.append((claim, settlement))
            first = len(self._waiting) == 1
        if first:
            self._filled.set()

    def take(self) -> list[Outcome]:
        """Everything that waits; the caller settles it."""
        with self._lock:
            outcomes, self._waiting = self._waiting, []
            self._filled.clear()
        return outcomes

    def put_back(self, outcomes: list[Outcome]) -> None:
        """The broker could not be told: these wait on, ahead of later ones."""
        with self._lock:
            self._waiting = outcomes + self._waiting
            self._filled.set()

    def _flush_late(self) -> None:
        while True:
            self._filled.wait()
            time.sleep(FLUSH_AFTER_SECONDS)
            self.flush()

    def flush(self) -> bool:
        """Settles what waits; false when the broker could not be told and it waits on."""
        with self._lock:
            outcomes, self._waiting = self._waiting, []
            self._filled.clear()
            self._in_flight += 1
        try:
            self.report(outcomes, self._store.run(settle_all(outcomes)) if outcomes else [])
        except BrokerError as error:
            logger.warning("%d outcome(s) are settled later: %s", len(outcomes), error)
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
            if not done:
                logger.warning(
                    "outcome of job %s refused: its lease was lost (delivery %d)",
                    claim.job_id,
                    claim.delivery,
                )
