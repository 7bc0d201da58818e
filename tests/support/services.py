"""The services of the set as processes, on one broker, with the variables of a test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx

from longshore.testing.ports import free_port
from support.processes import Process
from support.processes import start as start_process
from support.until import until

CELERY = (sys.executable, "-m", "celery", "-q", "-A")
QUIET = ("--without-gossip", "--without-mingle")


class Services:
    """Api, worker and scheduler; started one by one, ended together."""

    def __init__(self, place: Path, broker: str, environment: Mapping[str, str]) -> None:
        self._place, self._ends = place, ExitStack()
        self._processes: dict[str, Process] = {}
        self._environment = {
            **os.environ,
            "LONGSHORE_BROKER_URL": broker,
            "LONGSHORE_DATABASE_URL": f"sqlite:///{place / 'set.sqlite3'}",
            "LONGSHORE_STORAGE_DIRECTORY": str(place / "files"),
            "LONGSHORE_LOG_FORMAT": "json",
            "LONGSHORE_AUTH": "off",
            **environment,
        }

    def log(self, name: str) -> str:
        """What a service has written."""
        return (self._place / f"{name}.log").read_text(errors="replace")

    def start(self, name: str, *command: str, real: bool = False) -> Process:
        """Start a process, which is forked unless it is ``real``; it is ended with the set."""
        log = self._place / f"{name}.log"
        log.write_bytes(b"")
        process = start_process(command, self._environment, stdout=log, cwd=self._place, real=real)
        self._ends.callback(_end, process)
        self._processes[name] = process
        return process

    def process(self, name: str) -> Process:
        """Return the process of a service that was started."""
        return self._processes[name]

    def api(self, *, real: bool = False) -> httpx.Client:
        """Start the api; a client of it, once it answers."""
        port = free_port()
        self._environment["LONGSHORE_PORT"] = str(port)
        self.start("api", str(Path(sys.executable).with_name("longshore-api")), real=real)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        self._ends.enter_context(client)
        until(lambda: _answers(client), 60)
        return client

    def worker(self, pool: str, concurrency: int = 1) -> Process:
        """Start a worker, and wait until it is ready."""
        flags = ("-P", pool, "-c", str(concurrency), *QUIET)
        process = self.start("worker", *CELERY, "longshore_worker.main", "worker", *flags)
        until(lambda: " ready." in self.log("worker"), 60)
        return process

    def scheduler(self) -> Process:
        """Start the scheduler."""
        return self.start("scheduler", *CELERY, "longshore_scheduler.main", "beat")

    def close(self) -> None:
        """End them, the last one first."""
        self._ends.close()


def _end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)
        raise


def _answers(client: httpx.Client) -> bool:
    try:
        client.get("/livez")
    except httpx.TransportError:
        return False
    return True
