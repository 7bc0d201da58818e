"""What a store is told: how long a lease lasts, how long a caller waits, where keys begin."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from longshore.errors import SettingsError

#: field -> (lowest, highest, unit), checked at start.
RANGES: dict[str, tuple[float, float, str]] = {
    "lease_seconds": (1, 15, "s"),
    "max_deliveries": (1, 100, "deliveries"),
    "deadline_seconds": (0.05, 60, "s"),
    "result_ttl_seconds": (1, 31_536_000, "s"),
    "record_ttl_seconds": (1, 31_536_000, "s"),
    "dead_letter_ttl_seconds": (0, 315_360_000, "s"),
    "dead_letter_limit": (0, 10_000_000, "dead letters"),
    "recent_limit": (100, 10_000_000, "jobs"),
    "max_connections": (2, 1000, "connections"),
    "breaker_seconds": (0, 3600, "s"),
    "replicas_to_confirm": (0, 10, "replicas"),
}


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Settings of the engine's store; times in seconds.

    ``max_deliveries`` is the number of deliveries cut short after which a job is quarantined;
    ``deadline_seconds`` bounds every call, connecting included; ``breaker_seconds`` is how long
    calls fail at once after one found the broker unavailable (0: never). Dead letters older than
    ``dead_letter_ttl_seconds`` are discarded, and the oldest beyond ``dead_letter_limit`` (0:
    never). ``replicas_to_confirm`` is how many replicas must have an enqueue before it returns (0:
    it waits for none).

    Raises:
        SettingsError: a value is out of range.
    """

    lease_seconds: float = 15.0
    max_deliveries: int = 3
    deadline_seconds: float = 2.0
    key_prefix: str = ""
    result_ttl_seconds: int = 86_400
    record_ttl_seconds: int = 86_400
    dead_letter_ttl_seconds: int = 0
    dead_letter_limit: int = 0
    recent_limit: int = 100_000
    max_connections: int = 50
    breaker_seconds: float = 0.0
    replicas_to_confirm: int = 0

    def __post_init__(self) -> None:
        for name, (low, high, unit) in RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise SettingsError(f"{name} is {value!r} but must be a number of {unit}")
            if not low <= value <= high:
                raise SettingsError(
                    f"{name} is {value:g} but must lie between {low:g} and {high:g} {unit}"
                )

        if not str(self.key_prefix).isprintable():
            raise SettingsError(f"key_prefix is {self.key_prefix!r} but must be printable text")

    @property
    def renew_every_seconds(self) -> float:
        """A live owner renews four times in a lease, so that three lost renewals cost nothing."""
        return self.lease_seconds / 4

    @property
    def answer_seconds(self) -> float:
        """How long one answer may take, so that a call can say so within its deadline."""
        return self.deadline_seconds * 0.75


def settings_from_options(options: dict[str, Any]) -> StoreSettings:
    """The settings named among a Celery app's ``broker_transport_options``.

    kombu's ``global_keyprefix`` is the key prefix; names that are not ours are kombu's.

    Raises:
        SettingsError: a value is out of range.
    """
    own = {field.name for field in fields(StoreSettings)}
    chosen = {name: value for name, value in options.items() if name in own}
    chosen.setdefault("key_prefix", options.get("global_keyprefix", ""))
    return StoreSettings(**chosen)
