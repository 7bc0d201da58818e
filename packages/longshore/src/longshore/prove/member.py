"""A worker as a process group of its own, started with the command line that a user types."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from longshore.testing.lifeline import tied_to_parent


@dataclass(frozen=True, slots=True)
class Pool:
    """Which of Celery's pools, with how many slots."""

    name: str
    slots: int = 2

    def options(self) -> tuple[str, ...]:
        """The worker's options."""
        return ("-P", self.name, "-c", str(self.slots))


class Member:
    """One worker; ``name`` is its host name in Celery and so in the ledger."""

    def __init__(
        self,
        name: str,
        pool: Pool,
        environment: Mapping[str, str],
        log: Path,
        options: Sequence[str] = (),
    ) -> None:
        self.name, self.log = f"{name}@prove", log
        # Both arms without mingle, which makes every start wait a second for other workers.
        self.command = (
            *(sys.executable, "-m", "celery", "-A", "longshore.prove.app", "worker"),
            *pool.options(),
            *("-n", self.name, "-l", "WARNING", "--without-mingle", "--without-gossip"),
            *options,
        )
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - built above, no shell
                tied_to_parent(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **environment},
                start_new_session=True,
            )

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
        self._process.send_signal(number)

    def tell_group(self, number: signal.Signals) -> None:
        """Signals the main process and its children together."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def kill(self) -> float:
        """Ends all of it as a lost machine would; the time at which it was done."""
        self.tell_group(signal.SIGKILL)
        at = time.time()
        self._process.wait()
        return at

    def wait(self, seconds: float) -> int | None:
        """Its exit code; ``None`` when it still runs after so long."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def last_lines(self, lines: int = 3) -> str:
        """The end of its log, on one line."""
        return " | ".join(self.log.read_text(errors="replace").strip().splitlines()[-lines:])

    def count_logged(self, words: str) -> int:
        """How many lines of its log hold these words."""
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())
