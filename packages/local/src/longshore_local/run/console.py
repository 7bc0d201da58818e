"""The run's one stream of lines, each with the name of the service that wrote it."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO

WIDTH = len("longshore")
RESET, BOLD_RED = "\x1b[0m", "\x1b[1;31m"
COLOURS = {
    "longshore": "\x1b[1;37m",
    "valkey": "\x1b[35m",
    "api": "\x1b[36m",
    "worker": "\x1b[32m",
    "scheduler": "\x1b[33m",
}


class Console:
    """Writes lines; with ``prefixed`` false as they come, for a machine that reads JSON lines."""

    def __init__(self, stream: TextIO | None = None, *, prefixed: bool = True) -> None:
        self._stream = stream or sys.stdout
        self._prefixed = prefixed
        self.coloured = prefixed and self._stream.isatty()

    def line(self, service: str, text: str) -> None:
        """Write one line of a service's output."""
        self._write(self._prefix(service) + text if self._prefixed else text)

    def say(self, text: str) -> None:
        """Write something of the run itself."""
        for line in text.splitlines():
            self._write(self._prefix("longshore") + line)

    def complain(self, text: str) -> None:
        """Write what went wrong."""
        self._write(self._prefix("longshore") + self._dyed(text, BOLD_RED))

    def _prefix(self, service: str) -> str:
        return self._dyed(f"{service:<{WIDTH}} |", COLOURS.get(service, "")) + " "

    def _dyed(self, text: str, colour: str) -> str:
        return f"{colour}{text}{RESET}" if self.coloured else text

    def _write(self, line: str) -> None:
        # The terminal may be gone; the set must still be stopped in order.
        with suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()
