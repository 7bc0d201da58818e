"""What a pool's parent and one child tell each other, in memory that both see.

The child writes down what it claimed before it runs any of it, and when each job begins and ends;
the parent reads it to renew leases, to hold time limits and to clear up after a crash. The parent
may take back what has not begun.

Layout (native byte order): the totals (length u32, then marshalled), then slots of ``SLOT`` bytes,
one for each claim: state u8, order u64, started f64 (monotonic seconds), length u32, then the
claim, marshalled. A slot's state is written last, so what is not free is whole.
"""

from __future__ import annotations

import marshal
import mmap
import multiprocessing
import struct
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from longshore.current import Claim
from longshore.errors import InvalidJob

HEADER = struct.Struct("=BQdI")
STARTED = struct.Struct("=d")
STARTED_AT = 9
LENGTH = struct.Struct("=I")
#: For each name of a task in the totals, beside its own length: marshal's marks, and its number.
TOTAL = 32
SLOT = 4 * 1024
LOCK_SECONDS = 1.0


class State(IntEnum):
    """Where a claim stands. ``TAKEN``: by the parent, which has given it back."""

    FREE = 0
    WAITING = 1
    RUNNING = 2
    ENDED = 3
    TAKEN = 4


@dataclass(frozen=True, slots=True)
class Held:
    """One claim on the board, with its limits in seconds (``None``: no limit)."""

    claim: Claim
    task: str
    soft_seconds: float | None
    hard_seconds: float | None

    def packed(self) -> bytes:
        """As it stands on the board.

        Raises:
            InvalidJob: it is too long for a slot.
        """
        one = self.claim
        fields = (one.job_id, one.tag, one.queue, one.token, one.attempt, one.delivery)
        packed = marshal.dumps((*fields, self.task, self.soft_seconds, self.hard_seconds))
        if len(packed) > SLOT - HEADER.size:
            raise InvalidJob("the job's id, queue and task are too long together")
        return packed

    @classmethod
    def unpacked(cls, packed: bytes) -> Held:
        """Back from the board."""
        *fields, task, soft_seconds, hard_seconds = marshal.loads(packed)  # noqa: S302  our own
        return cls(Claim(*fields), task, soft_seconds, hard_seconds)


@dataclass(frozen=True, slots=True)
class Running:
    """A job that runs, since ``started_at`` (monotonic seconds)."""

    held: Held
    started_at: float


@dataclass(frozen=True, slots=True)
class View:
    """The board at one instant; claims in the order in which they were made."""

    running: tuple[Running, ...]
    waiting: tuple[Held, ...]
    #: what has ended and may not be settled yet
    ended: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    state: State
    order: int
    started_at: float
    held: Held


class Board:
    """Shared by a parent and one child; made before the fork.

    ``tasks`` are the names that the totals may have.
    """

    def __init__(self, slots: int, tasks: Iterable[str] = ()) -> None:
        names = sum(len(name.encode(errors="surrogatepass")) + TOTAL for name in tasks)
        self._totals = LENGTH.size + TOTAL + names
        self._memory = mmap.mmap(-1, self._totals + slots * SLOT)
        self._lock = multiprocessing.get_context("fork").Lock()
        self._places = range(self._totals, self._totals + slots * SLOT, SLOT)
        self._free = list(reversed(self._places))
        self._order = 0
        self.tell({})

    @property
    def room(self) -> int:
        """Child: how many more claims there is place for."""
        return len(self._free)

    def tell(self, totals: Mapping[str, int]) -> None:
        """Child: so many jobs of each task have ended and are on the board no more."""
        packed = marshal.dumps(dict(totals))
        if len(packed) <= self._totals - LENGTH.size:
            with self._alone() as alone:
                if alone:
                    self._memory[: LENGTH.size + len(packed)] = LENGTH.pack(len(packed)) + packed

    def totals(self) -> dict[str, int]:
        """Parent: how many jobs of each task the child has run, those on the board included."""
        with self._alone() as alone:
            (length,) = LENGTH.unpack_from(self._memory, 0)
            packed = bytes(self._memory[LENGTH.size : LENGTH.size + length]) if alone else None
        told: dict[str, int] = marshal.loads(packed) if packed else {}  # noqa: S302  our own
        view = self.view()
        begun = Counter(one.task for one in (*(run.held for run in view.running), *view.ended))
        return Counter(told) + begun

    @contextmanager
    def _alone(self) -> Generator[bool]:
        """Whether the other side is kept out; not when it died inside."""
        alone = self._lock.acquire(timeout=LOCK_SECONDS)
        try:
            yield alone
        finally:
            if alone:
                self._lock.release()

    def put(self, held: Held) -> int:
        """Child: this was claimed and has not begun. Its place from now on.

        Raises:
            InvalidJob: it is too long for a slot.
        """
        packed = held.packed()
        place = self._free.pop()
        self._order += 1
        HEADER.pack_into(self._memory, place, State.FREE, self._order, 0.0, len(packed))
        begin = place + HEADER.size
        self._memory[begin : begin + len(packed)] = packed
        self._memory[place] = State.WAITING
        return place

    def begin(self, place: int) -> bool:
        """Child: may this claim begin? If so, it runs from now on; the parent may have it back."""
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            return False
        try:
            if self._memory[place] != State.WAITING:
                return False
            STARTED.pack_into(self._memory, place + STARTED_AT, time.monotonic())
            self._memory[place] = State.RUNNING
            return True
        finally:
            self._lock.release()

    def end(self, place: int) -> None:
        """Child: its run is over; it may not be settled yet."""
        self._memory[place] = State.ENDED

    def free(self, places: Iterable[int]) -> None:
        """Child: these are settled or given back."""
        for place in places:
            self._memory[place] = State.FREE
            self._free.append(place)

    def take_back(self) -> list[Held]:
        """Parent: nothing that waits will begin; what that is, for the parent to give back."""
        with self._alone() as alone:
            taken = [row for row in self._rows() if alone and row.state == State.WAITING]
            for row in taken:
                self._memory[row.place] = State.TAKEN
        return [row.held for row in taken]

    def view(self) -> View:
        """Parent: the board."""
        rows = self._rows()
        return View(
            tuple(Running(row.held, row.started_at) for row in rows if row.state == State.RUNNING),
            tuple(row.held for row in rows if row.state == State.WAITING),
            tuple(row.held for row in rows if row.state == State.ENDED),
        )

    def _rows(self) -> list[_Row]:
        """What is not free, in the order of the claims."""
        rows = [row for place in self._places if (row := self._row(place)) is not None]
        return sorted(rows, key=lambda row: row.order)

    def _row(self, place: int) -> _Row | None:
        """``None`` also for a claim that makes room for the next one at this instant."""
        if self._memory[place] == State.FREE:
            return None
        state, order, started_at, length = HEADER.unpack_from(self._memory, place)
        begin = place + HEADER.size
        packed = bytes(self._memory[begin : begin + length])
        if state == State.FREE or HEADER.unpack_from(self._memory, place)[1] != order:
            return None
        return _Row(place, State(state), order, started_at, Held.unpacked(packed))
