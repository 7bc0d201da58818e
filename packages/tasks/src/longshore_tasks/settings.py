"""What every service of the set is told by its environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from longshore.errors import SettingsError
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
    """Where results are kept; the broker's server unless it is set."""
    key_prefix: str = Field(default="", max_length=64)
    lease_seconds: float = 15.0
    max_deliveries: int = 3
    broker_deadline_seconds: float = 2.0
    result_ttl_seconds: int = 86_400

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

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "pretty"] = "auto"
    """``auto``: pretty when standard error is a terminal, JSON otherwise."""

    @field_validator("broker_url", "result_backend_url")
    @classmethod
    def _known_scheme(cls, url: str | None) -> str | None:
        if url is not None:
            _checked(url)
        return url

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
    def _whole(self) -> Self:
        if self.storage == "s3" and not self.s3_bucket:
            message = f"{PREFIX}STORAGE=s3 needs {PREFIX}S3_BUCKET"
            raise ValueError(message)
        if (self.smtp_username is None) != (self.smtp_password is None):
            message = f"set {PREFIX}SMTP_USERNAME and {PREFIX}SMTP_PASSWORD together"
            raise ValueError(message)
        return self

    @property
    def backend_url(self) -> str:
        """The result backend's URL."""
        return self.result_backend_url or self.broker_url

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
        )

    def transport_options(self) -> dict[str, Any]:
        """Return the same settings as Celery's ``broker_transport_options``."""
        return {
            "lease_seconds": self.lease_seconds,
            "max_deliveries": self.max_deliveries,
            "deadline_seconds": self.broker_deadline_seconds,
            "global_keyprefix": self.key_prefix,
            "result_ttl_seconds": self.result_ttl_seconds,
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


def _checked(url: str) -> None:
    try:
        redis_url(url)
    except SettingsError as error:
        raise ValueError(str(error)) from error
