"""A restart of the whole set, one Deployment after another."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from longshore.rollout.cluster import RolloutFailed
from longshore.rollout.tally import Look, OldPod, Tally

#: Workers first: the new ones must know the jobs that the new api and scheduler will enqueue.
ORDER = ("worker", "scheduler", "api")
LOOK_EVERY_SECONDS = 2.0


class Restartable(Protocol):
    """What is asked of a cluster."""

    def deployments(self, component: str) -> list[str]:
        """The Deployments of a component."""
        ...

    def pods(self, deployment: str) -> set[str]:
        """The pods of one."""
        ...

    def restart(self, deployment: str) -> None:
        """Replace them."""
        ...

    def complete(self, deployment: str) -> bool:
        """Whether that is done."""
        ...

    def look(self, about: Collection[str]) -> Look:
        """Ask the engine."""
        ...


@dataclass(frozen=True, slots=True)
class News:
    """Of a Deployment, or of one of its old pods."""

    deployment: str
    seconds: float
    pod: OldPod | None = None
    over: bool = False


def restart_all(cluster: Restartable, within_seconds: float) -> Iterator[News]:
    """Restart everything in its order; yields what happens until the old template is gone.

    Raises:
        RolloutFailed: a Deployment took longer than ``within_seconds``, or could not be asked.
    """
    found = [one for component in ORDER for one in cluster.deployments(component)]
    if not found:
        raise RolloutFailed("no Deployment of this release; is the namespace right?")
    for deployment in found:
        yield from _restart(cluster, deployment, within_seconds)


def _restart(cluster: Restartable, deployment: str, within: float) -> Iterator[News]:
    tally, began = Tally(cluster.pods(deployment)), time.monotonic()
    cluster.restart(deployment)
    yield News(deployment, 0.0)
    while True:
        # The engine is asked after the cluster: what a pod left behind is known by then.
        there, complete = cluster.pods(deployment), cluster.complete(deployment)
        look = cluster.look(tally.about())
        seconds = time.monotonic() - began
        for pod in tally.see(there, look, seconds):
            yield News(deployment, seconds, pod)
        if complete and tally.over:
            yield News(deployment, seconds, over=True)
            return
        if seconds > within:
            raise RolloutFailed(f"{deployment} was not replaced within {within:.0f} s")
        time.sleep(LOOK_EVERY_SECONDS)
