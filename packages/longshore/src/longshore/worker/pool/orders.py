"""What the parent tells all its children: consume or not, from which queues."""

from __future__ import annotations

import json
import mmap
import os
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from longshore.store.claims import Source

HEADER = struct.Struct("=QI")


@dataclass(frozen=True, slots=True)
class Orders:
    """From which lists to claim, in this order; nothing while ``consuming`` is false.

    ``rates`` are the tasks' rate limits as Celery writes them, for all ``children`` together;
    ``stamps`` the values of stamped headers whose jobs are revoked.
    """

    version: int = 0
    consuming: bool = False
    events: bool = False
    sources: tuple[Source, ...] = ()
    queues: tuple[str, ...] = ()
    rates: Mapping[str, str | float] = field(default_factory=dict)
    children: int = 1
    stamps: Mapping[str, list[Any]] = field(default_factory=dict)

    def sources_after(self, queue: str | None) -> tuple[Source, ...]:
        """The lists to claim from, with the queue that was served last at the end of its step.

        So no queue waits until another one is empty. A step of the priorities comes after the step
        before it in any queue, as ever.
        """
        many = len(self.queues)
        if queue not in self.queues or many < 2:
            return self.sources
        first = self.queues.index(queue) + 1
        steps = (self.sources[at : at + many] for at in range(0, len(self.sources), many))
        return tuple(source for step in steps for source in (*step[first:], *step[:first]))


class OrderBook:
    """Orders that a parent writes and its children read, however long they are.

    The version and the length stand in shared memory, where a child looks between any two jobs;
    the orders in a file without a name, which can grow after the fork. Odd: one is being written.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)
        self._file = _nameless_file()
        self.write(Orders())

    @property
    def version(self) -> int:
        """Grows with every change; odd while one is being written."""
        return int(struct.unpack_from("=Q", self._memory, 0)[0])

    def write(self, orders: Orders) -> None:
        """Parent: new orders; their version is given here."""
        rows = [[source.list, source.queue] for source in orders.sources]
        document = [
            orders.consuming, orders.events, rows, orders.queues, orders.rates, orders.children,
            orders.stamps,
        ]  # fmt: skip
        payload = json.dumps(document).encode()
        version = self.version
        struct.pack_into("=Q", self._memory, 0, version + 1)
        HEADER.pack_into(self._memory, 0, version + 1, len(payload))
        written = 0
        while written < len(payload):
            written += os.pwrite(self._file, payload[written:], written)
        struct.pack_into("=Q", self._memory, 0, version + 2)

    def read(self) -> Orders | None:
        """Child: the orders, or ``None`` when they are just being written."""
        version, length = HEADER.unpack_from(self._memory, 0)
        payload = os.pread(self._file, length, 0)
        if version % 2 or version != self.version or len(payload) < length:
            return None
        consuming, events, rows, queues, rates, children, stamps = json.loads(payload)
        sources = tuple(Source(name, queue) for name, queue in rows)
        return Orders(version, consuming, events, sources, tuple(queues), rates, children, stamps)


def _nameless_file() -> int:
    """Return the descriptor of a file in memory where the system has those."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("longshore-orders")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
