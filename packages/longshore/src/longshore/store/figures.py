"""What an exporter shows that is true of the whole set, whoever did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from longshore.store.call import Call, fields
from longshore.store.scripts import load

#: A worker that consumes says so twice a second.
READY_SECONDS = 3.0
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts since the keys began, each by the words that its name says.

    ``workers_ready`` live and consume.
    """

    workers_ready: int
    enqueued_by_task_and_queue: Mapping[tuple[str, ...], int]
    rescued_by_queue: Mapping[tuple[str, ...], int]
    refused_by_queue: Mapping[tuple[str, ...], int]
    dead_by_queue_task_and_reason: Mapping[tuple[str, ...], int]


def figures() -> Call[Figures]:
    """Reads them all in one step."""
    return Call(load("figures"), lambda _: (READY_SECONDS,), _read)


def _read(answer: Sequence[Any]) -> Figures:
    sent, counts = _split(answer[1]), _split(answer[2])
    # Beside the counts, the number of their fields.
    sent.pop(("",), None)
    return Figures(
        int(answer[0]), sent, _of("rescued", counts), _of("refused", counts), _of("dead", counts)
    )


def _split(flat: Sequence[bytes]) -> dict[tuple[str, ...], int]:
    return {tuple(name.split(SEPARATOR)): int(value) for name, value in fields(flat).items()}


def _of(kind: str, counts: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    return {words[1:]: value for words, value in counts.items() if words[0] == kind}
