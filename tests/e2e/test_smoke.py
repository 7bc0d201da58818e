"""The release works: a job goes through api, broker, worker and back."""

from __future__ import annotations

import httpx
import pytest

from support.cluster import NAMESPACE, forwarded, get, staying
from support.until import until

pytestmark = pytest.mark.short


def test_a_job_goes_through_the_whole_set() -> None:
    with forwarded("service/longshore-api", 80) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/api/v1/health/jobs", timeout=30)
    assert answer.status_code == 200, answer.text


def test_every_pod_becomes_ready() -> None:
    for component in ("api", "worker", "scheduler", "valkey"):
        until(lambda found=component: all(pod.ready for pod in staying(found)), 60)


def test_pods_live_under_the_restricted_standard() -> None:
    labels = get("namespace", NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
