"""How long something took, less the time in which the machine ran nobody."""

from __future__ import annotations

import subprocess
import sys
import time
from types import TracebackType
from typing import Self

#: Naps beside what is measured and adds up how far it overslept: a process with nothing to do is
#: late by this much only when its whole machine stood still.
COMPANION = """
import select, sys, time
NAP_SECONDS, STALL_SECONDS = 0.01, 0.05
stalled, begun, ended = 0.0, time.monotonic(), False
print(flush=True)
while not ended:
    ended = select.select([sys.stdin], [], [], NAP_SECONDS)[0]
    now = time.monotonic()
    late = now - begun - NAP_SECONDS
    stalled, begun = stalled + (late if late > STALL_SECONDS else 0.0), now
print(stalled)
"""


class Stopwatch:
    """Measures the block that it is the context of; ``seconds`` is there when the block has ended.

    A host that gives its processor to others for half a second makes every bound of two seconds a
    matter of luck. The product is held to the time that it had: what a neighbour that only sleeps
    was late by is taken off. Work of the product's own, also on every core, takes nothing off.
    ``companion`` is that neighbour.
    """

    def __enter__(self) -> Self:
        command = (sys.executable, "-I", "-S", "-c", COMPANION)
        self.companion = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.companion.stdout is not None
        assert self.companion.stdout.readline() == "\n"
        self._begun = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        wall_seconds = time.monotonic() - self._begun
        stalled, _ = self.companion.communicate("\n", timeout=30)
        self.stalled_seconds = float(stalled)
        self.seconds = wall_seconds - self.stalled_seconds
