"""Starts workers quickly: each is forked from a process that has imported Celery already.

Importing takes most of a worker's start, and a proof starts thousands. From the fork on it is the
worker that ``celery`` starts: the same command line, a session and an environment of its own.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from longshore.errors import LongshoreError
from longshore.testing.lifeline import tied_to_parent

START_SECONDS = 60.0
STOP_SECONDS = 10.0
ENDED = "no worker can be started: the process that forks them does not run"


class NurseryEnded(LongshoreError):
    """The process that workers are forked from does not run."""


class Child:
    """A worker's main process, as its parent tells of it."""

    def __init__(self) -> None:
        self.pid = 0
        self.code: int | None = None
        self._begun, self._ended = threading.Event(), threading.Event()

    def begin(self, pid: int) -> None:
        """It runs."""
        self.pid = pid
        self._begun.set()

    def end(self, code: int) -> None:
        """It ended with this code, negative for a signal's number."""
        self.code = code
        self._begun.set()
        self._ended.set()

    def wait_begun(self, seconds: float) -> bool:
        """Whether it was started within so many seconds."""
        return self._begun.wait(seconds) and self.pid > 0

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code; ``None`` when it still runs after so long."""
        self._ended.wait(seconds)
        return self.code


class Nursery:
    """A context. Safe to use from several threads; enter it in one that lasts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._expected: list[Child] = []
        self._children: dict[int, Child] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = process = subprocess.Popen(  # noqa: S603 - built here, no shell
            tied_to_parent((sys.executable, "-m", "longshore.prove.cradle")),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._ear = threading.Thread(
            target=self._listen, args=(process.stdout,), name="prove-nursery", daemon=True
        )
        self._ear.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        if process:
            process.kill()
            process.wait(STOP_SECONDS)
            self._ear.join(STOP_SECONDS)
            for pipe in filter(None, (process.stdin, process.stdout)):
                pipe.close()

    def start(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> Child:
        """Starts ``celery`` with these words.

        Raises:
            NurseryEnded: there is nothing left to start it from.
        """
        child = Child()
        order = {"words": [*words], "environment": {**environment}, "log": str(log)}
        with self._lock:
            self._expected.append(child)
            self._tell(order)
        if not child.wait_begun(START_SECONDS):
            raise NurseryEnded(ENDED)
        return child

    def _tell(self, order: Mapping[str, object]) -> None:
        """Only one thread at a time."""
        orders = self._process.stdin if self._process else None
        if orders is None:
            raise NurseryEnded(ENDED)
        try:
            orders.write(json.dumps(order).encode() + b"\n")
            orders.flush()
        except BrokenPipeError:
            raise NurseryEnded(ENDED) from None

    def _listen(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            word, pid, code = line.split()
            if word == b"begun":
                child = self._expected.pop(0)
                self._children[int(pid)] = child
                child.begin(int(pid))
            else:
                self._children.pop(int(pid)).end(int(code))
        for child in [*self._expected, *self._children.values()]:
            child.end(-signal.SIGKILL)
