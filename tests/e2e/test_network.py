"""Who reaches whom, where the cluster enforces NetworkPolicies."""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest

from support.cluster import NAMESPACE, kubectl
from support.until import until

pytestmark = pytest.mark.timeout(180)
ELSEWHERE = f"{NAMESPACE}-elsewhere"
LISTEN = "import http.server; http.server.test(port=8080)"
CONNECT = "import socket; socket.create_connection(('{0}', {1}), 3).close(); print('connected')"
CLOSED = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "closed"},
    "spec": {"podSelector": {"matchLabels": {"run": "listener"}}, "policyTypes": ["Ingress"]},
}


@pytest.fixture(scope="module", autouse=True)
def elsewhere() -> Generator[None]:
    """Another namespace with two pods, one of them closed to all."""
    kubectl("create", "namespace", ELSEWHERE)
    try:
        policy = json.dumps(CLOSED)
        kubectl("create", "-f", "-", namespace=ELSEWHERE, given=policy)
        for name in ("listener", "caller"):
            pod(name)
        kubectl("wait", "pod", "--all", "--for=condition=Ready", namespace=ELSEWHERE)
        yield
    finally:
        kubectl("delete", "namespace", ELSEWHERE, "--wait=false")


def pod(name: str) -> None:
    command = ("--image=longshore/api:dev", "--image-pull-policy=Never", "--command", "--")
    kubectl("run", name, *command, "python", "-c", LISTEN, namespace=ELSEWHERE)


def reaches(host: str, port: int) -> bool:
    program = CONNECT.format(host, port)
    said = kubectl(
        "exec", "caller", "--", "python", "-c", program, namespace=ELSEWHERE, check=False
    )
    return "connected" in said


def listener() -> str:
    return kubectl("get", "pod", "listener", "-o", "jsonpath={.status.podIP}", namespace=ELSEWHERE)


def test_strangers_reach_the_api_and_not_the_broker() -> None:
    until(lambda: reaches(f"longshore-api.{NAMESPACE}.svc", 80), 30)
    if reaches(listener(), 8080):
        pytest.skip("this cluster does not enforce NetworkPolicies")
    assert not reaches(f"longshore-valkey.{NAMESPACE}.svc", 6379)
