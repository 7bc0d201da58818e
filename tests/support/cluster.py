"""A cluster as the tests use it: kubectl, ports brought here, pods and what became of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

CONTEXT = os.environ.get("KUBE_CONTEXT", f"kind-{os.environ.get('CLUSTER', 'longshore')}")
NAMESPACE = os.environ.get("NAMESPACE", "longshore-e2e")
RELEASE = "longshore"
CHART = "charts/longshore"


def kubectl(
    *arguments: str, check: bool = True, namespace: str = NAMESPACE, given: str | None = None
) -> str:
    """Return what kubectl prints; ``given`` is its standard input."""
    command = shutil.which("kubectl")
    if command is None:
        pytest.skip("no kubectl on the PATH")
    done = subprocess.run(
        [command, "--context", CONTEXT, "-n", namespace, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def helm(*arguments: str) -> str:
    """Return what helm prints about the release's namespace."""
    command = shutil.which(os.environ.get("HELM", "helm"))
    if command is None:
        pytest.skip("no helm on the PATH")
    done = subprocess.run(
        [command, "--kube-context", CONTEXT, "-n", NAMESPACE, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def get(*arguments: str) -> dict[str, Any]:
    """Return an object, or a list of them."""
    found: dict[str, Any] = json.loads(kubectl("get", *arguments, "-o", "json"))
    return found


@dataclass(frozen=True)
class Pod:
    """A pod at one instant."""

    name: str
    phase: str
    ready: bool
    restarts: int
    leaving: bool
    last_end: str

    @classmethod
    def read(cls, found: dict[str, Any]) -> Pod:
        """Read what kubectl says."""
        (status,) = found["status"].get("containerStatuses") or [{}]
        ended = status.get("lastState", {}).get("terminated", {})
        return cls(
            name=found["metadata"]["name"],
            phase=found["status"]["phase"],
            ready=bool(status.get("ready")),
            restarts=int(status.get("restartCount", 0)),
            leaving="deletionTimestamp" in found["metadata"],
            last_end=str(ended.get("reason", "")),
        )


def pods(component: str, worker_set: str = "") -> list[Pod]:
    """Return the pods of a component, or of one worker set."""
    labels = f"app.kubernetes.io/component={component}"
    if worker_set:
        labels += f",longshore.dev/worker-set={worker_set}"
    found = get("pods", "-l", labels)["items"]
    return sorted((Pod.read(one) for one in found), key=lambda pod: pod.name)


def staying(component: str, worker_set: str = "") -> list[Pod]:
    """Return those of the pods that are not on their way out."""
    return [pod for pod in pods(component, worker_set) if not pod.leaving]


def replicas(deployment: str) -> int:
    """Return how many pods a Deployment asks for."""
    return int(get("deployment", f"{RELEASE}-{deployment}")["spec"]["replicas"])


def scale(deployment: str, count: int) -> None:
    """Ask for so many pods, and wait for them."""
    name = f"deployment/{RELEASE}-{deployment}"
    kubectl("scale", name, f"--replicas={count}")
    kubectl("rollout", "status", name, "--timeout=120s")


def upgrade(*settings: str, how: str = "--set") -> None:
    """Change some values of the release, and wait until it runs with them."""
    flags = [flag for setting in settings for flag in (how, setting)]
    helm("upgrade", RELEASE, CHART, "--reuse-values", "--wait", "--timeout", "4m", *flags)


def restart(deployment: str) -> None:
    """Replace all pods of a Deployment, and wait until it is done."""
    name = f"deployment/{RELEASE}-{deployment}"
    kubectl("rollout", "restart", name)
    kubectl("rollout", "status", name, "--timeout=240s")


def inside(pod: str, program: str) -> str:
    """Run Python in a pod's container."""
    return kubectl("exec", pod, "--", "python", "-c", program)


@contextmanager
def forwarded(target: str, port: int) -> Iterator[int]:
    """Bring a port of the cluster here, at a free one of this machine."""
    command = shutil.which("kubectl") or "kubectl"
    with subprocess.Popen(
        [command, "--context", CONTEXT, "-n", NAMESPACE, "port-forward", target, f":{port}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield _port(process)
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"127\.0\.0\.1:(\d+)", line)
    assert found, f"no port was forwarded: {line!r}"
    return int(found[1])


class Watch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Until now."""
        return time.monotonic() - self._began
