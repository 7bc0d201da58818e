"""Worker sets that KEDA scales: what is counted, how it is asked, who owns the replicas."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.envelope import PRIORITY_STEPS, list_of
from support.chart import Object, render


def scaled(values: dict[str, Any] | None = None, **settings: Any) -> Object:
    own = {"queues": ["high", "low"], "concurrency": 4, "keda": {"enabled": True, **settings}}
    found: Object = render({**(values or {}), "workers": {"default": own}}).one(
        "ScaledObject", "worker-default"
    )
    return found


def figures(found: Object) -> dict[str, str]:
    return {one["name"]: one["metadata"]["listName"] for one in found["spec"]["triggers"]}


def test_counts_every_priority_of_every_queue_as_the_engine_names_them() -> None:
    names = set(figures(scaled()).values())
    assert {list_of(queue, step) for queue in ("high", "low") for step in PRIORITY_STEPS} < names


def test_counts_claimed_jobs() -> None:
    names = set(figures(scaled()).values())
    assert {"longshore:leases:high", "longshore:leases:low"} < names
    alone = set(figures(scaled(countClaimed=False)).values())
    assert not {name for name in alone if "leases" in name}


def test_leaves_out_delayed_jobs_which_wait_without_a_pod() -> None:
    assert not [name for name in figures(scaled()).values() if "delayed" in name]


def test_keys_have_the_engines_prefix() -> None:
    names = figures(scaled({"engine": {"keyPrefix": "shop:"}})).values()
    assert all(name.startswith("shop:") for name in names)


def test_adds_everything_up_and_divides_by_what_a_pod_runs_at_once() -> None:
    modifiers = scaled()["spec"]["advanced"]["scalingModifiers"]
    assert modifiers["formula"].split(" + ") == list(figures(scaled()))
    assert modifiers["target"] == "4"
    assert scaled(jobsPerPod=40)["spec"]["advanced"]["scalingModifiers"]["target"] == "40"


def test_replicas_are_left_to_keda() -> None:
    objects = render({"workers": {"default": {"keda": {"enabled": True}}}})
    assert "replicas" not in objects.one("Deployment", "worker-default")["spec"]


def test_the_cooldown_is_the_grace_unless_it_is_longer() -> None:
    assert scaled()["spec"]["cooldownPeriod"] == 360
    assert scaled(cooldownSeconds=900)["spec"]["cooldownPeriod"] == 900


def test_asks_with_the_brokers_password() -> None:
    objects = render({"workers": {"default": {"keda": {"enabled": True}}}})
    (authentication,) = objects.of("TriggerAuthentication")
    assert authentication["spec"]["secretTargetRef"] == [
        {"parameter": "password", "name": "demo-longshore-valkey", "key": "password"}
    ]
    for trigger in scaled()["spec"]["triggers"]:
        assert trigger["authenticationRef"] == {"name": "demo-longshore-broker"}
        assert trigger["metadata"]["username"] == "longshore"


def test_asks_by_tls_with_the_brokers_authority() -> None:
    objects = render(environment="prod")
    (authentication,) = objects.of("TriggerAuthentication")
    parameters = {
        one["parameter"]: one["name"] for one in authentication["spec"]["secretTargetRef"]
    }
    assert parameters == {"password": "longshore-broker", "ca": "longshore-broker-ca"}
    triggers = objects.one("ScaledObject", "worker-normal")["spec"]["triggers"]
    assert {one["metadata"]["enableTLS"] for one in triggers} == {"true"}
    assert {one["metadata"]["address"] for one in triggers} == {"redis.data.svc:6379"}


def test_asks_an_open_broker_without_a_secret() -> None:
    found = scaled({"valkey": {"enabled": False}, "broker": {"host": "redis"}})
    assert not [one for one in found["spec"]["triggers"] if "authenticationRef" in one]


@pytest.mark.parametrize(
    ("settings", "annotations"),
    [
        ({}, None),
        ({"paused": True}, {"autoscaling.keda.sh/paused": "true"}),
        ({"paused": True, "pausedReplicas": 3}, {"autoscaling.keda.sh/paused-replicas": "3"}),
        ({"paused": True, "pausedReplicas": 0}, {"autoscaling.keda.sh/paused-replicas": "0"}),
    ],
)
def test_can_be_paused(settings: dict[str, Any], annotations: dict[str, str] | None) -> None:
    assert scaled(**settings)["metadata"].get("annotations") == annotations


def test_behaviour_is_the_autoscalers() -> None:
    behavior = scaled(behavior={"scaleDown": {"stabilizationWindowSeconds": 7}})["spec"][
        "advanced"
    ]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 7
