"""A process group of its own, started with the command line that a user types."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from longshore.testing.fork_server import ForkServer


@dataclass(frozen=True, slots=True)
class Pool:
    """Which of Celery's pools, with how many slots."""

    name: str
    slots: int = 2

    def options(self) -> tuple[str, ...]:
        """The worker's options."""
        return ("-P", self.name, "-c", str(self.slots))


def worker_words(name: str, pool: Pool, options: Sequence[str] = ()) -> tuple[str, ...]:
    """What follows ``celery -A app`` to start a worker of this host name.

    Without mingle, on both arms, which makes every start wait a second for other workers.
    """
    quick = ("--without-mingle", "--without-gossip")
    return ("worker", *pool.options(), "-n", name, "-l", "WARNING", *quick, *options)


class Member:
    """One worker or scheduler; ``name`` is a worker's host name in Celery and so in the ledger."""

    def __init__(
        self,
        fork_server: ForkServer,
        name: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
    ) -> None:
        self.name, self.log = name, log
        command = (sys.executable, "-m", "celery", "-A", "longshore.prove.app", *words)
        # Its number may be another process's once all of it has ended.
        self._over = False
        self._process = fork_server.start(command, {**os.environ, **environment}, stdout=log)

    @property
    def pid(self) -> int:
        """The process id of its main process, which is its group's as well."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether its main process lives."""
        return self._process.poll() is None

    def tell(self, number: signal.Signals) -> None:
        """Signals the main process only, as an orchestrator does."""
        with contextlib.suppress(ProcessLookupError):
            if self.runs:
                os.kill(self.pid, number)

    def tell_group(self, number: signal.Signals) -> None:
        """Signals the main process and its children together."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            # It has just been forked and leads no group yet, or all of it has ended.
            self.tell(number)

    def kill(self) -> float:
        """Ends all of it as a lost machine would; the time at which it was done."""
        if not self._over:
            self.tell_group(signal.SIGKILL)
        at, self._over = time.time(), True
        self._process.wait()
        return at

    def left_behind(self) -> bool:
        """Whether its main process has ended and others of its group have not."""
        if self.runs or self._over:
            return False
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def wait(self, seconds: float) -> int | None:
        """Its exit code; ``None`` when it still runs after so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def last_lines(self, lines: int = 3) -> str:
        """The end of its log, on one line."""
        return " | ".join(self.log.read_text(errors="replace").strip().splitlines()[-lines:])

    def count_logged(self, words: str) -> int:
        """How many lines of its log hold these words."""
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())
