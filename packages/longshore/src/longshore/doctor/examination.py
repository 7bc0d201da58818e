"""All checks, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable

from longshore.doctor import durability, service
from longshore.doctor.facts import Facts
from longshore.doctor.finding import Finding

CHECKS: tuple[Callable[[Facts], Finding], ...] = (
    service.version,
    durability.append_only,
    durability.fsync,
    durability.log_reader,
    durability.eviction,
    durability.memory,
    durability.replication,
    service.rights,
    service.clocks,
    service.leases,
    service.orphans,
)


def examine(facts: Facts) -> tuple[Finding, ...]:
    """One finding for each check."""
    return tuple(check(facts) for check in CHECKS)
