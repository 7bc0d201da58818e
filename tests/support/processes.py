"""Start programs for tests: forked from one process, or by the real command line."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from longshore.prove.options import PRELOAD as WORKER
from longshore.testing.fork_server import ForkedProcess, ForkServer
from longshore.testing.lifeline import tied_to_parent

#: What the services and examples import besides; nothing of it reads the environment on import.
SERVICES = (
    "alembic.command", "alembic.runtime.migration", "celery.apps.beat", "celery.bin.beat",
    "fastapi", "httpx", "jinja2", "longshore.cli.main", "longshore.schedule", "PIL.Image",
    "pydantic_settings", "sqlalchemy.dialects.sqlite", "sqlalchemy.orm", "uvicorn.main",
    "uvicorn.protocols.http.httptools_impl", "longshore_api.app", "longshore_tasks.handlers",
    "django.core.management.commands.migrate", "django.core.management.commands.runserver",
    "django.db.backends.sqlite3.base", "django.db.models", "flask.cli", "flask_sqlalchemy",
    "sentry_sdk",
)  # fmt: skip

Process = subprocess.Popen[bytes] | ForkedProcess


class Processes:
    """Start processes; the fork server itself starts with the first one that needs it."""

    def __init__(self) -> None:
        self._fork_server: ForkServer | None = None

    @property
    def fork_server(self) -> ForkServer:
        """The server that all tests of this run share."""
        if self._fork_server is None:
            server = ForkServer((*WORKER, *SERVICES), setup="longshore.testing.clock:install")
            self._fork_server = server.__enter__()
        return self._fork_server

    @property
    def pid(self) -> int:
        """The process id of the fork server; 0 before it was needed."""
        return self._fork_server.pid if self._fork_server else 0

    def close(self) -> None:
        """End the fork server, and with it what it started."""
        if self._fork_server is not None:
            self._fork_server.__exit__(None, None, None)
            self._fork_server = None


PROCESSES = Processes()


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdout: Path,
    stderr: Path | None = None,
    cwd: Path | None = None,
    real: bool = False,
) -> Process:
    """Start a command line of Python; output is appended to the files.

    ``real`` starts the interpreter as a user does, in place of a fork.
    """
    if not real:
        server = PROCESSES.fork_server
        return server.start(command, environment, stdout=stdout, stderr=stderr, cwd=cwd)
    with stdout.open("ab") as out, (stderr or stdout).open("ab") as err:
        return subprocess.Popen(
            tied_to_parent(command),
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    timeout: float = 60.0,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command line of Python to its end, forked, and return what it printed."""
    complete = dict(os.environ if environment is None else environment)
    return PROCESSES.fork_server.run(command, complete, timeout=timeout, cwd=cwd)


class Watch:
    """Which processes may be there: those that fixtures of more than one test have started."""

    def __init__(self) -> None:
        self._shared: set[int] = set()

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """Let the processes that are started in the block outlive a test."""
        before = self._running()
        yield
        self._shared |= self._running() - before

    @contextmanager
    def none_left(self) -> Iterator[None]:
        """Fail when a process that was started in the block outlives it; kill it, too."""
        before = self._running()
        yield
        left = {pid: words for pid in self._running() - before if (words := command_line(pid))}
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not left, f"processes were left behind: {left}"

    def _running(self) -> set[int]:
        """Every process below this one and the fork server, but for those of shared ones."""
        own = {PROCESSES.pid} - {0}
        return set(self._below(os.getpid())) - own

    def _below(self, pid: int) -> Iterator[int]:
        for child in children(pid):
            if child not in self._shared:
                yield child
                yield from self._below(child)


WATCH = Watch()


def children(pid: int) -> list[int]:
    """Return the ids of a process's children; none for one that has ended."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, (thread / "children").read_text().split())
    return found


def command_line(pid: int) -> str:
    """Return the command line of a process; ``""`` for one that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        # A process that ends has no command line any more.
        return "" if state in {"Z", "X"} else words.strip()[:200]
    return ""
