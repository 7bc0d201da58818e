"""What the parent tells all its children: consume or not, from which queues."""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from longshore.store.claims import Source

HEADER = struct.Struct("=QI")
SIZE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Orders:
    """From which lists to claim, in this order; nothing while ``consuming`` is false.

    ``rates`` are the tasks' rate limits as Celery writes them, for all ``children`` together.
    """

    version: int = 0
    consuming: bool = False
    events: bool = False
    sources: tuple[Source, ...] = ()
    queues: tuple[str, ...] = ()
    rates: Mapping[str, str | float] = field(default_factory=dict)
    children: int = 1


class OrderBook:
    """Memory shared by a parent and its children; only the parent writes."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SIZE)
        self.write(Orders())

    @property
    def version(self) -> int:
        """Grows with every change; odd while one is being written."""
        return int(struct.unpack_from("=Q", self._memory, 0)[0])

    def write(self, orders: Orders) -> None:
        """Parent: new orders; their version is given here."""
        rows = [[source.list, source.queue] for source in orders.sources]
        document = [
            orders.consuming, orders.events, rows, orders.queues, orders.rates, orders.children
        ]  # fmt: skip
        payload = json.dumps(document).encode()
        version = self.version
        struct.pack_into("=Q", self._memory, 0, version + 1)
        HEADER.pack_into(self._memory, 0, version + 1, len(payload))
        self._memory[HEADER.size : HEADER.size + len(payload)] = payload
        struct.pack_into("=Q", self._memory, 0, version + 2)

    def read(self) -> Orders | None:
        """Child: the orders, or ``None`` when they are just being written."""
        version, length = HEADER.unpack_from(self._memory, 0)
        payload = bytes(self._memory[HEADER.size : HEADER.size + length])
        if version % 2 or version != self.version:
            return None
        consuming, events, rows, queues, rates, children = json.loads(payload)
        sources = tuple(Source(name, queue) for name, queue in rows)
        return Orders(version, consuming, events, sources, tuple(queues), rates, children)
