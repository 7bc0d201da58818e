"""Where the incident takes place: a broker, a database, a worker of some release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from longshore.envelope import NewJob
from longshore.ids import new_id
from longshore.records import JobState
from longshore.store import Store, dead_letters, jobs
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.server import ValkeyServer

SHOP = Path(__file__).with_name("shop.py")
QUEUE, TASK = "invoices", "shop.invoice"
PATIENCE_SECONDS = 60.0
BIN = Path(sys.executable).parent


class Running(Protocol):
    """A process that can be ended."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code."""


class Said(NamedTuple):
    """What a command wrote, without the places of this machine, and its exit code."""

    output: str
    code: int


class Stage:
    """A context; everything in it ends with it."""

    def __init__(self) -> None:
        self.server = ValkeyServer()
        self.folder = Path(tempfile.mkdtemp(prefix="longshore-incident-"))
        self.ids: list[str] = []
        self._worker: Running | None = None

    def __enter__(self) -> Self:
        shutil.copy(SHOP, self.folder)
        self.server.__enter__()
        self.store = Store.from_url(self.server.url)
        return self

    def __exit__(self, *_: object) -> None:
        self._end_worker()
        self.store.close()
        self.server.__exit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        """What the person on call has in the terminal."""
        return {
            **{name: value for name, value in os.environ.items() if "LONGSHORE_" not in name},
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "LONGSHORE_BROKER_URL": self.server.url,
            "LONGSHORE_DATABASE_URL": f"sqlite:///{self.folder / 'set.sqlite3'}",
            "LOGNAME": "ada",
            "COLUMNS": "110",
            "TERM": "dumb",
        }

    def deploy(self, release: str) -> None:
        """Replace the worker by one of this release."""
        self._end_worker()
        log = self.folder / f"worker-{release}.log"
        words = ("-A", "shop", "worker", "-P", "solo", "-l", "WARNING", "-n", f"shop@{release}")
        self._worker = self.start((sys.executable, "-m", "celery", *words), release, log)

    def start(self, command: Sequence[str], release: str, log: Path) -> Running:
        """Start a worker's process; its output goes to the log."""
        with log.open("wb") as output:
            return subprocess.Popen(  # noqa: S603 - built here, no shell
                tied_to_parent(command),
                cwd=self.folder, env={**self.environment, "RELEASE": release},
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait(PATIENCE_SECONDS)

    def order(self, count: int) -> None:
        """So many orders come in."""
        new = [
            NewJob(
                task=TASK, id=new_id(), queue=QUEUE, kwargs={},
                args=({"customer": f"customer {number}", "cents": 1000 + number},),
            )
            for number in range(count)
        ]  # fmt: skip
        self.store.run(jobs.enqueue_all(new))
        self.ids += [job.id for job in new]

    def dead(self) -> int:
        """How many dead letters there are."""
        return self.store.run(dead_letters.page(limit=1)).total

    def newest(self) -> str:
        """The id of the newest dead letter."""
        (letter,) = self.store.run(dead_letters.page(limit=1)).letters
        return letter.record.id

    def succeeded(self) -> int:
        """How many of the orders have their invoice."""
        records = [self.store.run(jobs.get(job_id)) for job_id in self.ids]
        return sum(record.state is JobState.SUCCEEDED for record in records)

    def run(self, command: str) -> Said:
        """Return what a command says that is typed here."""
        output, code = self.execute(command)
        return Said(self._plain(output), code)

    def execute(self, command: str) -> tuple[str, int]:
        """Run a command to its end; return its output and its exit code."""
        done = subprocess.run(  # noqa: S602 - commands of this folder, as a person types them
            command, shell=True, cwd=self.folder, env=self.environment, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return done.stdout, done.returncode

    def _plain(self, text: str) -> str:
        places = {str(self.folder): "/srv/shop", sys.prefix: "/venv"}
        for place, shown in places.items():
            text = text.replace(place, shown)
        return "\n".join(line.rstrip() for line in text.splitlines())


def until(condition: Callable[[], object]) -> None:
    """Wait until it is so.

    Raises:
        TimeoutError: it was not, for a minute.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the incident does not go on: see the worker's log")
        time.sleep(0.05)
