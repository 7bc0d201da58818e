"""The fewest pods that a Deployment has asked for, looked at again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.cluster import replicas

EVERY_SECONDS = 0.2


@contextmanager
def fewest_pods(deployment: str) -> Iterator[list[int]]:
    """A list that fills while the block runs; its minimum is what was asked for at least."""
    noted: list[int] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(EVERY_SECONDS):
            noted.append(replicas(deployment))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield noted
    finally:
        ended.set()
        thread.join()
