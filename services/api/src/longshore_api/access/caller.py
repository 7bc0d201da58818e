"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope as AsgiScope

from longshore_api.access.scope import Scope

#: Where a request's scope keeps its caller.
CALLER = "longshore.caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller that was recognised.

    ``name`` is the client of a key or the subject of a token; ``credential`` says by what it was
    recognised, and never holds a secret. ``until`` is when that ends, in seconds since the epoch.
    """

    name: str
    credential: str
    scopes: frozenset[Scope]
    rate_per_second: float | None = None
    until: float | None = None

    @property
    def client(self) -> str | None:
        """Whom jobs, files and idempotency keys belong to: all keys of a client are one.

        ``None`` is a caller that was not recognised. The subject of a token is no client of a key,
        nor one of another issuer's.
        """
        kind = self.credential.partition(":")[0]
        if kind == "none":
            return None
        return self.name if kind == "key" else f"{self.credential} {self.name}"


ANYBODY = Caller("anybody", "none", frozenset())
"""Who calls a public path, or an api whose authentication is off."""


def caller_of(scope: AsgiScope) -> Caller:
    """Return who sent this request."""
    caller: Caller = scope.get(CALLER, ANYBODY)
    return caller
