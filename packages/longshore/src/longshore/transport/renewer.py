"""A process of its own that renews leases while a handler holds the interpreter's lock.

It is needed where handlers run in the worker's main process: C code that keeps the lock stops the
keeper's thread. The renewer ends with the worker, and does not renew for one that is stopped.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from kombu.log import get_logger

from longshore.errors import BrokerError
from longshore.store import Store
from longshore.store.claims import renew
from longshore.transport.pieces import batches
from longshore.transport.shared_claims import SharedClaims

logger = get_logger(__name__)

#: After a refusal of the broker, and while the worker is stopped.
PAUSE_SECONDS = 0.1
STANDARD_ERROR = 2
#: Signals that a worker's whole process group gets: the worker still has claims to keep.
DEAF_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)


class Renewer:
    """The renewing process of one broker, seen from the worker that it renews for."""

    def __init__(self, store: Store, claims: SharedClaims) -> None:
        self._store, self._claims = store, claims
        self.pid: int | None = None

    def start(self) -> None:
        """Starts the process unless it runs."""
        if self.pid is not None and not _has_ended(self.pid):
            return
        if self.pid is not None:
            logger.warning("the process that renews leases has ended; another one is started")
        worker = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _live(worker, self._store, self._claims)

    def stop(self) -> None:
        """Ends it; it holds nothing that could be lost."""
        if self.pid is None:
            return
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.pid = None


def supported() -> bool:
    """Whether this system tells of a process that it has ended (pidfd) or is stopped (/proc)."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return Path("/proc/self/stat").exists()


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True  # somebody else has waited for it


def _live(worker: int, store: Store, claims: SharedClaims) -> None:
    """The renewer's whole life after the fork; never returns."""
    try:
        _let_go()
        _renew_until(_end_of(worker), lambda: _is_stopped(worker), store, claims)
    finally:
        os._exit(0)


def _let_go() -> None:
    """Keeps nothing of the worker's open, and leaves its memory shared."""
    gc.disable()
    signal.set_wakeup_fd(-1)
    for sign in DEAF_TO:
        signal.signal(sign, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    # Covered rather than closed: the objects that own them close the numbers at some time.
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if number > STANDARD_ERROR and number != nothing:
            os.dup2(nothing, number)


def _end_of(worker: int) -> Callable[[float], bool]:
    """What waits for so many seconds, or until the worker has ended, and says whether it has."""
    assert sys.platform == "linux"  # noqa: S101  supported() was asked
    poll = select.poll()
    poll.register(os.pidfd_open(worker), select.POLLIN)
    return lambda seconds: bool(poll.poll(seconds * 1000)) or os.getppid() != worker


def _is_stopped(worker: int) -> bool:
    """Whether it is stopped by a signal or a debugger: the state in proc(5), after the name."""
    try:
        status = Path(f"/proc/{worker}/stat").read_bytes()
    except OSError:
        return True
    return status[status.rindex(b")") + 2 : status.rindex(b")") + 3] in b"Tt"


def _renew_until(
    ended: Callable[[float], bool], stopped: Callable[[], bool], store: Store, claims: SharedClaims
) -> None:
    pause = 0.0
    while not ended(pause):
        pause = PAUSE_SECONDS
        if stopped():
            continue
        try:
            for piece in batches(claims.read()):
                store.run(renew(piece))
        except BrokerError:
            continue  # the keeper says so
        pause = store.settings.renew_every_seconds
