"""What stands between a request and the endpoints while authentication is on."""

from __future__ import annotations

from collections.abc import Iterable

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import Engine

from longshore_api.access import keys
from longshore_api.access.authenticator import Authenticator, Patience
from longshore_api.access.caller import Caller
from longshore_api.access.rate import RateLimit
from longshore_api.access.secret import PREFIX, is_key
from longshore_api.access.tokens import TokenVerifier
from longshore_api.errors import Unauthenticated
from longshore_api.settings import ApiSettings

#: Questions for the database or the identity provider; the others' threads stay free.
THREADS = 2
Headers = Iterable[tuple[bytes, bytes]]


class Door:
    """Recognises the caller of a request by ``Authorization: Bearer``, a key or a token."""

    def __init__(self, settings: ApiSettings, engine: Engine) -> None:
        self._engine = engine
        self._tokens = TokenVerifier(settings) if settings.oidc_issuer else None
        patience = Patience(settings.auth_cache_seconds, settings.auth_stale_seconds)
        self._authenticator = Authenticator(self._look_up, patience)
        self._rate = RateLimit(settings.rate_per_second)
        self._threads: CapacityLimiter | None = None

    async def caller(self, headers: Headers) -> Caller:
        """Return who calls, and count the call.

        Raises:
            Unauthenticated: there is no credential, or it is not valid.
            TooManyRequests: it calls more often than it may.
        """
        caller = await self._authenticator.identify(_credential(headers))
        self._rate.take(caller)
        return caller

    async def _look_up(self, credential: str, digest: str) -> Caller | None:
        if credential.startswith(PREFIX):
            if not is_key(credential):
                return None
            return await run_sync(keys.find, self._engine, digest, limiter=self._limiter())
        if self._tokens is None:
            return None
        return await run_sync(self._tokens.verify, credential, limiter=self._limiter())

    def _limiter(self) -> CapacityLimiter:
        # It belongs to the event loop that first needs it.
        if self._threads is None:
            self._threads = CapacityLimiter(THREADS)
        return self._threads


def _credential(headers: Headers) -> str:
    for name, value in headers:
        if name == b"authorization":
            kind, _, credential = value.partition(b" ")
            if kind.lower() == b"bearer" and credential:
                return credential.decode("latin-1")
    raise Unauthenticated.missing()
