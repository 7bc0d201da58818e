"""The api of the service set, where it is installed: a process that enqueues, asked over HTTP."""

from __future__ import annotations

import http
import http.client
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from longshore.prove.processor import waited_seconds
from longshore.prove.waiting import until
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port

PACKAGE = "longshore_api"
START = f"from {PACKAGE}.main import main; main()"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
REQUEST_SECONDS = 10.0
JOBS = "/api/v1/tasks/system.add/jobs"


def is_installed() -> bool:
    """Whether there is an api to start."""
    return importlib.util.find_spec(PACKAGE) is not None


class Service:
    """The api on a free port, with a database and a directory of its own, until the context ends.

    Raises:
        NotInTime: on entering; it did not answer.
    """

    def __init__(self, broker_url: str, folder: Path) -> None:
        self._port = free_port()
        environment = {
            "LONGSHORE_BROKER_URL": broker_url,
            "LONGSHORE_DATABASE_URL": f"sqlite:///{folder / 'api.sqlite3'}",
            "LONGSHORE_STORAGE_DIRECTORY": str(folder / "files"),
            "LONGSHORE_PORT": str(self._port),
            "LONGSHORE_AUTH": "off",
        }
        with (folder / "api.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - built here, no shell
                tied_to_parent((sys.executable, "-c", START)),
                env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        try:
            until(lambda: self.alive() == http.HTTPStatus.OK, START_SECONDS, "the api")
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Of the process whose main thread runs the event loop."""
        return self._process.pid

    def alive(self) -> int:
        """The status of ``/livez``; 0 when there is no answer."""
        return self._ask("GET", "/livez", None)

    def enqueue(self) -> int:
        """The status of one enqueue; 0 when there is no answer."""
        return self._ask("POST", JOBS, json.dumps({"a": 1, "b": 2}))

    def _ask(self, method: str, path: str, body: str | None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


class Pulse:
    """Asks ``/livez`` again and again from a thread; ``seconds`` that each answer took.

    Without those in which the api or this thread waited for a processor that others had.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.seconds: list[float] = []
        self.failed = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prove-pulse", daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            began, waited = time.monotonic(), self._waited()
            self.failed += self._service.alive() != http.HTTPStatus.OK
            waited = self._waited() - waited
            self.seconds.append(max(time.monotonic() - began - waited, 0.0))

    def _waited(self) -> float:
        return waited_seconds() + waited_seconds(self._service.pid)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(REQUEST_SECONDS)
