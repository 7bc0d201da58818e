"""Bearer tokens of an identity provider: OpenID Connect Core 1.0, RFC 7519, RFC 9068."""

from __future__ import annotations

import time
from typing import Any

import jwt

from longshore_api.access.caller import Caller
from longshore_api.access.scope import scopes_of
from longshore_api.errors import IdentityUnavailable
from longshore_api.settings import ApiSettings

FETCH_SECONDS = 3.0
#: A provider that did not answer is not asked again for so long: each question holds a thread.
PAUSE_SECONDS = 5.0
LEEWAY_SECONDS = 30
REQUIRED = ["exp", "iss", "aud"]


class TokenVerifier:
    """Checks signature, issuer, audience and time of tokens; it blocks while it fetches keys."""

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._keys = jwt.PyJWKClient(settings.oidc_jwks_url, timeout=FETCH_SECONDS)
        self._not_before = 0.0

    def verify(self, token: str) -> Caller | None:
        """Return whose token it is; nobody, when it is not valid.

        Raises:
            IdentityUnavailable: the provider's keys could not be fetched.
        """
        try:
            claims = self._claims(token)
        except jwt.PyJWKClientConnectionError:
            self._not_before = time.monotonic() + PAUSE_SECONDS
            raise self._unavailable() from None
        except jwt.PyJWTError:
            return None
        return self._caller(claims)

    def _claims(self, token: str) -> dict[str, Any]:
        if time.monotonic() < self._not_before:
            raise self._unavailable()
        settings = self._settings
        return jwt.decode(
            token,
            self._keys.get_signing_key_from_jwt(token),
            algorithms=list(settings.oidc_algorithms),
            audience=settings.oidc_audience,
            issuer=settings.oidc_issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": [*REQUIRED, settings.oidc_name_claim]},
        )

    def _caller(self, claims: dict[str, Any]) -> Caller:
        granted = claims.get(self._settings.oidc_scope_claim, "")
        words = granted if isinstance(granted, str) else " ".join(map(str, granted))
        return Caller(
            name=str(claims[self._settings.oidc_name_claim])[:255],
            credential=f"token:{claims['iss']}"[:255],
            scopes=scopes_of(words),
            until=float(claims["exp"]) + LEEWAY_SECONDS,
        )

    def _unavailable(self) -> IdentityUnavailable:
        return IdentityUnavailable("the keys of the identity provider could not be fetched")
