"""The clock of the tests that hold the product to a time."""

from __future__ import annotations

import signal
import time

from support.stopwatch import Stopwatch

SECONDS = 0.5


def test_work_is_measured_in_full():
    with Stopwatch() as watch:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            pass
    assert watch.seconds + watch.stalled_seconds >= SECONDS


def test_a_machine_that_stands_still_is_taken_off():
    with Stopwatch() as watch:
        watch.companion.send_signal(signal.SIGSTOP)
        time.sleep(SECONDS)
        watch.companion.send_signal(signal.SIGCONT)
    assert watch.stalled_seconds >= SECONDS * 0.9
    assert watch.seconds < SECONDS
