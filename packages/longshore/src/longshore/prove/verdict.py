"""Set arithmetic over a ledger: what was accepted against what was started and finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from longshore.prove.ledger import Kind, Mark

#: An outcome waits a few milliseconds to be settled with others, longer on a busy machine. A job
#: that finished this shortly before its worker was killed may run again.
UNSETTLED_SECONDS = 1.0


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


def hits(
    marks: Sequence[Mark],
    killed: Mapping[str, float],
    held: Mapping[str, AbstractSet[str]] | None = None,
) -> Counter[str]:
    """How many of the killed workers ran each job, or had not had it settled yet, at their end.

    ``killed`` says when each worker was; ``held``, where it is known, what the broker still had as
    its claims then: what was settled before is not hit.
    """
    settled = {
        (mark.subject, mark.pid)
        for mark in marks
        if mark.kind is Kind.FINISH and mark.at < killed.get(mark.member, 0) - UNSETTLED_SECONDS
    }
    running = {
        (mark.subject, mark.member)
        for mark in marks
        if mark.kind is Kind.START
        and mark.member in killed
        and (mark.subject, mark.pid) not in settled
        and (held is None or mark.subject in held[mark.member])
    }
    return Counter(subject for subject, _ in running)


def unexplained(
    marks: Sequence[Mark],
    killed: Mapping[str, float],
    held: Mapping[str, AbstractSet[str]] | None = None,
) -> frozenset[str]:
    """The jobs that were started more often than once and once more for each kill that hit them."""
    explained = hits(marks, killed, held)
    starts = Counter(mark.subject for mark in marks if mark.kind is Kind.START)
    return frozenset(job for job, times in starts.items() if times > 1 + explained[job])


def starts_of(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    """The starts of each job, in order."""
    starts: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.kind is Kind.START:
            starts.setdefault(mark.subject, []).append(mark)
    return starts


def recoveries(
    starts: Mapping[str, Sequence[Mark]], held: Iterable[str], member: str, killed_at: float
) -> list[float]:
    """Seconds from a worker's end until each job that it held was started by another one.

    A job that it held and that nobody started again had been settled, or is counted as lost.
    """
    waits = []
    for job in held:
        later = (mark.at for mark in starts.get(job, ()) if mark.member != member)
        elsewhere = next((at for at in later if at >= killed_at), None)
        if elsewhere is not None:
            waits.append(elsewhere - killed_at)
    return waits


def hit_again(
    killed: Mapping[str, float], held: Mapping[str, AbstractSet[str]], member: str, waited: float
) -> AbstractSet[str]:
    """The jobs that another kill hit again, before they had waited so long after this one.

    They begin to wait anew with that kill, and are counted there.
    """
    at = killed[member]
    others = [one for one, when in killed.items() if at < when < at + waited]
    return {job for one in others for job in held[one]} & held[member]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
