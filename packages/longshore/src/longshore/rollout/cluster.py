"""The cluster through kubectl, and the engine through a pod of the set."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from longshore.errors import LongshoreError
from longshore.rollout.tally import Look

ANSWER_WITHIN_SECONDS = 60.0
COMPONENT = "app.kubernetes.io/component"


class RolloutFailed(LongshoreError):
    """kubectl, or the engine in a pod, did not do what was asked."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One release; ``flags`` go to every kubectl, such as ``--context`` and ``-n``."""

    release: str
    flags: tuple[str, ...] = ()
    kubectl: str = "kubectl"

    def deployments(self, component: str) -> list[str]:
        """The Deployments of a component, by name."""
        found = self._get("deployments", "-l", f"{self._instance()},{COMPONENT}={component}")
        return sorted(one["metadata"]["name"] for one in found["items"])

    def pods(self, deployment: str) -> set[str]:
        """The pods of a Deployment, also those on their way out."""
        labels = self._get("deployment", deployment)["spec"]["selector"]["matchLabels"]
        chosen = ",".join(f"{name}={value}" for name, value in labels.items())
        return {one["metadata"]["name"] for one in self._get("pods", "-l", chosen)["items"]}

    def restart(self, deployment: str) -> None:
        """Have all pods replaced."""
        self._run("rollout", "restart", f"deployment/{deployment}")

    def complete(self, deployment: str) -> bool:
        """Whether all pods asked for are of the new template, and available."""
        found = self._get("deployment", deployment)
        status, wanted = found["status"], found["spec"].get("replicas", 1)
        known = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        fewest = min(status.get(f"{kind}Replicas", 0) for kind in ("updated", "available"))
        return bool(known and fewest >= wanted)

    def look(self, about: Collection[str]) -> Look:
        """Ask the engine, in a pod that has its command line."""
        (asked, *_) = self.deployments("api") or [""]
        if not asked:
            raise RolloutFailed(f"{self.release} has no api to ask the engine in")
        words = [word for job_id in sorted(about) for word in ("--about", job_id)]
        command = ("longshore", "held", "--json", *words)
        found = json.loads(self._run("exec", f"deployment/{asked}", "--", *command))
        return Look(_by_pod(found["held"]), _by_pod(found["cut_short"]))

    def _instance(self) -> str:
        return f"app.kubernetes.io/instance={self.release}"

    def _get(self, *arguments: str) -> Any:
        return json.loads(self._run("get", *arguments, "-o", "json"))

    def _run(self, *arguments: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - built above, no shell
                [self.kubectl, *self.flags, *arguments],
                capture_output=True,
                text=True,
                timeout=ANSWER_WITHIN_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RolloutFailed(f"kubectl {arguments[0]}: {error}") from None
        if done.returncode:
            raise RolloutFailed(f"kubectl {arguments[0]}: {done.stderr.strip()}")
        return done.stdout


def _by_pod(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """By pod instead of by worker, which is ``set@pod``."""
    return {worker.partition("@")[2]: ids for worker, ids in found.items()}
