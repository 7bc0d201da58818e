"""Every command that a server carries out, its scripts' own included, as MONITOR tells."""

from __future__ import annotations

import re
import socket
import threading
from typing import Self

from longshore.testing.server import ValkeyServer

_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|.)")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


class Monitor:
    """As a context manager; ``commands`` are complete once it has ended."""

    def __init__(self, server: ValkeyServer) -> None:
        self._server = server
        self.commands: list[tuple[bytes, ...]] = []

    def __enter__(self) -> Self:
        self._socket = socket.create_connection(("127.0.0.1", self._server.port))
        self._lines = self._socket.makefile("rb")
        self._socket.sendall(b"MONITOR\r\n")
        assert self._lines.readline() == b"+OK\r\n"
        self._thread = threading.Thread(target=self._read, name="monitor")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.ask("ECHO", "the end of the monitor")
        self._thread.join(10)
        self._lines.close()
        self._socket.close()

    def _read(self) -> None:
        for line in self._lines:
            words = tuple(_ESCAPE.sub(_plain, word) for word in _WORD.findall(line))
            if words[1:] == (b"the end of the monitor",):
                return
            self.commands.append(words)


def _plain(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    if len(escaped) == 3:
        return bytes([int(escaped[1:], 16)])
    return _NAMED.get(escaped, escaped)
