"""Everything that moves pods, one after another, while ten thousand jobs go through."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from longshore.store import Store, queues
from support.cluster import Watch, get, kubectl, restart, scale, staying
from support.trial import ended_by, enqueue, finished, nap
from support.until import until

pytestmark = pytest.mark.timeout(1500)
JOBS, NAP_SECONDS = 10_000, 0.5
PODS = 6


@pytest.fixture
def spare_node() -> Generator[str]:
    """A node that can be drained: not the broker's, whose volume is there."""
    home = get("pod", "longshore-valkey-0")["spec"]["nodeName"]
    others = [one["metadata"]["name"] for one in get("nodes")["items"]]
    others.remove(home)
    if not others:
        pytest.skip("one node only; k8s-dev/kind-e2e.yaml makes two")
    yield others[0]
    kubectl("uncordon", others[0])


def work_left(store: Store) -> int:
    (found,) = [one for one in store.run(queues.all_status()) if one.queue == "normal"]
    return found.waiting


def test_ten_thousand_jobs_survive_all_that_moves_pods(
    store: Store, spare_node: str, figure: Any
) -> None:
    scale("worker-default", PODS)
    ids = enqueue(store, *(nap(NAP_SECONDS) for _ in range(JOBS)))
    watch = Watch()
    for _ in range(5):
        restart("worker-default")
    rollouts = watch.seconds
    assert work_left(store), "the rollouts took longer than the jobs"
    kubectl("drain", spare_node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s")
    drained = watch.seconds - rollouts
    kubectl("uncordon", spare_node)
    until(lambda: len([pod for pod in staying("worker", "default") if pod.ready]) == PODS, 120)
    victim = staying("worker", "default")[0].name
    kubectl("delete", "pod", victim, "--force", "--grace-period=0")
    scale("worker-default", 1)
    assert work_left(store), "the jobs were over before the scale-in"
    scale("worker-default", PODS)
    found = finished(store, ids, 600)
    seconds = watch.seconds
    assert {one.attempts for one in found} == {1}
    doubled = [one for one in found if one.interruptions]
    back = sum(one.deliveries > 1 for one in found) - len(doubled)
    assert all(ended_by(store, one.id) == {victim} for one in doubled)
    figure(
        f"{JOBS:,} jobs of {NAP_SECONDS} s on {PODS} pods: five rollout restarts, a node drained,"
        " a pod deleted by force, scale-in 6 → 1",
        f"{len(found):,} succeeded, 0 lost, 1 attempt each; {len(doubled)} ran twice, all of them"
        f" the killed pod's; {back} were given back unbegun by pods on their way out; rollouts"
        f" {rollouts:.0f} s, drain {drained:.0f} s,"
        f" all {seconds:.0f} s",
    )
