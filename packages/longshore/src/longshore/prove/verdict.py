"""Set arithmetic over a ledger: what was accepted against what was started and finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from longshore.prove.ledger import Kind, Mark

#: An outcome waits a few milliseconds to be settled with others, longer on a busy machine. A job
#: that finished this shortly before its worker was killed may run again.
UNSETTLED_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Count:
    """The sets that every scenario is judged by."""

    accepted: frozenset[str]
    lost: frozenset[str]
    finished_twice: frozenset[str]
    started_again: frozenset[str]


def count(accepted: Iterable[str], marks: Sequence[Mark], elsewhere: Iterable[str] = ()) -> Count:
    """Counts; ``elsewhere`` are jobs that have not finished, but stand in a place in Redis."""
    wanted = frozenset(accepted)
    starts = Counter(mark.subject for mark in marks if mark.kind is Kind.START)
    finishes = Counter(mark.subject for mark in marks if mark.kind is Kind.FINISH)
    return Count(
        accepted=wanted,
        lost=wanted - finishes.keys() - frozenset(elsewhere),
        finished_twice=frozenset(job for job, times in finishes.items() if times > 1),
        started_again=frozenset(job for job, times in starts.items() if times > 1),
    )


def at_risk(marks: Sequence[Mark], killed: Mapping[str, float]) -> frozenset[str]:
    """The jobs that ran, or had not been settled yet, when their worker was killed.

    ``killed`` says when each worker was. Only these may run again.
    """
    settled = {
        (mark.subject, mark.pid)
        for mark in marks
        if mark.kind is Kind.FINISH and mark.at < killed.get(mark.member, 0) - UNSETTLED_SECONDS
    }
    return frozenset(
        mark.subject
        for mark in marks
        if mark.kind is Kind.START
        and mark.member in killed
        and (mark.subject, mark.pid) not in settled
    )


def recoveries(
    marks: Sequence[Mark], held: Iterable[str], member: str, killed_at: float
) -> list[float]:
    """Seconds from a worker's end until each job that it held was started by another one.

    A job that it held and that nobody started again had been settled, or is counted as lost.
    """
    wanted, waits = set(held), dict[str, float]()
    for mark in marks:
        elsewhere = mark.kind is Kind.START and mark.member != member and mark.at >= killed_at
        if elsewhere and mark.subject in wanted:
            waits.setdefault(mark.subject, mark.at - killed_at)
    return list(waits.values())


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
