"""A proxy in front of the broker that swallows the reply to one request."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

CHUNK = 65536
#: A server that does not know a script yet asks for its source; that is no outcome.
NOT_YET = b"-NOSCRIPT"


class Middleman:
    """Passes everything on, until a request holds ``needle``: the broker's reply to it is kept.

    ``swallowed`` is set when the broker has answered, so that what was asked for has been done.
    """

    def __init__(self, port: int, needle: bytes) -> None:
        self._server_port, self._needle = port, needle
        self.swallowed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = [self._listener]

    def __enter__(self) -> Self:
        self._in_background(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in self._sockets:
            # Closing alone does not wake a thread that waits in the socket.
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @staticmethod
    def _in_background(work: object, *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, daemon=True).start()  # type: ignore[arg-type]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._sockets += [client, server]
            line = _Line(client, server, self._needle, self.swallowed)
            self._in_background(line.requests)
            self._in_background(line.replies)


class _Line:
    """One client's connection, in both directions."""

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        needle: bytes,
        swallowed: threading.Event,
    ) -> None:
        self._client, self._server = client, server
        self._needle, self._swallowed = needle, swallowed
        self._asked = False

    def requests(self) -> None:
        """From the client to the broker."""
        try:
            while chunk := self._client.recv(CHUNK):
                self._asked = self._asked or self._needle in chunk
                self._server.sendall(chunk)
        except OSError:
            return

    def replies(self) -> None:
        """From the broker to the client, until the one that is swallowed."""
        try:
            while chunk := self._server.recv(CHUNK):
                if self._asked and not chunk.startswith(NOT_YET):
                    self._swallowed.set()
                    return
                self._client.sendall(chunk)
        except OSError:
            return
