"""A Celery worker as a process of its own, started as its user would start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from support.processes import Process
from support.processes import start as start_process
from support.until import until

READY = " ready."


class CeleryWorker:
    """One worker process; as a context manager it is stopped warmly and must end with code 0.

    A ``stock`` worker, without the engine's watchdog, hangs for ever in the end of its pool after
    one warm stop in a hundred: it is killed then, and that is no failure.
    """

    def __init__(
        self,
        app: Path,
        log: Path,
        environment: Mapping[str, str],
        *,
        pool: str = "prefork",
        concurrency: int = 2,
        name: str = "worker",
        options: tuple[str, ...] = (),
        stock: bool = False,
        real: bool = False,
    ) -> None:
        self.name, self.log, self.pool = name, log, pool
        self._stock, self._real = stock, real
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(app.parent)}
        self._command = (
            *(sys.executable, "-m", "celery", "-A", app.stem, "worker"),
            *("-P", pool, "-c", str(concurrency), "-n", f"{name}@%h", "-l", "INFO", *options),
        )
        self._process: Process | None = None

    def start(self) -> Self:
        """Start it without waiting; forked, unless ``real`` asks for the command line itself."""
        self._process = start_process(
            self._command, self._environment, stdout=self.log, real=self._real
        )
        return self

    def wait_until_ready(self, seconds: float = 30.0) -> Self:
        """Wait until it consumes; its end is a failure."""
        until(self._is_ready, seconds)
        return self

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.lines()
        return READY in self.lines()

    def lines(self) -> str:
        """Everything it has logged."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def pid(self) -> int:
        """The process id of its main process."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether its main process lives."""
        return self._process is not None and self._process.poll() is None

    def freeze(self) -> None:
        """Stop every process of the worker where it is."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        os.killpg(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End the whole worker, children included, as a lost machine would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        until(self._group_has_ended)

    def _group_has_ended(self) -> bool:
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def ask_to_stop(self) -> None:
        """Ask for a warm shutdown."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 40.0) -> int:
        """Return the exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self) -> int:
        """Stop it warmly and return the exit code."""
        self.ask_to_stop()
        return self.wait()

    def __enter__(self) -> Self:
        try:
            return self.start().wait_until_ready()
        except BaseException:
            if self.is_running:
                self.kill()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if not self.is_running:
            return
        try:
            code = self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            if self._stock:
                return
            raise
        if kind is None:
            assert code == 0, self.lines()
