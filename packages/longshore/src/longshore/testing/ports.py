"""Ports of the loopback address."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import tempfile
from collections import deque
from pathlib import Path

#: Below those that systems give to outgoing connections (Linux from 32768, others from 49152):
#: there a client could take the port between the look and the start, or while a server restarts.
FIRST, LAST = 20_000, 32_000
TRIES = 100
#: So many ports are kept from other processes at a time: a server starts a moment after the look.
KEPT = 64
_kept: deque[int] = deque()


def free_port() -> int:
    """Return a port that nothing listens on, and that no other process here is given meanwhile.

    Raises:
        OSError: none was found.
    """
    for _ in range(TRIES):
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if _keep(port) and is_free(port):
            return port
    raise OSError(f"no free port between {FIRST} and {LAST}")


def _keep(port: int) -> bool:
    """Lock a file that stands for the port, until this process ends or has been given many more."""
    folder = Path(tempfile.gettempdir()) / f"longshore-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return False
    _kept.append(lock)
    if len(_kept) > KEPT:
        os.close(_kept.popleft())
    return True


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
