"""From a credential to its caller, asking the database or the identity provider seldom."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from longshore_api.access.caller import Caller
from longshore_api.access.memory import Bounded
from longshore_api.access.secret import digest_of
from longshore_api.database import DATABASE_UNAVAILABLE
from longshore_api.errors import IdentityUnavailable, Unauthenticated

REMEMBERED = 10_000
NOBODY_ANSWERS: tuple[type[Exception], ...] = (*DATABASE_UNAVAILABLE, IdentityUnavailable)
LookUp = Callable[[str, str], Awaitable[Caller | None]]
"""Asks who holds a credential, given it and its digest."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is used before it is asked for anew; seconds.

    ``stale`` is how long after that it is still used while nobody answers.
    """

    fresh: float
    stale: float


@dataclass(slots=True)
class _Known:
    caller: Caller
    fresh_until: float
    usable_until: float


class Authenticator:
    """Remembers good and bad credentials apart, so that a flood of bad ones forgets no good one."""

    def __init__(
        self, look_up: LookUp, patience: Patience, clock: Callable[[], float] = time.time
    ) -> None:
        self._look_up, self._patience, self._clock = look_up, patience, clock
        self._good: Bounded[_Known] = Bounded(REMEMBERED)
        self._bad: Bounded[float] = Bounded(REMEMBERED)

    async def identify(self, credential: str) -> Caller:
        """Return who holds a credential.

        Raises:
            Unauthenticated: nobody does, or not any more.
        """
        digest, now = digest_of(credential), self._clock()
        known = self._good.get(digest)
        if known is not None and now < known.fresh_until:
            return known.caller
        if now < (self._bad.get(digest) or 0.0):
            raise Unauthenticated.invalid()
        return await self._ask(credential, digest, known, now)

    async def _ask(self, credential: str, digest: str, known: _Known | None, now: float) -> Caller:
        if known is not None and now < known.usable_until:
            # Whoever comes while we ask goes on with what is known.
            known.fresh_until = min(now + self._patience.fresh, known.usable_until)
        try:
            caller = await self._look_up(credential, digest)
        except NOBODY_ANSWERS:
            if known is not None and now < known.usable_until:
                return known.caller
            raise
        return self._remember(digest, caller, now)

    def _remember(self, digest: str, caller: Caller | None, now: float) -> Caller:
        if caller is None:
            self._good.drop(digest)
            self._bad.put(digest, now + self._patience.fresh)
            raise Unauthenticated.invalid()
        end = float("inf") if caller.until is None else caller.until
        fresh_until = min(now + self._patience.fresh, end)
        usable_until = min(now + self._patience.fresh + self._patience.stale, end)
        self._good.put(digest, _Known(caller, fresh_until, usable_until))
        return caller
