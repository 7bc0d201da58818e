from __future__ import annotations

import pytest
from pydantic import ValidationError

from longshore_api.settings import ApiSettings


def test_authentication_is_on_unless_it_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ApiSettings().auth == "required"
    monkeypatch.setenv("LONGSHORE_AUTH", "off")
    assert ApiSettings().auth == "off"


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSHORE_PUBLIC_PATHS", "/livez, /readyz")
    monkeypatch.setenv("LONGSHORE_OIDC_ALGORITHMS", "ES256")
    settings = ApiSettings()
    assert settings.public_paths == {"/livez", "/readyz"}
    assert settings.oidc_algorithms == ("ES256",)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"auth": "no"}, "required"),
        ({"public_paths": "/livez,/api/v1/jobs"}, "/api/v1/jobs cannot be public"),
        ({"oidc_issuer": "https://id.example"}, "LONGSHORE_OIDC_AUDIENCE"),
        ({"oidc_algorithms": "HS256"}, "RS256"),
        ({"oidc_algorithms": "none"}, "RS256"),
        (
            {"oidc_issuer": "i", "oidc_audience": "a", "oidc_jwks_url": "file:///etc/passwd"},
            "https://",
        ),
        ({"rate_per_second": 0}, "greater than 0"),
        ({"max_waiting_jobs": 0}, "greater than or equal to 1"),
        (
            {
                "broker_url": "amqp://h",
                "result_backend_url": "longshore://h",
                "max_waiting_jobs": 5,
            },
            "LONGSHORE_MAX_WAITING_JOBS needs the engine's queues",
        ),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ApiSettings(**wrong)
