"""Who is told of dead letters, and how long they are kept."""

from __future__ import annotations

from typing import Any

import pytest

from longshore_worker.settings import WorkerSettings
from support.chart import container, refusal, render

SERVICES = ("api", "worker-default", "scheduler")


def env(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {one["name"]: one for one in container(render(values), "Deployment", name)["env"]}


def test_nobody_is_told_and_nothing_is_discarded_by_default() -> None:
    data = render().one("ConfigMap")["data"]
    assert data["LONGSHORE_ALERT_MAIL_TO"] == ""
    assert data["LONGSHORE_DEAD_LETTER_TTL_SECONDS"] == "0"
    assert data["LONGSHORE_DEAD_LETTER_LIMIT"] == "0"
    assert not [name for name in env({}, "worker-default") if "WEBHOOK" in name]


def test_mail_goes_to_several_and_the_services_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = {"mailTo": ["ada@example.com", "ben@example.com"], "windowSeconds": 600}
    kept = {"ttlSeconds": 2592000, "limit": 1000000}
    data = render({"alerts": alerts, "engine": {"deadLetters": kept}}).one("ConfigMap")["data"]
    for name, value in data.items():
        monkeypatch.setenv(name, value)
    settings = WorkerSettings()
    assert settings.alert_recipients == ("ada@example.com", "ben@example.com")
    assert settings.alert_window_seconds == 600
    assert settings.dead_letter_ttl_seconds == 2592000
    assert settings.store_settings().dead_letter_limit == 1000000


@pytest.mark.parametrize("name", SERVICES)
def test_the_address_of_the_webhook_comes_from_a_secret(name: str) -> None:
    found = env({"alerts": {"webhook": {"existingSecret": "pager"}}}, name)
    where = found["LONGSHORE_ALERT_WEBHOOK_URL"]["valueFrom"]["secretKeyRef"]
    assert where == {"name": "pager", "key": "url"}
    assert "LONGSHORE_ALERT_WEBHOOK_SECRET" not in found


def test_what_is_posted_is_signed_when_a_key_is_named() -> None:
    webhook = {"existingSecret": "pager", "urlKey": "address", "signingKey": "hmac"}
    found = env({"alerts": {"webhook": webhook}}, "worker-default")
    signs = found["LONGSHORE_ALERT_WEBHOOK_SECRET"]["valueFrom"]["secretKeyRef"]
    assert signs == {"name": "pager", "key": "hmac"}


@pytest.mark.parametrize(
    "values",
    [
        {"alerts": {"mailTo": ["nobody"]}},
        {"alerts": {"mailTo": ["a@example.com,b@example.com"]}},
        {"alerts": {"windowSeconds": 30}},
        {"alerts": {"webhook": {"timeoutSeconds": 60}}},
        {"alerts": {"webhook": {"url": "https://example.com"}}},
        {"engine": {"deadLetters": {"limit": -1}}},
    ],
)
def test_what_the_services_would_refuse_is_refused_here(values: dict[str, Any]) -> None:
    assert refusal(values)
