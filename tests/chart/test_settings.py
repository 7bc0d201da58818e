"""What the services are told: every variable exists, none of the set's settings is misspelt."""

from __future__ import annotations

from typing import Any

import pytest

from longshore_api.settings import ApiSettings
from longshore_scheduler.settings import SchedulerSettings
from longshore_worker.settings import WorkerSettings
from support.chart import container, render, shipped

KNOWN = {
    f"LONGSHORE_{name.upper()}"
    for settings in (ApiSettings, WorkerSettings, SchedulerSettings)
    for name in settings.model_fields
}
NOT_A_SETTING = {"LONGSHORE_BROKER_PASSWORD", "LONGSHORE_SENTINEL_PASSWORD"}


def told(environment: str, values: dict[str, Any] | None = None) -> dict[str, str]:
    """Return every variable of every container, with "secret" for those from secrets."""
    objects = render(values, environment)
    found: dict[str, str] = dict(objects.one("ConfigMap")["data"])
    for _, template in objects.pods():
        for one in template["spec"]["containers"]:
            found |= {item["name"]: item.get("value", "secret") for item in one.get("env", [])}
    return {name: value for name, value in found.items() if name.startswith("LONGSHORE_")}


@pytest.mark.parametrize("environment", shipped())
def test_every_variable_is_a_setting_of_a_service(environment: str) -> None:
    assert set(told(environment)) - NOT_A_SETTING <= KNOWN


@pytest.mark.parametrize("environment", shipped())
def test_the_services_take_what_they_are_told(
    environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in told(environment).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LONGSHORE_DATABASE_URL", "sqlite://")
    for settings in (ApiSettings, WorkerSettings, SchedulerSettings):
        assert settings().lease_seconds == 15.0


def test_large_numbers_are_written_out() -> None:
    values = {"api": {"uploadMaxBytes": 5368709120}, "engine": {"resultTtlSeconds": 31536000}}
    data = render(values).one("ConfigMap")["data"]
    assert data["LONGSHORE_UPLOAD_MAX_BYTES"] == "5368709120"
    assert data["LONGSHORE_RESULT_TTL_SECONDS"] == "31536000"


def test_a_change_of_settings_replaces_the_pods() -> None:
    def checksum(values: dict[str, Any]) -> str:
        template = render(values).one("Deployment", "api")["spec"]["template"]
        return str(template["metadata"]["annotations"]["checksum/config"])

    assert checksum({}) != checksum({"log": {"level": "DEBUG"}})
    assert checksum({}) == checksum({"api": {"replicas": 3}})


def test_a_components_own_variables_reach_it_alone() -> None:
    objects = render({"api": {"env": {"HTTPS_PROXY": "http://proxy:3128", "RETRIES": 3}}})
    names = {
        one["name"]: one.get("value") for one in container(objects, "Deployment", "api")["env"]
    }
    assert names["HTTPS_PROXY"] == "http://proxy:3128"
    assert names["RETRIES"] == "3"
    others = container(objects, "Deployment", "scheduler")["env"]
    assert "HTTPS_PROXY" not in {one["name"] for one in others}


def test_secrets_come_from_where_they_are_kept() -> None:
    objects = render(environment="prod")
    (main,) = objects.one("Deployment", "worker-normal")["spec"]["template"]["spec"]["containers"]
    kept = {
        one["name"]: one["valueFrom"]["secretKeyRef"]["name"]
        for one in main["env"]
        if "secretKeyRef" in one.get("valueFrom", {})
    }
    assert kept == {
        "LONGSHORE_BROKER_PASSWORD": "longshore-broker",
        "LONGSHORE_DATABASE_URL": "longshore-database",
        "LONGSHORE_S3_ACCESS_KEY_ID": "longshore-s3",
        "LONGSHORE_S3_SECRET_ACCESS_KEY": "longshore-s3",
        "LONGSHORE_SMTP_USERNAME": "longshore-mail",
        "LONGSHORE_SMTP_PASSWORD": "longshore-mail",
    }


def test_the_api_is_told_who_may_call_it() -> None:
    auth = {
        "publicPaths": ["/livez", "/readyz"],
        "oidc": {
            "issuer": "https://id.example",
            "audience": "a",
            "jwksUrl": "https://id.example/k",
        },
    }
    data = render({"api": {"auth": auth, "ratePerSecond": 50, "maxWaitingJobs": 1000000}}).one(
        "ConfigMap"
    )["data"]
    assert data["LONGSHORE_AUTH"] == "required"
    assert data["LONGSHORE_PUBLIC_PATHS"] == "/livez,/readyz"
    assert data["LONGSHORE_OIDC_ALGORITHMS"] == "RS256,ES256"
    assert (data["LONGSHORE_RATE_PER_SECOND"], data["LONGSHORE_MAX_WAITING_JOBS"]) == (
        "50",
        "1000000",
    )


def test_the_test_of_a_release_asks_for_a_job_where_it_may() -> None:
    def asked(values: dict[str, Any]) -> tuple[str, bool]:
        (one,) = render(values).one("Pod", "test")["spec"]["containers"]
        return one["command"][-1].rpartition(":80")[2], "env" in one

    assert asked({}) == ("/readyz", False)
    assert asked({"api": {"auth": {"mode": "off"}}}) == ("/api/v1/health/jobs", False)
    assert asked({"tests": {"keySecret": "key"}}) == ("/api/v1/health/jobs", True)


def test_every_service_gets_the_keys_of_its_payloads_from_their_secret() -> None:
    objects = render({"payload": {"existingSecret": "payload"}})
    for name in ("api", "worker-default", "scheduler"):
        env = {one["name"]: one for one in container(objects, "Deployment", name)["env"]}
        found = env["LONGSHORE_PAYLOAD_KEYS"]["valueFrom"]["secretKeyRef"]
        assert found == {"name": "payload", "key": "keys"}
    plain = container(render(), "Deployment", "api")["env"]
    assert "LONGSHORE_PAYLOAD_KEYS" not in {one["name"] for one in plain}


def test_traces_and_error_reports_are_off_until_they_have_somewhere_to_go() -> None:
    def told_of(values: dict[str, Any]) -> set[str]:
        objects = render(values)
        names = {one["name"] for one in container(objects, "Deployment", "api")["env"]}
        found = names | set(objects.one("ConfigMap")["data"])
        return {name for name in found if name.startswith("OTEL_") or "SENTRY" in name}

    assert told_of({"tracing": {"existingSecret": "headers"}}) == set()
    tracing = {"endpoint": "http://collector:4318", "share": 0.1, "existingSecret": "headers"}
    assert told_of({"tracing": tracing, "sentry": {"existingSecret": "sentry"}}) == {
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "LONGSHORE_SENTRY_DSN",
    }
    data = render({"tracing": tracing}).one("ConfigMap")["data"]
    assert data["OTEL_TRACES_SAMPLER_ARG"] == "0.1"


def test_a_broker_with_an_ipv6_address_is_asked_in_brackets() -> None:
    for host in ("fd00::1", "[fd00::1]"):
        objects = render({"valkey": {"enabled": False}, "broker": {"host": host}})
        env = {one["name"]: one for one in container(objects, "Deployment", "api")["env"]}
        assert env["LONGSHORE_BROKER_URL"]["value"] == "longshore://[fd00::1]:6379/0"
