"""A call that waits for a broker that is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from longshore.errors import BrokerUnavailable
from longshore.store.call import Call
from longshore.store.stores import Store

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: Between two tries; the job's lease is renewed meanwhile.
PAUSE_SECONDS = 0.25


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


def run_patiently(store: Store, call: Call[T]) -> T:
    """For an outcome, which cannot be kept anywhere else.

    Raises:
        BrokerRefused: the server answered with an error.
    """
    while True:
        try:
            return store.run(call)
        except BrokerUnavailable as error:
            logger.warning("outcome is settled when the broker is back: %s", error)
            pause()
