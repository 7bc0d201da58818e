"""Which pods get which cost: a pure function."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

IDLE, BUSY = 0, 100
PATCH_EVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Pod:
    """A worker's pod and the cost that it is annotated with; none counts as 0."""

    name: str
    cost: int = IDLE


def plan(
    pods: Iterable[Pod], busy: Collection[str], patched_at: Mapping[str, float], now: float
) -> dict[str, int]:
    """The pods whose cost is wrong, with the right one; none twice within ten seconds.

    ``busy`` names pods that hold claims; times are monotonic seconds.
    """
    return {
        pod.name: wanted
        for pod in pods
        if pod.cost != (wanted := BUSY if pod.name in busy else IDLE)
        and now - patched_at.get(pod.name, float("-inf")) >= PATCH_EVERY_SECONDS
    }


def pods_of(workers: Iterable[str]) -> set[str]:
    """The pods of workers, which are named ``set@pod``."""
    return {worker.rpartition("@")[2] for worker in workers}
