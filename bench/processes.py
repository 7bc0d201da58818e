"""The processes of a run: started with one environment, ended for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from longshore.testing.lifeline import tied_to_parent

ROOT = Path(__file__).parent.parent
MEMORY = Path("/dev/shm")  # noqa: S108  marks belong into memory, where there is such a place
POLL_SECONDS = 0.005


class RunFailed(Exception):
    """A process ended, or did not get on, while it was being measured; says its last lines."""


def scratch() -> Path:
    """A directory for marks and logs, in memory when the machine has such a place."""
    place = MEMORY if MEMORY.is_dir() else None
    return Path(tempfile.mkdtemp(prefix="bench-", dir=place))


def python(*words: str) -> tuple[str, ...]:
    """A module run by this interpreter."""
    return (sys.executable, "-m", *words)


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Ours, with the project's root importable."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **extra}


class Group:
    """Some processes that are started together, each in a session of its own."""

    def __init__(
        self, commands: Iterable[tuple[str, ...]], extra: Mapping[str, str], log: Path
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self._processes = [
                subprocess.Popen(  # noqa: S603  the commands are the contenders'
                    tied_to_parent(python(*command)),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    env=environment(extra),
                    cwd=ROOT,
                    start_new_session=True,
                )
                for command in commands
            ]

    @property
    def pids(self) -> list[int]:
        """The processes that were started, without their children."""
        return [process.pid for process in self._processes]

    def all_pids(self) -> list[int]:
        """The processes and all that descend from them."""
        found = list(self.pids)
        for pid in self.pids:
            try:
                found += [child.pid for child in psutil.Process(pid).children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def cpu_seconds(self) -> float:
        """What all of them have used, ended children included where they were waited for."""
        total = 0.0
        for pid in self.all_pids():
            try:
                times = psutil.Process(pid).cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            total += times.children_user + times.children_system
        return total

    def wait_until(self, reached: Callable[[], bool], seconds: float, what: str) -> None:
        """Returns once it is so.

        Raises:
            RunFailed: a process ended first, or the time did.
        """
        deadline = time.monotonic() + seconds
        while not reached():
            if any(process.poll() is not None for process in self._processes):
                raise RunFailed(f"{what}: a process ended\n{self._tail()}")
            if time.monotonic() > deadline:
                raise RunFailed(f"{what}: not within {seconds:.0f} s\n{self._tail()}")
            time.sleep(POLL_SECONDS)

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def end(self) -> None:
        """Ends the sessions at once: what was to be measured has been."""
        for pid in self.all_pids():
            _send(pid, signal.SIGKILL)
        for process in self._processes:
            process.wait()


@contextmanager
def running(
    commands: Iterable[tuple[str, ...]], extra: Mapping[str, str], log: Path
) -> Iterator[Group]:
    """The processes, for as long as the context lasts."""
    group = Group(commands, extra, log)
    try:
        yield group
    finally:
        group.end()


def output_of(words: tuple[str, ...], extra: Mapping[str, str], seconds: float = 600.0) -> str:
    """What a module prints.

    Raises:
        RunFailed: it ended with an error or took too long.
    """
    try:
        done = subprocess.run(  # noqa: S603
            python(*words),
            env=environment(extra),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RunFailed(f"{' '.join(words)}: not within {seconds:.0f} s") from error
    if done.returncode:
        raise RunFailed(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return done.stdout


def _send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
