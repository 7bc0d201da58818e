"""Start Python programs quickly: fork them from a process that has imported their libraries.

Importing takes most of the start of a Celery worker. From the fork on, the program is the one of
its command line, with a session, an environment and a working directory of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from longshore.errors import LongshoreError
from longshore.testing.lifeline import tied_to_parent

START_SECONDS = 60.0
STOP_SECONDS = 10.0
ENDED = "no process can be started: the process that forks them does not run"


class ForkServerEnded(LongshoreError):
    """The process that forks others does not run."""


class ForkedProcess:
    """A process that the fork server started; its methods are those of ``subprocess.Popen``."""

    def __init__(self, args: Sequence[str]) -> None:
        self.args = tuple(args)
        self.pid = 0
        self.returncode: int | None = None
        self._started, self._ended = threading.Event(), threading.Event()

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal's number; ``None`` while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code.

        Raises:
            subprocess.TimeoutExpired: it still runs after ``timeout`` seconds.
        """
        if not self._ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the process; do nothing once it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def mark_started(self, pid: int) -> None:
        """Note the process id."""
        self.pid = pid
        self._started.set()

    def mark_ended(self, code: int) -> None:
        """Note the exit code."""
        self.returncode = code
        self._started.set()
        self._ended.set()

    def wait_started(self, seconds: float) -> bool:
        """Return whether it was forked within ``seconds``."""
        return self._started.wait(seconds) and self.pid > 0


class ForkServer:
    """A context. Safe to use from several threads; enter it in a thread that lasts.

    ``preload`` names the modules that it imports before it forks; none of them may start a thread.
    ``setup`` names a function, ``module:function``, that it calls before it imports them.
    """

    def __init__(self, preload: Sequence[str] = (), setup: str = "") -> None:
        self._arguments = (setup, *preload)
        self._lock = threading.Lock()
        self._expected: list[ForkedProcess] = []
        self._running: dict[int, ForkedProcess] = {}
        self._has_ended = False
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = (sys.executable, "-m", "longshore.testing.fork_server_main", *self._arguments)
        self._server = server = subprocess.Popen(  # noqa: S603 - built here, no shell
            tied_to_parent(command),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(
            target=self._read, args=(server.stdout,), name="fork-server", daemon=True
        )
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        server = self._server
        if server is None:
            return
        server.kill()
        server.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        for pipe in filter(None, (server.stdout, server.stdin)):
            # An order that the server did not live to read is lost with it.
            with suppress(BrokenPipeError):
                pipe.close()

    @property
    def pid(self) -> int:
        """The process id of the server, the parent of what it starts; 0 before it was entered."""
        return self._server.pid if self._server else 0

    def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdout: Path,
        stderr: Path | None = None,
        cwd: Path | None = None,
    ) -> ForkedProcess:
        """Start a command line of Python: ``python -m module …``, or a script with arguments.

        ``environment`` is the whole of it. Output is appended to the files; ``stderr`` goes to the
        same file as ``stdout`` by default. Standard input is empty.

        Raises:
            ForkServerEnded: there is no process to fork it from.
        """
        process = ForkedProcess(command)
        order = {
            "command": [*command],
            "environment": {**environment},
            "directory": str(cwd or Path.cwd()),
            "stdout": str(stdout),
            "stderr": str(stderr or stdout),
        }
        with self._lock:
            if self._has_ended:
                raise ForkServerEnded(ENDED)
            self._expected.append(process)
            self._send(order)
        if not process.wait_started(START_SECONDS):
            raise ForkServerEnded(ENDED)
        return process

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        timeout: float,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command line to its end and return what it printed.

        Raises:
            ForkServerEnded: there is no process to fork it from.
            subprocess.TimeoutExpired: it did not end within ``timeout`` seconds; it was killed.
        """
        with tempfile.TemporaryDirectory(prefix="longshore-") as folder:
            out, err = Path(folder, "stdout"), Path(folder, "stderr")
            process = self.start(command, environment, stdout=out, stderr=err, cwd=cwd)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_SECONDS)
                raise
            return subprocess.CompletedProcess(process.args, code, out.read_text(), err.read_text())

    def _send(self, order: Mapping[str, object]) -> None:
        """Write an order; one thread at a time."""
        orders: IO[bytes] | None = self._server.stdin if self._server else None
        if orders is None:
            raise ForkServerEnded(ENDED)
        try:
            orders.write(json.dumps(order).encode() + b"\n")
            orders.flush()
        except (BrokenPipeError, ValueError):
            raise ForkServerEnded(ENDED) from None

    def _read(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            word, pid, code = line.split()
            if word == b"started":
                begun = self._running[int(pid)] = self._expected.pop(0)
                begun.mark_started(int(pid))
            elif process := self._running.pop(int(pid), None):
                process.mark_ended(int(code))
        with self._lock:
            self._has_ended = True
            for process in [*self._expected, *self._running.values()]:
                process.mark_ended(-signal.SIGKILL)
