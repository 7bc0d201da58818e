"""Several things at once, each in a thread: most of a fault is waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from longshore.prove.waiting import end_all_waiting

T = TypeVar("T")


def abreast(works: Sequence[Callable[[], T]], at_once: int) -> list[T]:
    """What each returned, in their order; ``at_once`` of them run at the same time.

    Raises:
        Exception: the first one's that failed, after all have ended.
        KeyboardInterrupt: the proof was ended; the threads have given up.
    """
    with ThreadPoolExecutor(at_once, thread_name_prefix="prove") as threads:
        futures = [threads.submit(work) for work in works]
        try:
            return [future.result() for future in futures]
        except KeyboardInterrupt:
            threads.shutdown(wait=False, cancel_futures=True)
            end_all_waiting()
            raise


class Shared(Iterator[T]):
    """Deals items out to several threads, each item to one of them."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items, self._lock = iter(items), threading.Lock()

    def __next__(self) -> T:
        with self._lock:
            return next(self._items)
