"""What the caller asked for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from longshore.prove.arm import Arm
from longshore.prove.nursery import Nursery


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


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario on one arm; ``say`` shows how far it is, ``nursery`` starts its workers."""

    arm: Arm
    options: Options = field(default_factory=Options)
    say: Callable[[str], None] = _silent
    nursery: Nursery = field(default_factory=Nursery)

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
