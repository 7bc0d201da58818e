"""The claims that this process holds, whichever channel took them.

A claim outlives the connection that took it: losing a connection neither ends a running job nor
its lease, and the outcome is settled over whatever connection works then.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from longshore.current import Claim
from longshore.store import Store
from longshore.store.claims import Settlement
from longshore.transport.shared_claims import SharedClaims


@dataclass(slots=True)
class Entry:
    """One claim: where to settle it, whether its handler has begun, and how it ended if known.

    ``overdue``: it has ended, but the broker could not be told yet. ``blameless``: the task gave
    the job back itself, which does not count towards quarantine. ``slot``: where the renewer
    sees it.
    """

    claim: Claim
    store: Store
    begun: bool = False
    cancel_asked: bool = False
    overdue: bool = False
    blameless: bool = False
    settlement: Settlement | None = None
    slot: int | None = None


def _no_slots() -> int:
    return 0


def _never() -> bool:
    return False


def new_owner() -> str:
    """A name that no other process claims under."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


@dataclass(slots=True)
class ClaimBook:
    """Claims by delivery tag; safe to use from several threads."""

    owner: str = field(default_factory=new_owner)
    worker: str = ""
    #: set by a worker, which gives back what it holds at its own end instead of the channel's
    kept_by_worker: bool = False
    #: the worker's pool claims by itself, so its channels consume nothing but control messages
    pool_claims: bool = False
    #: how many handlers the worker's pool can run at once; 0 when that is not known
    slots: Callable[[], int] = _no_slots
    #: how many claimed jobs wait for a rate limit of Celery's, and for no handler
    rate_limited: Callable[[], int] = _no_slots
    #: how many jobs run in a pool that claims by itself, and how many have begun there
    busy: Callable[[], tuple[int, int]] | None = None
    #: whether the worker consumes now
    consumes: Callable[[], bool] = _never
    #: what a renewer reads, where handlers run in this process
    shared: SharedClaims | None = None
    on_lost: Callable[[Entry], None] | None = None
    on_cancel: Callable[[Entry], None] | None = None
    #: called when the end of a job is to be announced, with the store that knows of it
    on_ends: Callable[[Store], None] | None = None
    _entries: dict[str, Entry] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, claim: Claim, store: Store) -> Entry:
        """A claim was granted."""
        entry = Entry(claim, store)
        self._keep(entry)
        return entry

    def _keep(self, entry: Entry) -> None:
        with self._lock:
            self._entries[entry.claim.tag] = entry
            if self.shared is not None:
                entry.slot = self.shared.put(entry.claim)

    def get(self, tag: str) -> Entry | None:
        """The entry of this delivery tag, if its claim is still held."""
        with self._lock:
            return self._entries.get(tag)

    def take(self, tag: str) -> Entry | None:
        """Removes an entry: its claim is about to end."""
        with self._lock:
            entry = self._entries.pop(tag, None)
            if entry is not None and entry.slot is not None and self.shared is not None:
                self.shared.clear(entry.slot)
                entry.slot = None
        return entry

    def keep_overdue(self, entry: Entry, settlement: Settlement) -> None:
        """Takes an ended claim back in: its lease goes on until the outcome is settled."""
        entry.settlement, entry.overdue = settlement, True
        self._keep(entry)

    def begin(self, tag: str) -> None:
        """The handler of this delivery has started."""
        with self._lock:
            if (entry := self._entries.get(tag)) is not None:
                entry.begun = True

    def blameless(self, tag: str) -> None:
        """The task of this delivery gives its job back."""
        with self._lock:
            if (entry := self._entries.get(tag)) is not None:
                entry.blameless = True

    def note(self, tag: str, settlement: Settlement) -> bool:
        """How this delivery ended, for the acknowledgement that follows; whether it is held."""
        with self._lock:
            if (entry := self._entries.get(tag)) is not None:
                entry.settlement = settlement
        return entry is not None

    def entries(self) -> list[Entry]:
        """Every claim held at this instant, oldest first."""
        with self._lock:
            return list(self._entries.values())

    def lost(self, entry: Entry) -> None:
        """The lease has ended and somebody else may run the job.

        Of one whose outcome is known already that outcome is still offered, to be refused.
        """
        with self._lock:
            held = None if entry.settlement is not None else self.take(entry.claim.tag)
        if held is not None and self.on_lost is not None:
            self.on_lost(entry)

    def cancel_asked(self, entry: Entry) -> None:
        """A person asked for the job to be cancelled; reported once."""
        if entry.cancel_asked:
            return
        entry.cancel_asked = True
        if self.on_cancel is not None:
            self.on_cancel(entry)

    def forget_all(self) -> None:
        """A forked child starts with an empty book and a name of its own."""
        self._lock = threading.RLock()
        self._entries = {}
        self.owner = new_owner()
        self.kept_by_worker = self.pool_claims = False
        self.on_lost = self.on_cancel = self.on_ends = self.shared = None
        self.slots = self.rate_limited = _no_slots
        self.busy = None
        self.consumes = _never


BOOK = ClaimBook()
os.register_at_fork(after_in_child=BOOK.forget_all)
