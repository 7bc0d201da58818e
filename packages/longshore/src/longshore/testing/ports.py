"""Ports of the loopback address."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return a port that nothing listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    return why_taken(port, host) is None


def why_taken(port: int, host: str = "127.0.0.1") -> str | None:
    """Return the system's reason why no server can listen there now, or ``None``."""
    with socket.socket() as listener:
        # As servers do; otherwise a connection that has just closed makes the port look taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None
