"""What the caller asked for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from longshore.prove.arm import Arm
from longshore.testing.fork_server import ForkServer


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the proof. ``count`` faults per scenario and ``seconds`` of load override what a
    scenario would choose by itself."""

    scenarios: tuple[int, ...] = ()
    arms: tuple[Arm, ...] = (Arm.LONGSHORE, Arm.STOCK)
    count: int | None = None
    seed: int = 1
    seconds: float | None = None
    short: bool = False


#: What a worker of either arm imports sooner or later; nothing of it may start a thread.
PRELOAD = (
    "celery.__main__", "celery.apps.worker", "celery.backends.redis", "celery.bin.celery",
    "celery.bin.worker", "celery.concurrency.prefork", "celery.concurrency.solo",
    "celery.concurrency.thread", "celery.worker.autoscale", "celery.worker.components",
    "celery.worker.consumer", "celery.worker.strategy", "kombu.transport.redis",
    "longshore.backend", "longshore.prove.work", "longshore.transport", "longshore.worker",
    "longshore.worker.pool",
)  # fmt: skip


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario on one arm; ``say`` shows how far it is, ``fork_server`` starts its workers."""

    arm: Arm
    options: Options = field(default_factory=Options)
    say: Callable[[str], None] = _silent
    fork_server: ForkServer = field(default_factory=lambda: ForkServer(PRELOAD))

    def count(self, full: int, short: int) -> int:
        """How many faults to cause."""
        return self.options.count or (short if self.options.short else full)

    def shares(self, parts: int, *, full: int, short: int) -> list[int]:
        """The faults dealt out to so many parts, which differ by one at the most."""
        total = self.count(full, short)
        return [total // parts + (part < total % parts) for part in range(parts)]

    def seconds(self, full: float, short: float) -> float:
        """How long to keep up a load."""
        return self.options.seconds or (short if self.options.short else full)

    def random(self, *salt: object) -> random.Random:
        """Chance that is the same for the same seed, whatever ran before."""
        return random.Random(f"{self.options.seed}/{self.arm}/{salt}")  # noqa: S311 - no secret
