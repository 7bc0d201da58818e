"""One question to a Valkey over a bare socket: enough to know whether it is ready."""

from __future__ import annotations

import socket


class Refused(Exception):
    """The server answered with an error, for example that it still loads its data."""


def ask(port: int, *words: str, password: str | None = None, timeout_seconds: float = 5.0) -> str:
    """Return the first line of the answer, without its RESP type mark.

    Raises:
        Refused: the answer is an error.
        OSError: no answer.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_seconds) as connection:
        if password is not None:
            _exchange(connection, ("AUTH", password))
        return _exchange(connection, words)


def _exchange(connection: socket.socket, words: tuple[str, ...]) -> str:
    connection.sendall(_encoded(words))
    line = _first_line(connection)
    if line.startswith("-"):
        raise Refused(line[1:])
    return line[1:]


def _encoded(words: tuple[str, ...]) -> bytes:
    encoded = [word.encode() for word in words]
    parts = [b"*%d\r\n" % len(encoded)]
    parts += [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
    return b"".join(parts)


def _first_line(connection: socket.socket) -> str:
    answer = b""
    while b"\r\n" not in answer:
        chunk = connection.recv(4096)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        answer += chunk
    return answer.partition(b"\r\n")[0].decode()
