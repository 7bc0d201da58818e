"""The janitor: what remote control and events leave behind when a client or worker dies."""

from __future__ import annotations

from dataclasses import dataclass

from longshore.store.call import Call
from longshore.store.scripts import load

#: Between two rounds, whoever does them: every worker and scheduler of the broker asks.
EVERY_SECONDS = 60.0
#: A client that asks seldom, from one connection, declares its reply queue only once: removed too
#: soon, it would miss a reply. A day's leavings are small.
IDLE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round removed; ``due`` is false when another process had done it already."""

    bindings: int
    lists: int
    due: bool


def sweep(
    *, idle_seconds: float = IDLE_SECONDS, limit: int = 200, every_seconds: float = EVERY_SECONDS
) -> Call[Swept]:
    """One round: looks at up to ``limit`` rows of each routing table, and of what it saw before.

    What shows no sign of life for ``idle_seconds`` loses its routing, after twice that its lists.
    With ``every_seconds`` 0 the round is done, whoever did one lately.
    """
    return Call(
        load("sweep"),
        lambda _: (idle_seconds, limit, every_seconds),
        lambda answer: Swept(int(answer[0]), int(answer[1]), bool(answer[2])),
    )
