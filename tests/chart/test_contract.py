"""Values that could cut a job short or lose one are refused, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from support.chart import refusal, render, worker


def of_set(**settings: Any) -> dict[str, Any]:
    return {"workers": {"default": settings}}


def keda(**settings: Any) -> dict[str, Any]:
    return of_set(keda={"enabled": True, **settings})


def sentinel(**settings: Any) -> dict[str, Any]:
    return {"valkey": {"enabled": False}, "broker": {"sentinel": settings}}


EXTERNAL: dict[str, Any] = {"valkey": {"enabled": False}, "broker": {"host": "redis"}}

REFUSED: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "another kind of broker",
        {"broker": {"kind": "rabbitmq"}},
        ["broker.kind is rabbitmq", "set broker.kind=redis", "docs/brokers.md"],
    ),
    (
        "grace below hard limit and margin",
        of_set(hardLimitSeconds=600, drainMarginSeconds=20, terminationGracePeriodSeconds=619),
        ["terminationGracePeriodSeconds is 619", "600 + 20 = 620", "set at least 620"],
    ),
    (
        "liveness grace as long as the grace",
        of_set(hardLimitSeconds=10, drainMarginSeconds=5, probes={"livenessGraceSeconds": 15}),
        ["livenessGraceSeconds", "15 s", "lower it"],
    ),
    (
        "cooldown below grace",
        keda(cooldownSeconds=359),
        ["cooldownSeconds is 359", "360 s", "set at least 360"],
    ),
    (
        "fallback to nothing",
        keda(fallback={"enabled": True, "replicas": 0}),
        ["fallback.replicas is 0", "set at least 1"],
    ),
    (
        "zero without claimed jobs",
        keda(minReplicas=0, countClaimed=False),
        ["countClaimed is false", "set countClaimed=true"],
    ),
    (
        "zero without a scheduler",
        {**keda(minReplicas=0), "scheduler": {"enabled": False}},
        ["scheduler.enabled is false", "enable the scheduler"],
    ),
    ("fewest above most", keda(minReplicas=3, maxReplicas=2), ["minReplicas is 3", "2"]),
    ("no worker", of_set(enabled=False), ["no worker set is enabled"]),
    ("no broker", {"valkey": {"enabled": False}}, ["there is no broker", "broker.host"]),
    ("two brokers", {"broker": {"host": "redis"}}, ["valkey.enabled=false"]),
    ("TLS without a server", {"broker": {"tls": {"enabled": True}}}, ["speaks no TLS"]),
    ("another user", {"broker": {"username": "me"}}, ["user is longshore"]),
    ("another port", {"broker": {"port": 6380}}, ["leave it at 6379"]),
    (
        "user without password",
        {"valkey": {"enabled": False}, "broker": {"host": "redis", "username": "me"}},
        ["broker.existingSecret"],
    ),
    (
        "sentinels and a server",
        {"valkey": {"enabled": False}, "broker": {"host": "redis", "sentinel": {"hosts": ["a"]}}},
        ["broker.sentinel.hosts", "empty broker.host"],
    ),
    ("sentinels of nobody", sentinel(hosts=["a"]), ["broker.sentinel.master is empty"]),
    ("a primary without sentinels", {"broker": {"sentinel": {"master": "a"}}}, ["list the"]),
    (
        "user at the sentinels without password",
        sentinel(hosts=["a"], master="b", username="me"),
        ["broker.sentinel.existingSecret"],
    ),
    ("migration of SQLite", {"migrations": {"hook": True}}, ["database.existingSecret"]),
    (
        "half an identity provider",
        {"api": {"auth": {"oidc": {"issuer": "https://id.example"}}}},
        ["api.auth.oidc", "jwksUrl"],
    ),
    ("no bucket", {"storage": {"kind": "s3"}}, ["storage.s3.bucket"]),
    (
        "api grace",
        {"api": {"terminationGracePeriodSeconds": 34}},
        ["is 34", "is 35", "set at least 35"],
    ),
    (
        "api autoscaler",
        {"api": {"hpa": {"enabled": True, "minReplicas": 9, "maxReplicas": 3}}},
        ["api.hpa.minReplicas"],
    ),
    ("ingress for all", {"api": {"ingress": {"enabled": True}}}, ["api.ingress.hosts"]),
    (
        "an api whose readiness needs a key",
        {"api": {"auth": {"publicPaths": ["/livez"]}}},
        ["api.auth.publicPaths lacks /readyz", "add it"],
    ),
    (
        "an api whose liveness needs a key",
        {"api": {"auth": {"publicPaths": ["/readyz"]}}},
        ["api.auth.publicPaths lacks /livez", "add it"],
    ),
    (
        "clients that nobody recognises",
        {"api": {"auth": {"mode": "off", "tenancy": "client"}}},
        ["api.auth.tenancy is client", "api.auth.mode=required"],
    ),
    ("no gateway", {"api": {"httpRoute": {"enabled": True}}}, ["api.httpRoute.parentRefs"]),
    (
        "closed in",
        {**EXTERNAL, "networkPolicy": {"restrictEgress": True}},
        ["networkPolicy.extraEgress"],
    ),
    (
        "closed in before the sentinels",
        {**sentinel(hosts=["a"], master="b"), "networkPolicy": {"restrictEgress": True}},
        ["networkPolicy.extraEgress"],
    ),
    (
        "a variable twice",
        of_set(env={"LONGSHORE_LEASE_SECONDS": 3}),
        ["workers.default.env.LONGSHORE_LEASE_SECONDS"],
    ),
    (
        "the port of metrics, twice",
        of_set(env={"LONGSHORE_METRICS_PORT": 9999}),
        ["workers.default.env.LONGSHORE_METRICS_PORT"],
    ),
    (
        "the scheduler's metrics, twice",
        {"scheduler": {"env": {"LONGSHORE_METRICS_HOST": "::"}}},
        ["scheduler.env.LONGSHORE_METRICS_HOST"],
    ),
    (
        "a secret, twice",
        {"sentry": {"existingSecret": "a"}, "api": {"env": {"LONGSHORE_SENTRY_DSN": "b"}}},
        ["api.env.LONGSHORE_SENTRY_DSN"],
    ),
    (
        "a common label that pods are selected by",
        {"commonLabels": {"app.kubernetes.io/name": "shop"}},
        ["commonLabels.app.kubernetes.io/name", "leave it out"],
    ),
    (
        "a pod's label that pods are selected by",
        of_set(podLabels={"longshore.dev/worker-set": "other"}),
        ["workers.default.podLabels.longshore.dev/worker-set"],
    ),
    (
        "a monitor's label that the chart sets",
        {"monitoring": {"podMonitor": {"labels": {"helm.sh/chart": "other"}}}},
        ["monitoring.podMonitor.labels.helm.sh/chart"],
    ),
    (
        "an annotation that the chart sets",
        {"scheduler": {"podAnnotations": {"checksum/config": "0"}}},
        ["scheduler.podAnnotations.checksum/config", "leave it out"],
    ),
    ("the api's, twice", {"api": {"env": {"LONGSHORE_PORT": 1}}}, ["api.env.LONGSHORE_PORT"]),
]

IN_PROD: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "one Valkey",
        {"valkey": {"enabled": True}, "broker": {"host": "", "tls": {"enabled": False}}},
        ["environment is prod", "valkey.enabled=false"],
    ),
    (
        "no authentication",
        {"api": {"auth": {"mode": "off"}}},
        ["environment is prod", "api.auth.mode=required"],
    ),
    (
        "no password",
        {"broker": {"existingSecret": "", "username": ""}},
        ["environment is prod", "broker.existingSecret"],
    ),
    (
        "SQLite",
        {"database": {"existingSecret": ""}, "migrations": {"hook": False}},
        ["environment is prod", "database.existingSecret"],
    ),
    (
        "a volume of one node",
        {"storage": {"kind": "directory"}},
        ["environment is prod", "ReadWriteMany"],
    ),
    (
        "files that end with their pod",
        {"storage": {"kind": "directory", "accessMode": "ReadWriteMany", "size": ""}},
        ["environment is prod", "storage.size"],
    ),
]


@pytest.mark.parametrize(("values", "words"), [pytest.param(v, w, id=i) for i, v, w in REFUSED])
def test_refused(values: dict[str, Any], words: list[str]) -> None:
    said = refusal(values)
    assert "longshore: " in said
    for word in words:
        assert word in said


@pytest.mark.parametrize(("values", "words"), [pytest.param(v, w, id=i) for i, v, w in IN_PROD])
def test_refused_in_production(values: dict[str, Any], words: list[str]) -> None:
    said = refusal(values, "prod")
    for word in words:
        assert word in said


def test_the_grace_is_computed_from_the_hard_limit() -> None:
    spec = worker(hardLimitSeconds=900, drainMarginSeconds=60)["spec"]["template"]["spec"]
    assert spec["terminationGracePeriodSeconds"] == 960


def test_a_longer_grace_is_taken() -> None:
    spec = worker(hardLimitSeconds=60, terminationGracePeriodSeconds=600)["spec"]["template"]
    assert spec["spec"]["terminationGracePeriodSeconds"] == 600


def test_the_watchdog_ends_a_drain_after_the_hard_limit_and_before_the_grace() -> None:
    (found,) = worker(hardLimitSeconds=100, drainMarginSeconds=40)["spec"]["template"]["spec"][
        "containers"
    ]
    limits = {one["name"]: one.get("value") for one in found["env"]}
    assert limits["LONGSHORE_WORKER_DRAIN_SECONDS"] == "120"
    assert "--time-limit=100" in found["args"]


def test_a_fallback_of_one_is_taken_and_never_lowers() -> None:
    (scaled,) = render(keda(fallback={"enabled": True, "replicas": 1})).of("ScaledObject")
    assert scaled["spec"]["fallback"]["replicas"] == 1
    assert scaled["spec"]["fallback"]["behavior"] == "currentReplicasIfHigher"
