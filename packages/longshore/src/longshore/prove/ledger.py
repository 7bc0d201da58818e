"""What the jobs did, written outside Redis, so that it cannot be lost together with a job.

A line is one ``write`` to a file opened with O_APPEND: whole or absent, whatever is killed. It is
not synced to the disk, for it has to outlive processes, not the machine.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What a line tells of."""

    READY = "ready"
    START = "start"
    FINISH = "finish"
    GIL_HELD = "gil_held"


@dataclass(frozen=True, slots=True)
class Mark:
    """One line. ``subject`` is a job id, or a worker's name when it says that it is ready.

    ``at`` is seconds since the epoch; ``value`` is a measure in seconds, where there is one.
    """

    kind: Kind
    subject: str
    member: str
    pid: int
    at: float
    value: float = 0.0

    def line(self) -> str:
        """The mark as it stands in the file."""
        return f"{self.kind} {self.subject} {self.member} {self.pid} {self.at:.6f} {self.value:.6f}"


def parse(line: str) -> Mark:
    """The mark that a line holds.

    Raises:
        ValueError: the line is not one of a ledger.
    """
    kind, subject, member, pid, at, value = line.split(" ")
    return Mark(Kind(kind), subject, member, int(pid), float(at), float(value))


def write(path: str, kind: Kind, subject: str, member: str, value: float = 0.0) -> None:
    """Appends a mark of this process and this instant."""
    mark = Mark(kind, subject, member, os.getpid(), time.time(), value)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{mark.line()}\n".encode())
    finally:
        os.close(handle)


class Ledger:
    """A ledger as its reader sees it: each look adds what was written since the last one.

    Safe to share between threads. What is asked for often is kept sorted, since a long proof has
    some hundred thousand lines.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read: list[Mark] = []
        self._subjects: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        self._last_starts: dict[str, float] = {}
        self._offset = 0

    def marks(self) -> list[Mark]:
        """Every mark so far, in the order in which they were written."""
        with self._lock:
            for mark in self._new():
                self._read.append(mark)
                self._subjects[mark.kind].add(mark.subject)
                if mark.kind is Kind.START:
                    self._last_starts[mark.member] = mark.at
        return self._read

    def _new(self) -> list[Mark]:
        try:
            with self.path.open("rb") as handle:
                handle.seek(self._offset)
                whole, newline, _ = handle.read().rpartition(b"\n")
        except FileNotFoundError:
            return []
        self._offset += len(whole) + len(newline)
        return [parse(line) for line in whole.decode().splitlines()]

    def of(self, kind: Kind) -> list[Mark]:
        """The marks of one kind."""
        return [mark for mark in self.marks() if mark.kind is kind]

    def subjects(self, kind: Kind) -> AbstractSet[str]:
        """What the marks of one kind are about."""
        self.marks()
        return self._subjects[kind]

    def has_started(self, member: str, since: float = 0.0) -> bool:
        """Whether this worker has begun any job, at that time or later."""
        self.marks()
        return self._last_starts.get(member, -1.0) >= since
