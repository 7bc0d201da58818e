"""One call's tries within its deadline, and what a server's answer means for the next of them."""

from __future__ import annotations

import time
from collections.abc import Callable

import redis
from redis.exceptions import AuthenticationError, NoScriptError

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store.breaker import Breaker
from longshore.store.refusals import is_demotion, refusal
from longshore.store.settings import StoreSettings
from longshore.store.timing import TIMER
from longshore.store.tls import certificate_error

CONNECTION_ERRORS = (redis.ConnectionError, redis.TimeoutError, OSError)

#: The server does not know the script that EVALSHA names.
ScriptMissing = NoScriptError

#: The server does not let this user in, or not with this password.
LoginRefused = AuthenticationError


class Attempts:
    """Decides, for one call, whether another try still fits into its deadline.

    ``clock`` returns monotonic seconds.
    """

    def __init__(
        self,
        name: str,
        place: str,
        settings: StoreSettings,
        breaker: Breaker,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._place, self._breaker = name, place, breaker
        self._deadline_seconds, self._clock = settings.deadline_seconds, clock
        self._began = clock()
        if not breaker.allows(self._began):
            raise BrokerUnavailable(
                f"broker {place} did not answer a moment ago; not asking it again yet ({name})"
            )

    def connection_failed(self, error: Exception) -> None:
        """Returns when there is time for another try.

        Raises:
            BrokerUnavailable: there is none, or the login was refused on connecting.
        """
        if isinstance(error, AuthenticationError):
            message = f"broker {self._place} refused the login: {error}"
            raise BrokerRefused(message, "NOAUTH") from error
        if reason := certificate_error(error):
            raise BrokerRefused(f"broker {self._place}: {reason}") from error
        now = self._clock()
        timed_out = isinstance(error, redis.TimeoutError | TimeoutError)
        # A stale pooled connection fails at once; a refused port is worth a few quick tries.
        if not timed_out and now - self._began < self._deadline_seconds * 0.25:
            return
        self._breaker.failed(now)
        waited = now - self._began
        raise BrokerUnavailable(
            f"broker {self._place} did not answer {self._name} within {waited:.1f} s"
            f" ({type(error).__name__})"
        ) from error

    def refused(self, error: Exception) -> None:
        """Returns when the call should be sent again, to the server that is the primary now.

        Raises:
            BrokerRefused: the server's own refusal, as one clear line.
        """
        waited = self._clock() - self._began
        if is_demotion(error) and waited < self._deadline_seconds * 0.25:
            return
        raise refusal(self._place, self._name, error) from error

    def answered(self) -> None:
        """The call was answered."""
        self._breaker.succeeded()
        if TIMER.observe is not None:
            TIMER.observe(self._name, self._clock() - self._began)

    @property
    def pause_seconds(self) -> float:
        """How long to wait between two tries."""
        return self._deadline_seconds / 40
