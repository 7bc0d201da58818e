"""The end of one pod, step by step: what docs/shutdown.md tells, measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from longshore.store import Store, jobs
from support.cluster import Watch, kubectl, pods, scale, staying
from support.trial import enqueue, finished, nap, records, running
from support.until import until

pytestmark = pytest.mark.timeout(300)
NAP_SECONDS = 15.0
STEP = "timeline: "


class Steps:
    """Seconds from the deletion until each step is seen."""

    def __init__(self) -> None:
        self._watch = Watch()
        self.at: dict[str, float] = {}

    def note(self, step: str, reached: Callable[[], bool]) -> None:
        """Note it the first time."""
        if step not in self.at and reached():
            self.at[step] = self._watch.seconds


def test_a_pod_ends_when_its_jobs_have(store: Store, figure: Any) -> None:
    scale("worker-default", 1)
    # One on its way out would still take a job.
    until(lambda: len(pods("worker", "default")) == 1, 90)
    (victim,) = [pod.name for pod in staying("worker", "default")]
    busy = enqueue(store, nap(NAP_SECONDS), nap(NAP_SECONDS))
    until(lambda: all(running(store, one) for one in busy), 60)
    waiting = enqueue(store, *(nap(0.1) for _ in range(4)))
    steps = Steps()
    kubectl("delete", "pod", victim, "--wait=false")

    def over() -> bool:
        found = {pod.name: pod for pod in pods("worker", "default")}
        steps.note("the pod is NotReady", lambda: victim not in found or not found[victim].ready)
        steps.note(
            "the waiting jobs are done by the new pod",
            lambda: all(one.finished_at for one in records(store, waiting)),
        )
        steps.note(
            f"the running jobs (of {NAP_SECONDS:.0f} s) have settled",
            lambda: all(store.run(jobs.get(one)).finished_at for one in busy),
        )
        steps.note("the pod is gone", lambda: victim not in found)
        return len(steps.at) == 4

    until(over, 120)
    found = finished(store, [*busy, *waiting], 60)
    # What was handed to the pod that goes, and had not begun, it has given back.
    assert {(one.attempts, one.interruptions) for one in found} == {(1, 0)}
    assert not {one.worker for one in records(store, waiting)} & {f"default@{victim}"}
    for step, seconds in steps.at.items():
        figure(STEP + step, f"{seconds:.1f} s")
