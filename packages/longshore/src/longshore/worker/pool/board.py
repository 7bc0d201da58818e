"""What a pool's parent and one child tell each other, in memory that both see.

The child writes down what it claimed before it runs any of it, and which one it is running; the
parent reads it to renew leases, to hold time limits and to clear up after a crash. The parent
writes how far the child may go and from which queues it may claim.

Layout (native byte order): sequence u64, running i64, allowed i64, started f64 (monotonic
seconds), claimed f64, done u64, length u32, then the claims as JSON. The sequence is odd while
the claims are being written.
"""

from __future__ import annotations

import json
import mmap
import multiprocessing
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from longshore.current import Claim

HEADER = struct.Struct("=QqqddQI")
SIZE = 256 * 1024
IDLE = -1
LOCK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """One claim on the board, with its limits in seconds (``None``: no limit)."""

    claim: Claim
    task: str
    soft_seconds: float | None
    hard_seconds: float | None


@dataclass(frozen=True, slots=True)
class View:
    """The board at one instant; times are monotonic seconds."""

    held: tuple[Held, ...]
    running: int
    allowed: int
    started_at: float
    claimed_at: float
    done: int
    totals: Mapping[str, int]

    @property
    def current(self) -> Held | None:
        """What runs at present."""
        return self.held[self.running] if 0 <= self.running < self.allowed else None

    @property
    def waiting(self) -> tuple[Held, ...]:
        """What was claimed and has not begun."""
        return self.held[self.running + 1 : self.allowed]

    @property
    def ended(self) -> tuple[Held, ...]:
        """What has ended and may not be settled yet."""
        return self.held[: max(self.running, 0)]


class Board:
    """Shared by a parent and one child; made before the fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SIZE)
        self._lock = multiprocessing.get_context("fork").Lock()
        self._write(0, IDLE, 0, 0.0, 0.0, 0, b"[[], {}]")

    def _read(self) -> tuple[int, int, int, float, float, int, int]:
        fields: tuple[int, int, int, float, float, int, int] = HEADER.unpack_from(self._memory, 0)
        return fields

    def _write(self, *fields: object) -> None:
        *numbers, payload = fields
        assert isinstance(payload, bytes)  # noqa: S101  the caller is this class
        HEADER.pack_into(self._memory, 0, *numbers, len(payload))
        self._memory[HEADER.size : HEADER.size + len(payload)] = payload

    def claimed(self, held: Sequence[Held], totals: Mapping[str, int]) -> None:
        """Child: these were claimed, none has begun; so many jobs of each task ran before."""
        rows = [[one.claim.header(), one.task, one.soft_seconds, one.hard_seconds] for one in held]
        payload = json.dumps([rows, totals]).encode()
        sequence, _, _, _, _, done, _ = self._read()
        now = time.monotonic()
        struct.pack_into("=Q", self._memory, 0, sequence + 1)
        self._write(sequence + 1, IDLE, len(held), 0.0, now, done, payload)
        struct.pack_into("=Q", self._memory, 0, sequence + 2)

    def begin(self, index: int) -> bool:
        """Child: may the claim at this index begin? If so, it is the running one from now on."""
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            return False
        try:
            sequence, _, allowed, _, claimed_at, done, length = self._read()
            if index >= allowed:
                return False
            HEADER.pack_into(
                self._memory, 0, sequence, index, allowed, time.monotonic(), claimed_at,
                done + 1, length,
            )  # fmt: skip
            return True
        finally:
            self._lock.release()

    def rest(self) -> None:
        """Child: nothing of what was claimed runs any more; it may not all be settled yet."""
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            return
        try:
            sequence, _, allowed, _, claimed_at, done, length = self._read()
            HEADER.pack_into(
                self._memory, 0, sequence, allowed, allowed, 0.0, claimed_at, done, length
            )
        finally:
            self._lock.release()

    def stop_after_current(self, running: int) -> View | None:
        """Parent: takes back what has not begun, if ``running`` still runs. The view before it."""
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            return None
        try:
            view = self.view()
            if view is None or view.running != running:
                return None
            sequence, now_running, _, started, claimed_at, done, length = self._read()
            HEADER.pack_into(
                self._memory, 0, sequence, now_running, running + 1, started, claimed_at,
                done, length,
            )  # fmt: skip
            return view
        finally:
            self._lock.release()

    def view(self) -> View | None:
        """Parent: the board, or ``None`` when the child is just writing it."""
        before = self._read()
        payload = bytes(self._memory[HEADER.size : HEADER.size + before[6]])
        after = self._read()
        if before[0] % 2 or before[0] != after[0]:
            return None
        rows, totals = json.loads(payload)
        held = tuple(Held(Claim(**claim), task, soft, hard) for claim, task, soft, hard in rows)
        _, running, allowed, started, claimed_at, done, _ = after
        return View(held, running, allowed, started, claimed_at, done, totals)
