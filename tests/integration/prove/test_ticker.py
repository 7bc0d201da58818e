"""What an event loop is late by, and what it is not."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

from longshore.prove.processor import waited_seconds
from longshore.prove.ticker import Ticker

SPIN = "while True: pass"
#: Spins for a while of the wall clock on one processor and says how long it waited for it.
WAIT = """
import time
from longshore.prove.processor import waited_seconds
ends = time.monotonic() + 0.4
while time.monotonic() < ends: pass
print(waited_seconds())
"""


def test_a_loop_that_is_blocked_is_late() -> None:
    async def block() -> list[float]:
        async with Ticker() as ticker:
            await asyncio.sleep(0.02)
            time.sleep(0.2)  # noqa: ASYNC251 - the fault
            await asyncio.sleep(0.02)
        return ticker.late

    assert max(asyncio.run(block())) > 0.15


def test_what_others_take_of_the_processor_is_known() -> None:
    one = str(min(os.sched_getaffinity(0)))
    pinned = ("taskset", "-c", one, sys.executable, "-c")
    other = subprocess.Popen((*pinned, SPIN))
    try:
        told = subprocess.run((*pinned, WAIT), capture_output=True, text=True, check=True)
    finally:
        other.kill()
        other.wait()
    assert float(told.stdout) > 0.05


def test_of_a_process_that_is_not_there_nothing_is_known() -> None:
    assert waited_seconds(2**22 + 1) == 0.0
