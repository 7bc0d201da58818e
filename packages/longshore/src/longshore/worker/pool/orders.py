"""What the parent tells all its children: consume or not, from which queues."""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from longshore.store.claims import Source

HEADER = struct.Struct("=QIII")
SIZE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Orders:
    """From which lists to claim, in this order; nothing while ``consuming`` is false."""

    version: int
    consuming: bool
    events: bool
    sources: tuple[Source, ...]
    queues: tuple[str, ...]


class OrderBook:
    """Memory shared by a parent and its children; only the parent writes."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SIZE)
        self.write(False, False, (), ())

    @property
    def version(self) -> int:
        """Grows with every change; odd while one is being written."""
        return int(struct.unpack_from("=Q", self._memory, 0)[0])

    def write(
        self, consuming: bool, events: bool, sources: Sequence[Source], queues: Sequence[str]
    ) -> None:
        """Parent: new orders."""
        rows = [[source.list, source.queue] for source in sources]
        payload = json.dumps([rows, list(queues)]).encode()
        version = self.version
        struct.pack_into("=Q", self._memory, 0, version + 1)
        HEADER.pack_into(self._memory, 0, version + 1, int(consuming), int(events), len(payload))
        self._memory[HEADER.size : HEADER.size + len(payload)] = payload
        struct.pack_into("=Q", self._memory, 0, version + 2)

    def read(self) -> Orders | None:
        """Child: the orders, or ``None`` when they are just being written."""
        version, consuming, events, length = HEADER.unpack_from(self._memory, 0)
        payload = bytes(self._memory[HEADER.size : HEADER.size + length])
        if version % 2 or version != self.version:
            return None
        rows, queues = json.loads(payload)
        sources = tuple(Source(name, queue) for name, queue in rows)
        return Orders(version, bool(consuming), bool(events), sources, tuple(queues))
