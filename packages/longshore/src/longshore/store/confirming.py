"""An enqueue that returns once replicas have it: script, mark and WAIT in one round trip.

Source: https://redis.io/docs/latest/commands/wait/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from redis.exceptions import NoScriptError, RedisError

from longshore.errors import BrokerUnavailable
from longshore.store.call import Argument, Call
from longshore.store.scripts import load
from longshore.store.settings import StoreSettings

Words = tuple[Argument, ...]

#: Given to WAIT, in ms for each second of the deadline: half of it, so that the answer comes while
#: the connection, which waits for three quarters of it, still listens.
WAIT_MS = 500


def mark() -> Call[int]:
    """Writes something that whoever has it has everything written before; its number."""
    return Call(load("mark"), lambda _: (), int)


@dataclass(frozen=True, slots=True)
class Confirming:
    """What is sent for one call, and what the answers mean."""

    call: Call[Any]
    settings: StoreSettings

    @property
    def by_sha(self) -> list[Words]:
        """The commands, which must go over one connection."""
        calls = (self.call, mark())
        scripts = [("EVALSHA", one.script.sha, 0, *one.argv(self.settings)) for one in calls]
        return [*scripts, self._wait]

    def by_source(self, answers: Sequence[Any]) -> list[Words]:
        """The commands from the first on of which the server does not know the script."""
        calls = (self.call, mark())
        scripts = [("EVAL", one.script.source, 0, *one.argv(self.settings)) for one in calls]
        unknown = [isinstance(answer, NoScriptError) for answer in answers[:2]]
        return [*scripts, self._wait][unknown.index(True) :] if any(unknown) else []

    @property
    def _wait(self) -> Words:
        limit_ms = int(self.settings.deadline_seconds * WAIT_MS)
        return ("WAIT", ceil(self.settings.replicas_to_confirm), limit_ms)

    def answer(self, answers: Sequence[Any], place: str) -> object:
        """The call's own answer.

        Raises:
            RedisError: the script's, which has changed nothing then.
            BrokerUnavailable: too few replicas have confirmed, or the server cannot say.
        """
        accepted, *marked = answers
        if isinstance(accepted, RedisError):
            raise accepted
        refusals = [answer for answer in marked if isinstance(answer, RedisError)]
        confirmed = 0 if refusals else int(marked[-1])
        wanted = ceil(self.settings.replicas_to_confirm)
        if confirmed < wanted:
            why = f" ({refusals[0]})" if refusals else ""
            raise BrokerUnavailable(
                f"broker {place} accepted {self.call.script.name}, but {confirmed} of {wanted}"
                f" replicas confirmed it{why}; repeating it with the same id is safe"
            )
        return accepted
