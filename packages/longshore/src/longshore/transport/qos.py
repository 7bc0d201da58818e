"""kombu's acknowledgements, turned into outcomes that are settled in one step."""

from __future__ import annotations

from typing import Any

from kombu.log import get_logger
from kombu.transport import redis as kombu_redis
from kombu.transport import virtual

from longshore.errors import BrokerError
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store.claims import Settlement, release, settle
from longshore.transport.book import BOOK, Entry
from longshore.transport.keeper import KEEPERS, report_refused

logger = get_logger(__name__)

#: An acknowledgement that says nothing else means that the job was done.
DONE = Settlement(JobState.SUCCEEDED)
REJECTED = Settlement(
    JobState.DEAD,
    error=ErrorInfo("Rejected", "the worker rejected the message"),
    reason=DeadReason.REJECTED,
)


class QoS(kombu_redis.QoS):  # type: ignore[misc]
    """Claims are written by the claim script, so there is nothing to write when one arrives."""

    restore_at_shutdown = False

    def append(self, message: Any, delivery_tag: str) -> None:
        """Counts the message against the prefetch limit."""
        virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """Settles the job: as it was noted, or as succeeded."""
        entry = BOOK.take(delivery_tag)
        if entry is not None:
            self._settle(entry, entry.settlement or DONE)
        virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Gives the job back, or keeps it among the dead letters; never drops it."""
        entry = BOOK.take(delivery_tag)
        if entry is not None and requeue:
            self._give_back(entry)
        elif entry is not None:
            self._settle(entry, entry.settlement or REJECTED)
        virtual.QoS.ack(self, delivery_tag)

    def _give_back(self, entry: Entry) -> None:
        lost = entry.begun and not entry.blameless
        why = "its process was lost" if lost else "given back"
        back = release(entry.claim, begun=entry.begun, counted=lost, why=why)
        try:
            entry.store.run(back)
        except BrokerError as error:
            logger.warning("job %s is left to its lease: %s", entry.claim.job_id, error)

    def _settle(self, entry: Entry, settlement: Settlement) -> None:
        keeper = KEEPERS.of(entry.store) if BOOK.kept_by_worker else None
        if keeper is not None:
            keeper.settle_soon(entry, settlement)
            return
        try:
            settled = entry.store.run(settle(entry.claim, settlement))
        except BrokerError as error:
            logger.warning("job %s is settled later: %s", entry.claim.job_id, error)
            BOOK.keep_overdue(entry, settlement)
            return
        if not settled:
            report_refused(entry)

    def restore_visible(self, start: int = 0, num: int = 10, interval: int = 10) -> None:
        """Nothing: upkeep rescues by the leases, which the server's clock measures.

        kombu takes what was claimed long ago by the clock of this machine from its owner.
        """

    def restore_by_tag(self, tag: str, client: Any = None, leftmost: bool = False) -> None:
        """Nothing: a claim ends by a script that compares its token."""

    def restore_unacked(self, client: Any = None) -> None:  # noqa: ARG002
        """Gives back what this channel still holds, unless a worker looks after it."""
        if BOOK.kept_by_worker:
            return
        for tag in list(self._delivered):
            entry = BOOK.take(tag)
            if entry is not None:
                why = "its channel was closed"
                entry.store.run(release(entry.claim, begun=False, counted=False, why=why))
        self._delivered.clear()

    def restore_unacked_once(self, stderr: Any = None) -> None:  # noqa: ARG002
        """Called by kombu when a channel is closed or collected."""
        self._on_collect.cancel()
        self._flush()
        if not self._delivered.restored:
            self._delivered.restored = True
            try:
                self.restore_unacked()
            except BrokerError as error:
                logger.warning("claims are left to their leases: %s", error)
