"""What an install without values gets, and what it does not."""

from __future__ import annotations

import pytest

from support.chart import render

OPTIONAL = [
    "HorizontalPodAutoscaler",
    "HTTPRoute",
    "Ingress",
    "PodDisruptionBudget",
    "PodMonitor",
    "PrometheusRule",
    "ScaledObject",
    "ServiceMonitor",
    "TriggerAuthentication",
]


@pytest.mark.parametrize("kind", OPTIONAL)
def test_off_unless_asked_for(kind: str) -> None:
    assert render().of(kind) == []


def test_one_of_each_runs() -> None:
    objects = render()
    assert objects.names("Deployment") == {"api", "scheduler", "worker-default"}
    assert {one["spec"]["replicas"] for one in objects.of("Deployment")} == {1}
    assert objects.names("StatefulSet") == {"valkey"}
    assert objects.names("Service") == {"api", "valkey"}


def test_nothing_is_public() -> None:
    services = render().of("Service")
    assert {one["spec"].get("type", "ClusterIP") for one in services} == {"ClusterIP"}


def test_no_rights_and_no_hook_but_the_test() -> None:
    objects = render()
    assert not objects.of("Role")
    assert not objects.of("ClusterRole")
    hooks = [one["metadata"].get("annotations", {}).get("helm.sh/hook") for one in objects]
    assert [hook for hook in hooks if hook] == ["test"]


def test_the_test_can_be_left_out() -> None:
    assert not render({"tests": {"enabled": False}}).of("Pod")


def test_without_a_scheduler_there_is_none() -> None:
    assert "scheduler" not in render({"scheduler": {"enabled": False}}).names("Deployment")


def test_rights_are_the_schedulers_alone_where_it_marks_busy_pods() -> None:
    objects = render({"scheduler": {"deletionCost": {"enabled": True}}})
    (role,) = objects.of("Role")
    assert role["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "patch"]}]
    (binding,) = objects.of("RoleBinding")
    for name, template in objects.pods():
        spec = template["spec"]
        rights = spec["serviceAccountName"] == binding["subjects"][0]["name"]
        assert rights == spec["automountServiceAccountToken"] == name.endswith("-scheduler")
