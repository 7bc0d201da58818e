"""Everything that the doctor looks at, asked once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from longshore.store import Store, StoreSettings
from longshore.store.acl import samples
from longshore.store.inspection import Orphans, configured, default_user, orphans, refused, server


@dataclass(frozen=True, slots=True)
class Facts:
    """What a broker told; times in seconds. ``None`` stands for what this login cannot see."""

    info: dict[str, str]
    settings: StoreSettings
    fsync: str | None
    default_user: str | None
    refused: tuple[str, ...] | None
    clock_ahead: float
    round_trip: float
    orphans: Orphans

    @classmethod
    def of(cls, store: Store, queues: Sequence[str]) -> Self:
        """Asks.

        Raises:
            BrokerError: the broker did not answer, or refused what nothing works without.
        """
        began, at = time.monotonic(), time.time()
        told = store.run(server())
        took = time.monotonic() - began
        return cls(
            info=told.info,
            settings=store.settings,
            fsync=configured(store, "appendfsync"),
            default_user=default_user(store),
            refused=store.run(refused(samples(queues, store.settings.key_prefix))),
            clock_ahead=told.time - (at + took / 2),
            round_trip=took,
            orphans=orphans(store),
        )

    def number(self, name: str) -> int:
        """A number of INFO, 0 when it is not there."""
        word = self.info.get(name, "0")
        return int(word) if word.isdigit() else 0

    @property
    def server_name(self) -> str:
        """valkey or redis."""
        return "valkey" if "valkey_version" in self.info else "redis"

    @property
    def server(self) -> tuple[int, ...]:
        """The server's version."""
        word = self.info.get(f"{self.server_name}_version", "0")
        return tuple(int(part) for part in word.split(".") if part.isdigit())
