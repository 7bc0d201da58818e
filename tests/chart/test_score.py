"""kube-score's opinion of the chart, apart from what the chart does otherwise on purpose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from support.chart import manifest, shipped

#: kube-score's grades: 10 is right, 7 nearly so, 5 a warning, 1 critical.
RIGHT = 7
KUBERNETES = "--kubernetes-version=v1.36"
#: A check, or a check of one kind of object, and why the chart does otherwise.
EXCEPTIONS = {
    "container-image-pull-policy": "images are pinned; Always asks the registry at each start",
    "container-ephemeral-storage-request-and-limit": "root file systems are read-only, and"
    " scratch space is an emptyDir with a limit of its own",
    "container-resources": "memory is limited; a CPU limit stops a worker that has leases to renew",
    "deployment-has-host-podantiaffinity": "topology spread constraints do it",
    "deployment-replicas": "one pod of the api is the small default, autoscaling is by value",
    "deployment-has-poddisruptionbudget": "only where there are several pods: for one it would"
    " block the drain of its node, and a drained worker loses nothing",
    "StatefulSet/statefulset-has-servicename": "one pod, which is reached by its Service",
    "StatefulSet/pod-probes-identical": "Valkey's ping is both",
    "StatefulSet/container-security-context-user-group-id": "999 is the image's own user",
}


def kube_score() -> str:
    """Return the kube-score to ask; without one the test is skipped."""
    found = os.environ.get("KUBE_SCORE") or shutil.which("kube-score")
    if not found:
        pytest.skip("no kube-score on the PATH, and no Go to build it")
    return found


def complaints(environment: str) -> dict[str, str]:
    """Return what is not right: the check's name with and without its kind, and the objects."""
    done = subprocess.run(
        [kube_score(), "score", "--output-format=json", KUBERNETES, "-"],
        input=manifest(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = {}
    for one in json.loads(done.stdout):
        kind, name = one["type_meta"]["kind"], one["object_meta"]["name"]
        for check in one["checks"] or ():
            if not check["skipped"] and check["grade"] < RIGHT:
                found[f"{kind}/{check['check']['id']}"] = f"{kind}/{name}"
    return found


@pytest.mark.parametrize("environment", shipped())
def test_nothing_is_wrong_but_what_has_a_reason(environment: str) -> None:
    unexplained = {
        complaint: found
        for complaint, found in complaints(environment).items()
        if complaint not in EXCEPTIONS and complaint.partition("/")[2] not in EXCEPTIONS
    }
    assert unexplained == {}


def test_every_exception_is_needed() -> None:
    seen = {complaint for environment in shipped() for complaint in complaints(environment)}
    names = seen | {complaint.partition("/")[2] for complaint in seen}
    assert set(EXCEPTIONS) <= names
