from __future__ import annotations

import os

import pytest
from pydantic import ValidationError

from longshore_tasks.settings import Settings, load

RABBITMQ = {
    "BROKER_URL": "amqp://u:hunter2@h",
    "RESULT_BACKEND_URL": "longshore://127.0.0.1:1/0",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LONGSHORE_")]:
        monkeypatch.delenv(name)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSHORE_BROKER_URL", "longshores://:hunter2@valkey:6379/1")
    monkeypatch.setenv("LONGSHORE_LOG_LEVEL", "debug")
    monkeypatch.setenv("LONGSHORE_LEASE_SECONDS", "5")
    monkeypatch.setenv("LONGSHORE_LOG_FORMAT", "json")
    settings = load(Settings)
    assert settings.backend_url == settings.broker_url == "longshores://:hunter2@valkey:6379/1"
    assert settings.store_settings().lease_seconds == 5
    assert settings.transport_options()["lease_seconds"] == 5
    assert settings.log_level == "DEBUG"
    assert settings.log_json is True
    assert "hunter2" not in repr(settings)


def test_the_defaults_need_no_server_but_the_broker() -> None:
    settings = Settings()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.storage == "directory"
    assert settings.log_json is None


def test_on_rabbitmq_the_records_are_where_the_results_are() -> None:
    settings = Settings(**{name.lower(): value for name, value in RABBITMQ.items()})
    assert settings.on_rabbitmq
    assert settings.records_url == settings.backend_url == RABBITMQ["RESULT_BACKEND_URL"]


def test_a_project_of_sentry_is_kept_out_of_sight() -> None:
    settings = Settings(sentry_dsn="https://hunter2@sentry.example/7")
    assert settings.sentry == "https://hunter2@sentry.example/7"
    assert "hunter2" not in repr(settings)
    assert Settings().sentry is None


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().smtp_port = 25  # type: ignore[misc]


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"SENTRY_DSN": "hunter2"}, "LONGSHORE_SENTRY_DSN: write a project's DSN"),
        ({"SENTRY_DSN": "https://hunter2@host/"}, "LONGSHORE_SENTRY_DSN: write a project's DSN"),
        ({"SMTP_PORT": "post"}, "LONGSHORE_SMTP_PORT: Input should be a valid integer"),
        ({"BROKER_URL": "kafka://u:hunter2@h"}, "LONGSHORE_BROKER_URL: broker URL has the scheme"),
        ({"BROKER_URL": "amqp://u:hunter2@h"}, "RabbitMQ needs LONGSHORE_RESULT_BACKEND_URL"),
        (
            {**RABBITMQ, "RESULT_BACKEND_URL": "amqp://u:hunter2@h"},
            "LONGSHORE_RESULT_BACKEND_URL: broker URL has the scheme",
        ),
        ({**RABBITMQ, "DEAD_LETTER_LIMIT": "5"}, "RabbitMQ keeps the dead letters"),
        ({**RABBITMQ, "ALERT_MAIL_TO": "me@x.org"}, "RabbitMQ keeps the dead letters"),
        ({"LEASE_SECONDS": "60"}, "lease_seconds is 60 but must lie between 1 and 15"),
        ({"STORAGE": "s3"}, "LONGSHORE_STORAGE=s3 needs LONGSHORE_S3_BUCKET"),
        ({"SMTP_USERNAME": "me"}, "LONGSHORE_SMTP_USERNAME and LONGSHORE_SMTP_PASSWORD"),
        ({"MAIL_FROM": "nobody"}, "LONGSHORE_MAIL_FROM: write an address"),
        ({"ALERT_WEBHOOK_URL": "file:///hunter2"}, "LONGSHORE_ALERT_WEBHOOK_URL: write an address"),
        ({"ALERT_MAIL_TO": "me@x.org, you"}, "LONGSHORE_ALERT_MAIL_TO: write addresses"),
        ({"ALERT_WINDOW_SECONDS": "1"}, "LONGSHORE_ALERT_WINDOW_SECONDS: "),
        ({"LOG_LEVEL": "loud"}, "LONGSHORE_LOG_LEVEL: "),
    ],
)
def test_a_wrong_setting_ends_the_process_with_one_line(
    environment: dict[str, str],
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"LONGSHORE_{name}", value)
    with pytest.raises(SystemExit) as ended:
        load(Settings)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert line in said
    assert said.count("\n") == 1
    assert "hunter2" not in said
