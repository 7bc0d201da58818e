"""How a worker is, and what follows for a probe: values and one pure function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """The worker at one instant; times in seconds.

    ``panel`` is what its control panel says to a ping; ``connected`` is false while it waits for
    its broker. ``lag`` is the longest delay of the main loop since the last question.
    """

    panel: str
    connected: bool
    queues: tuple[str, ...]
    running: int = 0
    oldest_running: float = 0.0
    lag: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.panel} connected={'yes' if self.connected else 'no'} "
            f"consuming={','.join(self.queues) or 'nothing'} running={self.running} "
            f"oldest={self.oldest_running:.1f}s lag={self.lag:.2f}s"
        )


def answer(question: str, condition: Condition) -> str:
    """Answer ``live LIMIT`` or ``ready LIMIT``; a yes begins with "ok".

    A worker without a broker is alive: a restart would cure nothing, and what seems to run in it
    may have ended and wait to be told. One whose oldest job has run for longer than the limit is
    not: its pool did not hold the job's hard limit.
    """
    kind, _, limit = question.strip().partition(" ")
    try:
        seconds = float(limit)
    except ValueError:
        return f"not understood: {question.strip()!r}"
    if kind == "live":
        return _live(condition, seconds)
    if kind == "ready":
        return _ready(condition)
    return f"not understood: {question.strip()!r}"


def _live(condition: Condition, limit: float) -> str:
    if condition.panel != "pong":
        return f"the control panel does not answer: {condition}"
    if condition.connected and condition.oldest_running > limit:
        return f"a job has run for longer than {limit:g} s: {condition}"
    return f"ok {condition}"


def _ready(condition: Condition) -> str:
    if not condition.connected:
        return f"not connected to the broker: {condition}"
    if not condition.queues:
        return f"consumes no queue: {condition}"
    return f"ok {condition}"
