"""What ends the rest of a child's main thread: a signal, or another thread."""

from __future__ import annotations

import contextlib
import select
import signal
import socket

AT_ONCE = 4096


class Wake:
    """A pair of sockets; one can be read as soon as somebody calls."""

    def __init__(self) -> None:
        self._called, self._caller = socket.socketpair()
        self._called.setblocking(False)
        self._caller.setblocking(False)

    def fileno(self) -> int:
        """Readable once somebody has called."""
        return self._called.fileno()

    def on_signals(self) -> None:
        """Every signal of this process calls as well; its handler has run by then."""
        signal.set_wakeup_fd(self._caller.fileno(), warn_on_full_buffer=False)

    def call(self) -> None:
        """Ends the rest; never blocks."""
        with contextlib.suppress(BlockingIOError):
            self._caller.send(b"\0")

    def rest(self, seconds: float) -> None:
        """Until somebody calls, for so long at most."""
        select.select([self._called], [], [], seconds)
        self.hear()

    def hear(self) -> None:
        """Takes the calls that have come."""
        with contextlib.suppress(BlockingIOError):
            while len(self._called.recv(AT_ONCE)) == AT_ONCE:
                pass
