"""What the api is told about who may call it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from longshore_tasks.settings import PREFIX, Settings

#: What may be reached without a credential, if it is so configured; nothing else ever is.
CAN_BE_PUBLIC = frozenset(
    {
        "/livez",
        "/readyz",
        "/metrics",
        "/docs",
        "/docs/oauth2-redirect",
        "/redoc",
        "/openapi.json",
        "/api/v1/health/jobs",
    }
)
PUBLIC = frozenset({"/livez", "/readyz", "/metrics", "/docs", "/openapi.json"})

#: Signatures with a public key only: a shared secret would let every reader sign.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


class AccessSettings(Settings):
    """Authentication, public paths, rates and admission."""

    auth: Literal["required", "off"] = "required"
    """``off`` is for development: whoever reaches the api may do everything."""
    tenancy: Literal["off", "client"] = "off"
    """``client``: a client sees and cancels its own jobs and files only; operators see all."""
    public_paths: Annotated[frozenset[str], NoDecode] = PUBLIC
    """Paths that need no credential, separated by commas."""
    auth_cache_seconds: float = Field(default=10.0, ge=0, le=300)
    """How long a key that was looked up is known: so long a revoked one goes on."""
    auth_stale_seconds: float = Field(default=300.0, ge=0, le=86_400)
    """How long known keys go on while the database does not answer."""

    rate_per_second: float | None = Field(default=None, gt=0, le=1_000_000)
    """Requests of one key or token, in each process of the api; a key's own rate goes first."""
    max_waiting_jobs: int | None = Field(default=None, ge=1)
    """Jobs that may wait in one queue, ready or delayed; the api takes no more than that."""

    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks_url: str = ""
    oidc_algorithms: Annotated[tuple[Algorithm, ...], NoDecode] = ("RS256", "ES256")
    oidc_scope_claim: str = "scope"
    oidc_name_claim: str = "sub"

    @field_validator("public_paths", "oidc_algorithms", mode="before")
    @classmethod
    def _separated(cls, words: object) -> object:
        return [word.strip() for word in words.split(",")] if isinstance(words, str) else words

    @field_validator("public_paths")
    @classmethod
    def _may_be_public(cls, paths: frozenset[str]) -> frozenset[str]:
        if refused := sorted(paths - CAN_BE_PUBLIC):
            message = f"{refused[0]} cannot be public; {', '.join(sorted(CAN_BE_PUBLIC))} can"
            raise ValueError(message)
        return paths

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if self.on_rabbitmq and self.max_waiting_jobs is not None:
            message = (
                f"{PREFIX}MAX_WAITING_JOBS needs the engine's queues; give RabbitMQ's a policy"
                " with max-length instead: a publish beyond it is refused, and the api says 503"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _clients_are_recognised(self) -> Self:
        if self.tenancy != "off" and self.auth == "off":
            message = f"{PREFIX}TENANCY=client needs {PREFIX}AUTH=required, to know who calls"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _provider_whole(self) -> Self:
        given = (self.oidc_issuer, self.oidc_audience, self.oidc_jwks_url)
        if any(given) and not all(given):
            names = ", ".join(f"{PREFIX}OIDC_{name}" for name in ("ISSUER", "AUDIENCE", "JWKS_URL"))
            message = f"set {names} together"
            raise ValueError(message)
        if self.oidc_jwks_url and not self.oidc_jwks_url.startswith(("https://", "http://")):
            message = f"{PREFIX}OIDC_JWKS_URL must begin with https://"
            raise ValueError(message)
        return self
