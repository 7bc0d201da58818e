"""How long jobs waited and ran lately: sketches that the settle script keeps.

A sketch counts values in buckets on a logarithmic scale: bucket ``i`` holds the seconds from
``GROWTH ** i`` on, below ``GROWTH ** (i + 1)``. A quantile out of it is wrong by at most a tenth.
The same buckets are written by ``settle.lua``, into a hash for each minute and one for each hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from longshore.store.call import Call, text
from longshore.store.figures import SEPARATOR
from longshore.store.scripts import load

GROWTH = 2**0.25
OUTCOMES = ("succeeded", "retried", "dead", "cancelled", "expired", "interrupted")
WAIT, RUN = "w", "r"


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of so many values, in seconds; ``None`` when there was none."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class QueueWindow:
    """A task's jobs of one queue: how often which outcome, how long they waited and ran.

    Jobs that ended for good are in ``wait`` and ``run``, with their last attempt.
    """

    queue: str
    outcomes: Mapping[str, int]
    wait: Quantiles
    run: Quantiles


@dataclass(frozen=True, slots=True)
class Window:
    """The last ``seconds``, and up to one slot more: a minute, of a day an hour."""

    seconds: int
    queues: tuple[QueueWindow, ...]


WINDOWS = (300, 3600, 86_400)


def recent(task: str) -> Call[tuple[Window, ...]]:
    """What became of a task's jobs in the last five minutes, hour and day."""

    def read(answer: Sequence[Sequence[Any]]) -> tuple[Window, ...]:
        pairs = zip(WINDOWS, answer, strict=True)
        return tuple(Window(seconds, _queues(flat)) for seconds, flat in pairs)

    return Call(load("stats"), lambda _: (task,), read)


def task_names() -> Call[tuple[str, ...]]:
    """The tasks of which jobs have ended, by name."""
    return Call(load("tasks"), lambda _: (), lambda answer: tuple(sorted(map(text, answer))))


def _queues(flat: Sequence[Any]) -> tuple[QueueWindow, ...]:
    by_queue: dict[str, dict[str, int]] = {}
    for field, count in zip(flat[::2], flat[1::2], strict=True):
        queue, _, word = text(field).partition(SEPARATOR)
        by_queue.setdefault(queue, {})[word] = int(count)
    return tuple(_window(queue, words) for queue, words in sorted(by_queue.items()))


def _window(queue: str, words: Mapping[str, int]) -> QueueWindow:
    outcomes = {name: words.get(name, 0) for name in OUTCOMES}
    return QueueWindow(
        queue, outcomes, quantiles(_buckets(WAIT, words)), quantiles(_buckets(RUN, words))
    )


def _buckets(kind: str, words: Mapping[str, int]) -> Counter[int]:
    return Counter(
        {
            int(word[1:]): count
            for word, count in words.items()
            if word[0] == kind and word not in OUTCOMES
        }
    )


def quantiles(buckets: Mapping[int, int]) -> Quantiles:
    """The middle of the bucket in which the value lies, on the logarithmic scale."""
    total = sum(buckets.values())
    p50, p95, p99 = (_quantile(buckets, share * total) for share in (0.5, 0.95, 0.99))
    return Quantiles(total, p50, p95, p99)


def _quantile(buckets: Mapping[int, int], rank: float) -> float | None:
    seen = 0
    for index in sorted(buckets):
        seen += buckets[index]
        if seen >= rank:
            return round(float(GROWTH ** (index + 0.5)), 6)
    return None
