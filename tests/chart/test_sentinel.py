"""A broker that sentinels name: one URL for the services, one address list for KEDA."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.store.sentinel import SentinelAddress
from support.chart import Objects, container, render

SENTINEL: dict[str, Any] = {
    "hosts": ["watch-0.data.svc", "watch-1.data.svc:26380", "[fd00::1]"],
    "master": "harbour",
    "username": "watcher",
    "existingSecret": "sentinels",
}
VALUES: dict[str, Any] = {
    "valkey": {"enabled": False},
    "broker": {"username": "me", "existingSecret": "broker", "database": 3, "sentinel": SENTINEL},
    "workers": {"default": {"keda": {"enabled": True}}},
}
COMPONENTS = ["api", "worker-default", "scheduler"]


def over_tls() -> dict[str, Any]:
    tls = {"enabled": True, "caSecret": "authority"}
    return {**VALUES, "broker": {**VALUES["broker"], "tls": tls}}


def told(objects: Objects, component: str) -> dict[str, Any]:
    return {one["name"]: one for one in container(objects, "Deployment", component)["env"]}


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_service_asks_the_sentinels(component: str) -> None:
    address = SentinelAddress.parse(
        told(render(VALUES), component)["LONGSHORE_BROKER_URL"]["value"]
    )
    assert address.sentinels == (
        ("watch-0.data.svc", 26379),
        ("watch-1.data.svc", 26380),
        ("fd00::1", 26379),
    )
    assert (address.master, address.db, address.tls) == ("harbour", 3, None)
    assert address.login == {"username": "me", "password": "$(LONGSHORE_BROKER_PASSWORD)"}
    assert address.sentinel_login == {
        "username": "watcher",
        "password": "$(LONGSHORE_SENTINEL_PASSWORD)",
    }


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_password_is_known_before_the_url_that_holds_it(component: str) -> None:
    names = list(told(render(VALUES), component))
    assert names.index("LONGSHORE_SENTINEL_PASSWORD") < names.index("LONGSHORE_BROKER_URL")


def test_over_tls_the_authority_is_one_for_all() -> None:
    url = told(render(over_tls()), "api")["LONGSHORE_BROKER_URL"]["value"]
    assert url.startswith("longshores+sentinel://")
    address = SentinelAddress.parse(url.replace("/etc/longshore/broker/ca.crt", __file__))
    assert (address.tls or {})["ssl_ca_certs"] == __file__


def test_keda_asks_the_same_sentinels() -> None:
    triggers = render(VALUES).one("ScaledObject", "worker-default")["spec"]["triggers"]
    for trigger in triggers:
        asked = trigger["metadata"]
        assert trigger["type"] == "redis-sentinel"
        assert asked["addresses"] == (
            "watch-0.data.svc:26379,watch-1.data.svc:26380,[fd00::1]:26379"
        )
        assert (asked["sentinelMaster"], asked["sentinelUsername"]) == ("harbour", "watcher")
        assert (asked["username"], asked["databaseIndex"]) == ("me", "3")
        assert "address" not in asked


def test_keda_has_both_passwords_and_the_authority() -> None:
    (found,) = render(over_tls()).of("TriggerAuthentication")
    kept = {one["parameter"]: one["name"] for one in found["spec"]["secretTargetRef"]}
    assert kept == {"password": "broker", "sentinelPassword": "sentinels", "ca": "authority"}


def test_sentinels_that_ask_for_nothing_are_told_nothing() -> None:
    values = {
        "valkey": {"enabled": False},
        "broker": {"sentinel": {"hosts": ["watch"], "master": "harbour"}},
    }
    env = told(render(values), "api")
    assert env["LONGSHORE_BROKER_URL"]["value"] == (
        "longshore+sentinel://watch:26379/0?master=harbour"
    )
    assert "LONGSHORE_SENTINEL_PASSWORD" not in env
