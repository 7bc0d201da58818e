"""The claims of this process in memory that a second process reads.

Layout (native byte order): how many slots were ever used, u32; then slots of 1 KiB, each with the
length of its text, u16, and the text: tag, queue, job id and token, with NUL between them. Length 0
is a free slot. The length is written last and cleared first. What a reader still gets wrong costs
nothing: the renew script compares the token.
"""

from __future__ import annotations

import heapq
import mmap
import struct

from longshore.current import Claim

COUNT, LENGTH = struct.Struct("=I"), struct.Struct("=H")
SLOT_BYTES = 1024
#: Memory is taken when a slot is first used, not for those that never are.
SLOTS = 65_536
SEPARATOR = "\0"
WORDS = 4


class SharedClaims:
    """Made before the fork; one process writes, under a lock of its own, the other one reads."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOT_BYTES * (SLOTS + 1))
        self._used = 0
        self._free: list[int] = []

    def put(self, claim: Claim) -> int | None:
        """Writes a claim down; its slot, or ``None`` when it is too long or there is no room."""
        text = SEPARATOR.join((claim.tag, claim.queue, claim.job_id, claim.token))
        payload = text.encode()
        if len(payload) > SLOT_BYTES - LENGTH.size or text.count(SEPARATOR) != WORDS - 1:
            return None
        slot = self._take_slot()
        if slot is not None:
            at = _place(slot)
            self._memory[at + LENGTH.size : at + LENGTH.size + len(payload)] = payload
            LENGTH.pack_into(self._memory, at, len(payload))
        return slot

    def _take_slot(self) -> int | None:
        """The lowest free slot, so that few pages of memory are ever touched."""
        if self._free:
            return heapq.heappop(self._free)
        if self._used == SLOTS:
            return None
        self._used += 1
        COUNT.pack_into(self._memory, 0, self._used)
        return self._used - 1

    def clear(self, slot: int) -> None:
        """The claim in this slot is about to end."""
        LENGTH.pack_into(self._memory, _place(slot), 0)
        heapq.heappush(self._free, slot)

    def read(self) -> list[Claim]:
        """The claims at this instant, good for renewing: attempt and delivery are not told."""
        (used,) = COUNT.unpack_from(self._memory, 0)
        texts = (self._text(_place(slot)) for slot in range(used))
        rows = (text.split(SEPARATOR) for text in texts)
        return [Claim(row[2], row[0], row[1], row[3], 0, 0) for row in rows if len(row) == WORDS]

    def _text(self, at: int) -> str:
        (length,) = LENGTH.unpack_from(self._memory, at)
        payload = self._memory[at + LENGTH.size : at + LENGTH.size + length]
        return payload.decode("utf-8", "replace")


def _place(slot: int) -> int:
    return SLOT_BYTES * (slot + 1)
