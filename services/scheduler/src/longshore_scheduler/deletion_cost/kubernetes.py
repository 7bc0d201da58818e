"""The two calls of the Kubernetes API that are needed, with the pod's own account."""

from __future__ import annotations

import json
import os
import ssl
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from longshore.errors import SettingsError
from longshore.metrics.place import address
from longshore_scheduler.deletion_cost.plan import IDLE, Pod

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
ANNOTATION = "controller.kubernetes.io/pod-deletion-cost"
DEADLINE_SECONDS = 5.0


class ClusterUnavailable(Exception):
    """The Kubernetes API did not answer, or refused; one line says how."""


class Cluster:
    """The pods of one namespace.

    Raises:
        SettingsError: this process is in no pod, or its account has no token.
    """

    def __init__(self, selector: str, account: Path = ACCOUNT) -> None:
        host = os.environ.get("KUBERNETES_SERVICE_HOST")
        port = os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        if not host or not (account / "token").is_file():
            raise SettingsError(
                "LONGSHORE_SCHEDULER_DELETION_COST needs a pod with a service account's token"
            )
        namespace = (account / "namespace").read_text().strip()
        self._account, self._selector = account, selector
        self._pods = f"https://{address(host, port)}/api/v1/namespaces/{namespace}/pods"
        self._trust = ssl.create_default_context(cafile=str(account / "ca.crt"))

    def pods(self) -> list[Pod]:
        """The pods of the selector that are not leaving.

        Raises:
            ClusterUnavailable: there was no answer.
        """
        found = self._ask("GET", f"?labelSelector={quote(self._selector)}")
        return [
            Pod(item["metadata"]["name"], _cost(item))
            for item in found["items"]
            if "deletionTimestamp" not in item["metadata"]
        ]

    def set_cost(self, pod: str, cost: int) -> None:
        """Annotate a pod.

        Raises:
            ClusterUnavailable: there was no answer, or the pod is gone.
        """
        self._ask("PATCH", f"/{quote(pod)}", {"metadata": {"annotations": {ANNOTATION: str(cost)}}})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        # Kubernetes renews the token in its file.
        headers = {
            "Authorization": f"Bearer {(self._account / 'token').read_text().strip()}",
            "Content-Type": "application/merge-patch+json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._pods + path, data, headers, method=method)  # noqa: S310  always https
        try:
            with urlopen(request, timeout=DEADLINE_SECONDS, context=self._trust) as answer:  # noqa: S310
                return json.load(answer)
        except (URLError, OSError, ValueError) as error:
            raise ClusterUnavailable(f"{method} pods: {error}") from error


def _cost(item: dict[str, Any]) -> int:
    try:
        return int(item["metadata"].get("annotations", {}).get(ANNOTATION, IDLE))
    except ValueError:
        return IDLE
