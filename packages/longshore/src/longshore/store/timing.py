"""Who wants to know how long calls take, if anybody."""

from __future__ import annotations

import os
from collections.abc import Callable


class Timer:
    """One for a process; a forked child has none."""

    def __init__(self) -> None:
        #: takes the script's name and the seconds from the call to its answer
        self.observe: Callable[[str, float], None] | None = None

    def forget(self) -> None:
        """Nobody wants to know."""
        self.observe = None


TIMER = Timer()
os.register_at_fork(after_in_child=TIMER.forget)
