"""A local socket whose questions are answered by whoever turns it; it has no thread."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from longshore.errors import SettingsError

#: A client sends at once; one that does not must not hold the main loop, and asks again.
QUESTION_WITHIN_SECONDS = 0.05
QUESTION_BYTES = 256
BACKLOG = 16


class Listener:
    """Listens at a path and answers each line with another.

    Raises:
        SettingsError: the socket cannot be made there.
    """

    def __init__(self, path: Path, answer: Callable[[str], str]) -> None:
        self._path, self._answer = path, answer
        self._owner = os.getpid()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _remove_stale(path)
            self._socket.bind(str(path))
        except OSError as error:
            self._socket.close()
            reason = error.strerror or error
            raise SettingsError(f"the probe's socket {path} cannot be made: {reason}") from error
        path.chmod(0o600)
        self._socket.listen(BACKLOG)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """The descriptor that becomes readable when somebody asks."""
        return self._socket.fileno()

    def turn(self) -> int:
        """Answer everybody who waits; returns how many."""
        answered = 0
        while (connection := self._accept()) is not None:
            with connection:
                self._reply(connection)
            answered += 1
        return answered

    def _accept(self) -> socket.socket | None:
        try:
            return self._socket.accept()[0]
        except OSError:
            return None

    def _reply(self, connection: socket.socket) -> None:
        connection.settimeout(QUESTION_WITHIN_SECONDS)
        try:
            question = connection.recv(QUESTION_BYTES).decode(errors="replace")
            connection.sendall(f"{self._answer(question)}\n".encode())
        except OSError:
            return  # it has gone, or did not ask: the next one may

    def close(self) -> None:
        """Stop listening; the path goes with the process that made it."""
        self._socket.close()
        if os.getpid() == self._owner:
            self._path.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    # A container that was killed and began anew finds the socket of its predecessor.
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
