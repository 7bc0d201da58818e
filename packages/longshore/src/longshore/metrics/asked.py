"""An answer that is asked for again only when it has become old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: Two scrapers that come together cost one question.
KEEP_SECONDS = 0.5


class Asked(Generic[T]):
    """Safe between threads; whoever comes while it is being asked waits for that answer."""

    def __init__(self, ask: Callable[[], T], keep_seconds: float = KEEP_SECONDS) -> None:
        self._ask, self._keep_seconds = ask, keep_seconds
        self._lock = threading.Lock()
        self._answer: tuple[float, T] | None = None

    def answer(self) -> T:
        """The answer, at most so many seconds old; raises what the question raises."""
        with self._lock:
            now = time.monotonic()
            if self._answer is None or now - self._answer[0] > self._keep_seconds:
                self._answer = (now, self._ask())
            return self._answer[1]
