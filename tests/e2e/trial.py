"""The worker's app with tasks that only a trial needs; built into an image of its own."""

from __future__ import annotations

import time

from longshore_worker.main import app


@app.task(name="trial.nap")
def nap(seconds: float) -> float:
    """Take some time."""
    time.sleep(seconds)
    return seconds


@app.task(name="trial.swallow")
def swallow(mebibytes: int) -> int:
    """Take more memory than the container has."""
    return len([bytearray(2**20) for _ in range(mebibytes)])
