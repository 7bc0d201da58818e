"""What every service of the set is told by its environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from longshore.errors import SettingsError
from longshore.rabbitmq.url import is_rabbitmq
from longshore.sealing.keyring import KeyRing
from longshore.sealing.serializer import NAME as SEALED
from longshore.store.settings import StoreSettings
from longshore.store.url import redis_url

PREFIX = "LONGSHORE_"
DATA = Path(".longshore")
S = TypeVar("S", bound="Settings")


class Settings(BaseSettings):
    """Shared settings, each read from ``LONGSHORE_<NAME>``; a service adds its own in a subclass.

    URLs and passwords stay out of ``repr``, because they may hold secrets.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    broker_url: str = Field(default="longshore://127.0.0.1:6379/0", repr=False)
    result_backend_url: str | None = Field(default=None, repr=False)
    """Where results are kept; the broker's server unless it is set. Needed when the broker is
    RabbitMQ (``amqp://``): it keeps the records then, too."""
    key_prefix: str = Field(default="", max_length=64)
    lease_seconds: float = 15.0
    max_deliveries: int = 3
    broker_deadline_seconds: float = 2.0
    result_ttl_seconds: int = 86_400
    dead_letter_ttl_seconds: int = 0
    """Older dead letters are discarded; 0 keeps them until a person decides."""
    dead_letter_limit: int = 0
    """Of more dead letters than this the oldest are discarded; 0 keeps them all."""

    payload_keys: SecretStr | None = None
    """``<id>:<32 bytes in base64>``, separated by commas: the first seals payloads in the broker,
    each opens them. The engine reads the same variable itself."""
    payload_accept_plain: bool = False
    """Also read payloads that are not sealed, while keys are introduced into a running set. Anybody
    with the broker's login can write such a message."""

    database_url: str = Field(default=f"sqlite:///{DATA / 'longshore.sqlite3'}", repr=False)

    storage: Literal["directory", "s3"] = "directory"
    storage_directory: Path = DATA / "files"
    s3_bucket: str = ""
    s3_prefix: str = ""
    s3_region: str | None = None
    s3_endpoint_url: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: SecretStr | None = None
    s3_timeout_seconds: float = Field(default=10.0, gt=0, le=60)

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65_535)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = None
    """Certificates to trust instead of the system's, for a mail server with its own."""
    smtp_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    mail_from: str = Field(default="Longshore <no-reply@longshore.example>", max_length=254)

    alert_webhook_url: SecretStr | None = None
    """Where alerts of dead letters are posted; http or https. It may hold a token."""
    alert_webhook_secret: SecretStr | None = None
    """Signs what is posted (HMAC-SHA256)."""
    alert_mail_to: str = Field(default="", max_length=2000)
    """Addresses with commas between them that get the same alerts as mail."""
    alert_window_seconds: float = Field(default=300.0, ge=60, le=3600)
    """Dead letters of one task that arrive within one window are one alert."""
    alert_timeout_seconds: float = Field(default=10.0, gt=0, le=25)

    sentry_dsn: SecretStr | None = None
    """Where errors are reported to; ``None``: they are in the logs and among the dead letters."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "pretty"] = "auto"
    """``auto``: pretty when standard error is a terminal, JSON otherwise."""

    @field_validator("broker_url")
    @classmethod
    def _known_broker(cls, url: str) -> str:
        if not is_rabbitmq(url):
            _checked(url)
        return url

    @field_validator("result_backend_url")
    @classmethod
    def _known_scheme(cls, url: str | None) -> str | None:
        if url is not None:
            _checked(url)
        return url

    @field_validator("sentry_dsn")
    @classmethod
    def _project(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn is not None and not _is_dsn(dsn.get_secret_value()):
            message = "write a project's DSN, as https://<key>@<host>/<number>"
            raise ValueError(message)
        return dsn

    @field_validator("alert_webhook_url")
    @classmethod
    def _web(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("https://", "http://")):
            message = "write an address that begins with https:// or http://"
            raise ValueError(message)
        return url

    @field_validator("alert_mail_to")
    @classmethod
    def _addresses(cls, text: str) -> str:
        if any("@" not in address for address in _parts(text)):
            message = "write addresses with commas between them"
            raise ValueError(message)
        return text

    @field_validator("payload_keys")
    @classmethod
    def _usable(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None:
            _checked_keys(keys.get_secret_value())
        return keys

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("mail_from")
    @classmethod
    def _one_line(cls, sender: str) -> str:
        if "@" not in sender or not sender.isprintable():
            message = "write an address, such as 'Longshore <no-reply@example.com>'"
            raise ValueError(message)
        return sender

    @model_validator(mode="after")
    def _within_ranges(self) -> Self:
        try:
            self.store_settings()
        except SettingsError as error:
            raise ValueError(str(error)) from error
        return self

    @model_validator(mode="after")
    def _fits_the_broker(self) -> Self:
        if not self.on_rabbitmq:
            return self
        if self.result_backend_url is None:
            message = f"RabbitMQ needs {PREFIX}RESULT_BACKEND_URL, the Redis of records and results"
            raise ValueError(message)
        own = (self.dead_letter_ttl_seconds, self.dead_letter_limit, *self._alerts)
        if any(own):
            message = (
                f"RabbitMQ keeps the dead letters: leave {PREFIX}DEAD_LETTER_* and {PREFIX}ALERT_*"
                " out, and give its queue longshore.dead-letters a policy and an alarm"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.storage == "s3" and not self.s3_bucket:
            message = f"{PREFIX}STORAGE=s3 needs {PREFIX}S3_BUCKET"
            raise ValueError(message)
        if (self.smtp_username is None) != (self.smtp_password is None):
            message = f"set {PREFIX}SMTP_USERNAME and {PREFIX}SMTP_PASSWORD together"
            raise ValueError(message)
        return self

    @property
    def _alerts(self) -> tuple[object, ...]:
        return self.alert_webhook_url, self.alert_mail_to

    @property
    def alert_recipients(self) -> tuple[str, ...]:
        """The addresses of ``alert_mail_to``."""
        return tuple(_parts(self.alert_mail_to))

    @property
    def serializer(self) -> str:
        """What Celery writes messages and results with."""
        return "json" if self.payload_keys is None else SEALED

    @property
    def accept_content(self) -> list[str]:
        """What Celery reads: with keys, nothing that is not sealed, unless it is told to."""
        return sorted({self.serializer, "json"} if self.payload_accept_plain else {self.serializer})

    @property
    def on_rabbitmq(self) -> bool:
        """Whether RabbitMQ holds the messages."""
        return is_rabbitmq(self.broker_url)

    @property
    def records_url(self) -> str:
        """The Redis of the records: the broker itself, or the one beside RabbitMQ."""
        return self.backend_url if self.on_rabbitmq else self.broker_url

    @property
    def backend_url(self) -> str:
        """The result backend's URL."""
        return self.result_backend_url or self.broker_url

    @property
    def sentry(self) -> str | None:
        """What ``longshore.reporting.start`` takes as ``dsn``."""
        return None if self.sentry_dsn is None else self.sentry_dsn.get_secret_value()

    @property
    def log_json(self) -> bool | None:
        """What ``longshore.logs.configure`` takes as ``json``."""
        return None if self.log_format == "auto" else self.log_format == "json"

    def store_settings(self) -> StoreSettings:
        """Return the settings of a store on the broker."""
        return StoreSettings(
            lease_seconds=self.lease_seconds,
            max_deliveries=self.max_deliveries,
            deadline_seconds=self.broker_deadline_seconds,
            key_prefix=self.key_prefix,
            result_ttl_seconds=self.result_ttl_seconds,
            dead_letter_ttl_seconds=self.dead_letter_ttl_seconds,
            dead_letter_limit=self.dead_letter_limit,
        )

    def transport_options(self) -> dict[str, Any]:
        """Return the same settings as Celery's ``broker_transport_options``."""
        return {
            "lease_seconds": self.lease_seconds,
            "max_deliveries": self.max_deliveries,
            "deadline_seconds": self.broker_deadline_seconds,
            "global_keyprefix": self.key_prefix,
            "result_ttl_seconds": self.result_ttl_seconds,
            "dead_letter_ttl_seconds": self.dead_letter_ttl_seconds,
            "dead_letter_limit": self.dead_letter_limit,
        }


def load(settings: type[S]) -> S:
    """Read settings from the environment; a wrong one ends the process with one line, code 2."""
    try:
        return settings()
    except ValidationError as error:
        sys.stderr.write(f"longshore: {explain(error)}\n")
        raise SystemExit(2) from None


def explain(error: ValidationError) -> str:
    """Return what is wrong in one line, by the names of the variables and without their values."""
    return "; ".join(
        _complaint(item["loc"], item["msg"])
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _complaint(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    name = str(location[0]) if location else ""
    return f"{PREFIX}{name.upper()}: {message}" if name else message


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_dsn(text: str) -> bool:
    place = urlsplit(text)
    project = place.path.rpartition("/")[2]
    return place.scheme in {"https", "http"} and bool(place.username) and project.isdigit()


def _checked_keys(text: str) -> None:
    try:
        KeyRing.parse(text)
    except SettingsError as error:
        raise ValueError(str(error).partition(": ")[2]) from None


def _checked(url: str) -> None:
    try:
        redis_url(url)
    except SettingsError as error:
        raise ValueError(str(error)) from error
