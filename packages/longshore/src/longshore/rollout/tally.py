"""What became of the pods that a rollout replaces: a value fed with what was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Fate(StrEnum):
    """Where a pod of the old template is."""

    RUNNING = "still running"
    DRAINED = "drained"
    RESCUED = "rescued"


@dataclass(frozen=True, slots=True)
class Look:
    """The engine's answer: jobs claimed per pod, and jobs that ended short in a pod."""

    held: Mapping[str, Collection[str]]
    cut_short: Mapping[str, Collection[str]]


@dataclass(slots=True)
class OldPod:
    """One pod of the old template. ``jobs`` counts those that it holds, or that were rescued."""

    name: str
    fate: Fate = Fate.RUNNING
    jobs: int = 0
    seconds: float | None = None
    held: set[str] = field(default_factory=set[str])

    def line(self) -> str:
        """Return it for a person."""
        after = "" if self.seconds is None else f" after {self.seconds:.0f} s"
        jobs = f", {self.jobs} job(s)" if self.jobs else ""
        return f"{self.name}: {self.fate.value}{after}{jobs}"


class Tally:
    """All pods of the old template."""

    def __init__(self, names: Collection[str]) -> None:
        self.pods = {name: OldPod(name) for name in sorted(names)}

    def about(self) -> set[str]:
        """Jobs that may have been cut short: what pods held when they were seen last."""
        return {job for pod in self.pods.values() if pod.fate is Fate.RUNNING for job in pod.held}

    @property
    def over(self) -> bool:
        """Whether the old template is gone."""
        return all(pod.fate is not Fate.RUNNING for pod in self.pods.values())

    def see(self, there: Collection[str], look: Look, seconds: float) -> Iterator[OldPod]:
        """Take in what is seen now; yields the pods of which there is news."""
        for pod in self.pods.values():
            before = (pod.fate, pod.jobs)
            if pod.fate is Fate.RUNNING:
                _update(pod, pod.name in there, look, seconds)
            if (pod.fate, pod.jobs) != before:
                yield replace(pod)


def _update(pod: OldPod, there: bool, look: Look, seconds: float) -> None:
    if there:
        pod.held = set(look.held.get(pod.name, ()))
        pod.jobs = len(pod.held)
        return
    if look.held.get(pod.name):
        return  # gone, and its leases have not ended: a rescue is to come
    rescued = pod.held & set(look.cut_short.get(pod.name, ()))
    pod.fate = Fate.RESCUED if rescued else Fate.DRAINED
    pod.jobs, pod.seconds = len(rescued), seconds
