"""Nothing comes in that was not let in."""

from __future__ import annotations

from typing import Any

from support.chart import Object, render

WITH_KEDA = {"workers": {"default": {"keda": {"enabled": True}}}}


def policy(name: str, values: dict[str, Any] | None = None) -> Object:
    found: Object = render(values).one("NetworkPolicy", name)["spec"]
    return found


def namespaces(spec: Object) -> set[str]:
    return {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in spec["ingress"]
        for peer in rule.get("from", [])
        if "namespaceSelector" in peer
    }


def test_everything_is_closed_first() -> None:
    spec = policy("deny")
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    assert "egress" not in spec


def test_the_denial_covers_every_pod() -> None:
    chosen = policy("deny")["podSelector"]["matchLabels"]
    for name, template in render().pods():
        assert chosen.items() <= template["metadata"]["labels"].items(), name


def test_valkey_is_open_to_the_release_and_to_keda_where_it_scales() -> None:
    assert namespaces(policy("valkey")) == set()
    assert namespaces(policy("valkey", WITH_KEDA)) == {"keda"}


def test_metrics_are_open_to_monitoring_where_there_is_one() -> None:
    assert "metrics" not in render().names("NetworkPolicy")
    values = {"monitoring": {"serviceMonitor": {"enabled": True}}}
    assert namespaces(policy("metrics", values)) == {"monitoring"}


def test_outwards_can_be_closed_but_for_names_and_the_release() -> None:
    assert policy("egress")["egress"] == [{}]
    rules = policy("egress", {"networkPolicy": {"restrictEgress": True}})["egress"]
    assert [[port["port"] for port in rule.get("ports", [])] for rule in rules] == [[53, 53], []]


def test_callers_of_the_api_can_be_named() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"name": "ingress"}}}
    (rule,) = policy("api", {"networkPolicy": {"apiFrom": [peer]}})["ingress"]
    assert peer in rule["from"]


def test_policies_can_be_left_to_others() -> None:
    assert not render({"networkPolicy": {"enabled": False}}).of("NetworkPolicy")


def test_the_scheduler_may_ask_kubernetes_where_it_marks_busy_pods() -> None:
    closed: dict[str, Any] = {"networkPolicy": {"restrictEgress": True}}
    assert "scheduler" not in render(closed).names("NetworkPolicy")
    marking = {**closed, "scheduler": {"deletionCost": {"enabled": True}}}
    spec = policy("scheduler", marking)
    assert spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "scheduler"
    assert spec["egress"] == [{"ports": [{"port": 443}, {"port": 6443}]}]
