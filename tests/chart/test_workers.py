"""Worker sets: one template over a map."""

from __future__ import annotations

import pytest

from longshore.scheme import POOL_ALIASES
from longshore_tasks.queues import Queue
from longshore_tasks.roll import ROLL
from support.chart import container, render, shipped, worker

OWN_POOLS = [name for name, where in POOL_ALIASES.items() if str(where).startswith("longshore.")]
TWO = {"workers": {"default": {"enabled": False}, "fast": {"queues": ["high"], "concurrency": 8}}}


def test_a_set_takes_over_what_it_does_not_say() -> None:
    arguments = container(render(TWO), "Deployment", "worker-fast")["args"]
    assert "--queues=high" in arguments
    assert "--concurrency=8" in arguments
    assert "--pool=prefork" in arguments


def test_a_set_can_be_turned_off() -> None:
    assert render(TWO).names("Deployment") == {"api", "scheduler", "worker-fast"}


def test_sets_do_not_select_each_others_pods() -> None:
    objects = render({"workers": {"fast": {"queues": ["high"]}}})
    selectors = [
        objects.one("Deployment", f"worker-{name}")["spec"]["selector"]["matchLabels"]
        for name in ("default", "fast")
    ]
    assert selectors[0] != selectors[1]


def test_every_selector_finds_its_own_pods() -> None:
    for environment in shipped():
        for one in render(environment=environment):
            selector = one.get("spec", {}).get("selector", {}).get("matchLabels")
            template = one.get("spec", {}).get("template")
            if selector and template:
                assert selector.items() <= template["metadata"]["labels"].items()


def test_no_hook_runs_before_the_signal() -> None:
    assert "lifecycle" not in container(render(), "Deployment", "worker-default")


def test_the_limits_of_a_process_are_celerys_flags() -> None:
    spec = worker(maxJobsPerChild=100, maxMemoryPerChildKiB=200000)["spec"]["template"]["spec"]
    arguments = spec["containers"][0]["args"]
    assert "--max-tasks-per-child=100" in arguments
    assert "--max-memory-per-child=200000" in arguments


@pytest.mark.parametrize("pool", ["prefork", "threads", *OWN_POOLS])
def test_every_pool_can_be_chosen(pool: str) -> None:
    spec = worker(pool=pool)["spec"]["template"]["spec"]
    assert f"--pool={pool}" in spec["containers"][0]["args"]


def test_the_image_starts_celery_itself() -> None:
    found = container(render(), "Deployment", "worker-default")
    assert "command" not in found  # the image's tini stays in front
    assert found["args"][:3] == ["celery", "--app=longshore_worker.main", "worker"]


@pytest.mark.parametrize("environment", shipped())
def test_every_queue_of_the_catalogue_is_served(environment: str) -> None:
    served = {queue for queues, _ in _sets(environment) for queue in queues}
    assert served == {queue.value for queue in Queue}


@pytest.mark.parametrize("environment", shipped())
def test_no_task_may_run_longer_than_its_set(environment: str) -> None:
    for queues, limit in _sets(environment):
        for job in ROLL:
            if job.spec.queue in queues:
                assert (job.spec.time_limit_seconds or 0) <= limit, job.spec.task


def _sets(environment: str) -> list[tuple[set[str], int]]:
    found = []
    for one in render(environment=environment).of("Deployment"):
        if "-worker-" in one["metadata"]["name"]:
            (main,) = one["spec"]["template"]["spec"]["containers"]
            flags = dict(flag.split("=", 1) for flag in main["args"] if "=" in flag)
            found.append((set(flags["--queues"].split(",")), int(flags["--time-limit"])))
    return found
