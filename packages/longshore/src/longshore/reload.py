"""Runs a command on a copy of the installed packages, and again whenever a file of it changes.

For development in a container whose own files cannot be written: skaffold's file sync writes into
the copy. ``python -m longshore.reload FOLDER COMMAND...``; a copy that is there already is kept.
The command gets SIGTERM before it is started again, so a worker drains; a signal to this process
is passed on, and its exit code is the command's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PREFIX = "longshore"
LOOK_EVERY_SECONDS = 0.5
#: A process that a signal ended has this and the signal's number as its exit code.
SHELLS_WORD_FOR_A_SIGNAL = 128
Snapshot = Mapping[Path, float]


def copy_packages(source: Path, folder: Path) -> None:
    """Copies the packages of the set, unless that was done before."""
    if folder.exists():
        return
    for package in source.glob(f"{PREFIX}*"):
        if (package / "__init__.py").exists():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(package, folder / package.name, ignore=ignored)


def snapshot(folder: Path) -> Snapshot:
    """When each file was changed last."""
    return {path: path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}


class Runner:
    """The command, as often as it has to be started."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = command
        self._folder = folder
        self._env = {**os.environ, "PYTHONPATH": _first(folder, os.environ.get("PYTHONPATH", ""))}
        self._leaving = False

    def leave(self, *_: object) -> None:
        """Ends the command, for good, within ``LOOK_EVERY_SECONDS``."""
        self._leaving = True

    def run(self) -> int:
        """Runs until a signal; returns the command's exit code."""
        # Before there is a command: a signal that comes while it is started must end it, too.
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.leave)
        process = self._start()
        while not self._leaving:
            if self._changed():
                self._say("a file has changed")
                process.terminate()
                process.wait()
                process = self._start()
            time.sleep(LOOK_EVERY_SECONDS)
        process.terminate()
        code = process.wait()
        return code if code >= 0 else SHELLS_WORD_FOR_A_SIGNAL - code

    def _start(self) -> subprocess.Popen[bytes]:
        self._seen = snapshot(self._folder)
        return subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
            self._command, env=self._env
        )

    def _changed(self) -> bool:
        return not self._leaving and snapshot(self._folder) != self._seen

    def _say(self, what: str) -> None:
        sys.stderr.write(f"longshore: {what}, {self._command[0]} is started again\n")


def _first(folder: Path, rest: str) -> str:
    return os.pathsep.join(filter(None, (str(folder), rest)))


def main(arguments: Sequence[str]) -> int:
    """Runs the command of the arguments."""
    folder, *command = arguments
    copy_packages(Path(__file__).parents[1], Path(folder))
    return Runner(command, Path(folder)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
