"""An event loop whose clock goes on to the next timer at once, instead of waiting for it."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any


class _SkippingSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    skipped_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0 if timeout else timeout)
        if timeout and not ready:
            self.skipped_seconds += timeout
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """For code that waits for timers only: it cannot know of threads and other processes."""

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Return the seconds that were skipped since the loop began."""
        return self._skipping.skipped_seconds


#: How a test marked with anyio runs on it: ``parametrize("anyio_backend", [SKIPPING])``.
SKIPPING: tuple[str, Mapping[str, Any]] = ("asyncio", {"loop_factory": SkippingLoop})
