"""A steady load in the background, whatever happens to the broker."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kombu.exceptions import OperationalError

from longshore.prove.producer import Producer

#: More than any enqueue may take: Longshore's deadline is two seconds, stock Celery's wait ends
#: with the fault.
STOP_SECONDS = 60.0
LONG_ONE_IN = 20


@dataclass(frozen=True, slots=True)
class Load:
    """So many jobs in a second, of so many seconds each; now and then one takes longer."""

    per_second: float
    job_seconds: float
    long_seconds: float

    def durations(self) -> Iterator[float]:
        """How long the jobs take, without end; a long one runs through a good part of a fault."""
        return itertools.cycle([self.long_seconds, *[self.job_seconds] * (LONG_ONE_IN - 1)])


class Feeder:
    """Enqueues jobs at a rate until the context ends; a refused enqueue is not repeated."""

    def __init__(self, producer: Producer, load: Load) -> None:
        self._producer, self._durations = producer, load.durations()
        self._pause = 1 / load.per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prove-feeder", daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            try:
                self._producer.work(next(self._durations))
            except OperationalError:
                self._stop.wait(self._pause)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(STOP_SECONDS)
