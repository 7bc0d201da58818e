"""Every pod of the chart is admitted by Pod Security "restricted" and holds no token."""

from __future__ import annotations

from typing import Any

import pytest

from support.chart import render, shipped

EVERYTHING: dict[str, Any] = {
    "monitoring": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}
}
PODS = [
    pytest.param(template, id=f"{environment or 'default'}:{name}")
    for environment in shipped()
    for name, template in render(EVERYTHING, environment).pods()
]


@pytest.mark.parametrize("template", PODS)
def test_restricted(template: dict[str, Any]) -> None:
    pod = template["spec"]["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] > 0
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    for one in template["spec"]["containers"]:
        own = one["securityContext"]
        assert own["allowPrivilegeEscalation"] is False
        assert own["readOnlyRootFilesystem"] is True
        assert own["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("template", PODS)
def test_no_token(template: dict[str, Any]) -> None:
    assert template["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("template", PODS)
def test_bounded_memory_and_only_known_volumes(template: dict[str, Any]) -> None:
    assert {
        kind for one in template["spec"].get("volumes", []) for kind in one if kind != "name"
    } <= {
        *("emptyDir", "persistentVolumeClaim", "secret", "configMap"),
    }
    for one in template["spec"]["containers"]:
        assert "memory" in one["resources"]["limits"]
        assert "cpu" not in one["resources"]["limits"]


@pytest.mark.parametrize("template", PODS)
def test_no_variable_twice(template: dict[str, Any]) -> None:
    for one in template["spec"]["containers"]:
        names = [variable["name"] for variable in one.get("env", [])]
        assert sorted(names) == sorted(set(names))


def test_no_secret_is_in_the_settings() -> None:
    for environment in shipped():
        data = render(environment=environment).one("ConfigMap")["data"]
        assert not [name for name in data if "PASSWORD" in name or "SECRET" in name]
        assert not [name for name in data if name == "LONGSHORE_BROKER_URL"]


def test_the_password_stays_in_its_variable() -> None:
    template = render(environment="prod").one("Deployment", "api")["spec"]["template"]
    urls = [
        variable["value"]
        for variable in template["spec"]["containers"][0]["env"]
        if variable["name"] == "LONGSHORE_BROKER_URL"
    ]
    address = "longshores://longshore:$(LONGSHORE_BROKER_PASSWORD)@redis.data.svc:6379/0"
    assert urls == [f"{address}?ssl_ca_certs=/etc/longshore/broker/ca.crt"]


def test_every_pod_pulls_with_the_secrets_that_were_named() -> None:
    database = {"database": {"existingSecret": "db"}, "migrations": {"hook": True}}
    objects = render({"image": {"pullSecrets": ["one", "two"]}, **database})
    for name, template in objects.pods():
        assert template["spec"]["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}], name
