"""One run: a server, a scratch place, and how large everything is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

from bench import processes
from bench.contenders.contender import Contender
from bench.environment import APP, MARKS
from bench.server import SharedServer, commands_for, environment_for
from longshore.testing.server import ValkeyServer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: ``share`` of the full counts, so many repetitions."""

    share: float = 1.0
    repetitions: int = 3

    def count(self, full: int, least: int = 200) -> int:
        """The full count, cut to this size."""
        return max(int(full * self.share), min(least, full))


@dataclass(slots=True)
class Run:
    """What the measures share."""

    server: ValkeyServer
    size: Size
    only: frozenset[str] = frozenset()
    scratch: Path = field(default_factory=processes.scratch)
    turns: int = 0

    def say(self, line: str) -> None:
        """Progress, for whoever watches."""
        sys.stderr.write(f"{line}\n")

    def turn(self) -> Path:
        """A fresh server and a fresh file of marks for the next contender."""
        self.server.flush()
        self.turns += 1
        return self.scratch / f"marks-{self.turns}"

    def environment(self, contender: Contender, marks: Path) -> dict[str, str]:
        """The environment of a contender's workers and producers."""
        return {
            **environment_for(self.server, contender),
            MARKS: str(marks),
            APP: contender.enqueue_app,
        }

    @contextmanager
    def workers(self, contender: Contender, marks: Path) -> Iterator[processes.Group]:
        """The contender's workers, for as long as the context lasts."""
        commands = commands_for(self.server, contender)
        log = self.scratch / f"{contender.name}.log"
        with processes.running(commands, self.environment(contender, marks), log) as group:
            yield group

    def produce(self, contender: Contender, marks: Path, *words: str) -> str:
        """Runs a producer of this contender and returns what it printed."""
        extra = self.environment(contender, marks)
        return processes.output_of(("bench.producer", *words), extra)


@contextmanager
def new_run(size: Size, only: frozenset[str]) -> Iterator[Run]:
    """A run on a server of its own, which ends with it."""
    with SharedServer() as server:
        run = Run(server, size, only)
        try:
            yield run
        finally:
            rmtree(run.scratch, ignore_errors=True)
