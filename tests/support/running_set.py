"""The whole set as its user starts it, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import psutil

from longshore.testing.clock import Clock
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.forked_set import pid_file
from support.processes import Process
from support.processes import run as run_to_end
from support.processes import start as start_process
from support.until import until

READY_SECONDS = 150.0
STOP_SECONDS = 60.0
TESTS = Path(__file__).parents[1]
FORKED = (sys.executable, "-m", "support.forked_set")


class RunningSet:
    """``longshore-local run``; the same ports and data in each start.

    It and its services are forked, but for a ``real`` one, which is started as its user starts it.
    """

    def __init__(self, directory: Path, *, real: bool = False, **settings: str) -> None:
        self.directory, self._real = directory, real
        self.port = free_port()
        self.log = directory / "run.log"
        self.environment = {
            **os.environ,
            "LONGSHORE_PORT": str(self.port),
            "LONGSHORE_DATA_DIR": str(directory / "data"),
            "LONGSHORE_SMTP_PORT": str(free_port()),
            "LONGSHORE_WORKER_CONCURRENCY": "2",
            **{f"LONGSHORE_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    def start(self) -> Self:
        """Start it and wait until it says that it is ready."""
        self.log.write_bytes(b"")
        environment = {**self.environment, "PYTHONPATH": str(TESTS)}
        command = local_command("run") if self._real else FORKED
        self._process = start_process(command, environment, stdout=self.log, real=self._real)
        try:
            until(self._ready, READY_SECONDS)
        except BaseException:
            self.end()
            raise
        return self

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.lines()
        return f"ready: {self.url}" in self.lines()

    def lines(self) -> str:
        return self.log.read_text(errors="replace")

    def family(self) -> list[psutil.Process]:
        """Every process of the set, the supervisor left out."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def service(self, name: str) -> psutil.Process:
        """The main process of a service: "api", "worker" or "scheduler"."""
        if not self._real:
            return psutil.Process(int(pid_file(self.directory / "data", name).read_text()))
        mark = f"longshore_{name}.main"
        direct = psutil.Process(self.process.pid).children()
        return next(child for child in direct if mark in " ".join(child.cmdline()))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it by a signal, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Stop it if it runs; kill what does not end in time."""
        if self.process.poll() is not None:
            return
        family = self.family()
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            for process in (*family, psutil.Process(self.process.pid)):
                process.kill()
            raise

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the same command line to its end, in the same environment."""
        return local(*arguments, environment={**self.environment, **more})

    def enqueue(self, task: str, fields: Mapping[str, Any], **query: Any) -> dict[str, Any]:
        answer = self.ask("POST", f"/tasks/{task}/jobs", json=dict(fields), params=query)
        return dict(answer.json())

    def record(self, job_id: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"/jobs/{job_id}").json())

    def ends_as(self, state: str, job_id: str, seconds: float = 30.0) -> dict[str, Any]:
        """Wait for a job to be in a state and return its record."""
        return until(lambda: self._in_state(state, job_id), seconds)

    def _in_state(self, state: str, job_id: str) -> dict[str, Any] | None:
        try:
            record = self.record(job_id)
        except httpx.HTTPError:
            return None
        return record if record["state"] == state else None

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = httpx.request(method, f"{self.url}/api/v1{path}", trust_env=False, **options)
        return answer.raise_for_status()

    @property
    def broker(self) -> ValkeyServer:
        """The set's server, to look at and to speak to, not to start or stop."""
        port = urlsplit(self.broker_url()).port
        return ValkeyServer(port=port, directory=self.directory)

    def advance(self, seconds: float) -> None:
        """Move the time of the set's broker forward; not of a real one."""
        Clock(self.broker).advance(seconds)

    def broker_url(self) -> str:
        found = re.search(r"longshore://\S+/0", self.lines())
        assert found is not None
        return found.group()


def local(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return run_to_end(local_command(*arguments), environment, timeout=100)


def local_command(*arguments: str) -> tuple[str, ...]:
    """The console script of the environment that the tests run in."""
    return (str(Path(sys.executable).with_name("longshore-local")), *arguments)


def all_gone(family: list[psutil.Process]) -> bool:
    """Whether none of the processes runs any more."""
    return not [process for process in family if process.is_running() and not _zombie(process)]


def _zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
