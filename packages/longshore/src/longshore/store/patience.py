"""Calls that wait for a broker that is away or takes no write, and lines that are said seldom."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store.call import Call
from longshore.store.refusals import passes
from longshore.store.stores import Store

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: Between two tries; the job's lease is renewed meanwhile.
PAUSE_SECONDS = 0.25
#: Between two lines that say the same of a broker that is away.
QUIET_SECONDS = 1.0


class Meanwhile:
    """What a main thread does between two tries: a worker's answers its probe."""

    def __init__(self) -> None:
        self.turn: Callable[[], object] | None = None


MEANWHILE = Meanwhile()


def pause() -> None:
    """Rests between two tries."""
    if MEANWHILE.turn is not None and threading.current_thread() is threading.main_thread():
        MEANWHILE.turn()
    time.sleep(PAUSE_SECONDS)


class Seldom:
    """Let one line a second through, whichever the reason, and count what is left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._next_at, self._left_out = clock, float("-inf"), 0

    def warn(self, log: logging.Logger, message: str, *values: object) -> None:
        """Log a warning, unless one was logged within the last second."""
        now = self._clock()
        if now < self._next_at:
            self._left_out += 1
            return
        more = f" ({self._left_out} such lines left out)" if self._left_out else ""
        self._next_at, self._left_out = now + QUIET_SECONDS, 0
        log.warning(f"{message}%s", *values, more)


WAITING = Seldom()


def run_patiently(store: Store, call: Call[T]) -> T:
    """Run a call that must not be given up, such as an outcome: it is kept nowhere else.

    Waits while the broker is away, and while it refuses for a reason that may pass.

    Raises:
        BrokerRefused: the server answered with an error that is about this call.
    """
    while True:
        try:
            return store.run(call)
        except (BrokerUnavailable, BrokerRefused) as error:
            if isinstance(error, BrokerRefused) and not passes(error):
                raise
            WAITING.warn(logger, "outcome is settled when the broker takes it: %s", error)
            pause()
