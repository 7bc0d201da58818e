"""Figures in memory that one process writes and another reads; they outlast whoever writes.

A pool's parent makes one for each place in the pool, before the fork. The child that has the place
counts in it, and so does the next child in its place: what a child has counted is never lost,
however it ends, and nothing is sent or merged.

Layout (native byte order): length of the names (u32), the names (marshalled rows of key, place and
size, one after another), then cells of eight bytes. A name is whole before the length tells of it.
"""

from __future__ import annotations

import marshal
import mmap
import struct
from collections.abc import Iterator, Sequence

LENGTH = struct.Struct("=I")
NAMES = 64 * 1024
CELLS = 96 * 1024

Key = tuple[str, ...]


class Ledger:
    """Blocks of cells, each under a key. One thread writes at a time, in one process."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, NAMES + CELLS * 8)
        whole = memoryview(self._memory)
        self.cells = whole[NAMES:].cast("d")
        #: the same cells as whole numbers, for what is no quantity
        self.words = whole[NAMES:].cast("Q")
        self._places: dict[Key, int] = {}
        self._used = 0

    def place(self, key: Key, size: int) -> int | None:
        """Writer: where the block under this key begins; ``None`` when there is no room for it."""
        known = self._places.get(key)
        if known is None and not self._places:
            self._recall()
            known = self._places.get(key)
        return self._add(key, size) if known is None else known

    def _recall(self) -> None:
        for key, place, size in self.blocks():
            self._places[key] = place
            self._used = max(self._used, place + size)

    def _add(self, key: Key, size: int) -> int | None:
        (length,) = LENGTH.unpack_from(self._memory, 0)
        row = marshal.dumps((key, self._used, size))
        end = LENGTH.size + length + LENGTH.size + len(row)
        if end > NAMES or self._used + size > CELLS:
            return None
        LENGTH.pack_into(self._memory, LENGTH.size + length, len(row))
        self._memory[end - len(row) : end] = row
        place = self._places[key] = self._used
        self._used += size
        LENGTH.pack_into(self._memory, 0, end - LENGTH.size)
        return place

    def blocks(self) -> Iterator[tuple[Key, int, int]]:
        """Reader: each block's key, place and size."""
        (length,) = LENGTH.unpack_from(self._memory, 0)
        at = LENGTH.size
        while at < LENGTH.size + length:
            (size,) = LENGTH.unpack_from(self._memory, at)
            at += LENGTH.size
            key, place, cells = marshal.loads(self._memory[at : at + size])  # noqa: S302  our own
            yield key, place, cells
            at += size


def of_kind(ledgers: Sequence[Ledger], kind: str) -> Iterator[tuple[Key, Ledger, slice]]:
    """Reader: the blocks of one kind in all ledgers; their keys without the kind."""
    for ledger in ledgers:
        for key, place, size in ledger.blocks():
            if key[0] == kind:
                yield key[1:], ledger, slice(place, place + size)


def summed(ledgers: Sequence[Ledger], kind: str) -> dict[Key, list[float]]:
    """Reader: the blocks of one kind, added up by key."""
    sums: dict[Key, list[float]] = {}
    for key, ledger, cells in of_kind(ledgers, kind):
        block = list(ledger.cells[cells])
        before = sums.get(key)
        sums[key] = block if before is None else [*map(float.__add__, before, block)]
    return sums


def highest(ledgers: Sequence[Ledger], kind: str) -> dict[Key, float]:
    """Reader: the highest first cell of the blocks of one kind, by key."""
    found: dict[Key, float] = {}
    for key, ledger, cells in of_kind(ledgers, kind):
        found[key] = max(found.get(key, 0.0), ledger.cells[cells.start])
    return found
