"""What the outcomes mean beside the list: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from compatibility.outcomes import Outcomes, bad


@dataclass(frozen=True)
class Listed:
    """Cases of a suite that are known not to pass, and why. ``cases`` may hold ``*``.

    Parameters in brackets are left out: ``t/…/test_redis.py::test_Class::test_name``.
    """

    suite: str
    cases: str
    why: str

    def covers(self, case: str) -> bool:
        """Whether this line speaks of the case."""
        return fnmatchcase(case.partition("[")[0], self.cases)


@dataclass(frozen=True)
class Verdict:
    """``unlisted`` fails the run; ``passing`` are lines of the list that are not needed."""

    unlisted: tuple[str, ...]
    passing: tuple[str, ...]


def judge(outcomes: Outcomes, lines: Iterable[Listed], stock: Outcomes) -> Verdict:
    """Compares a suite's outcomes on Longshore with its list, and with those on stock."""
    lines = list(lines)
    failed = bad(outcomes)
    fresh = failed - bad(stock)
    unlisted = [case for case in fresh if not any(line.covers(case) for line in lines)]
    passing = [line.cases for line in lines if _passes(line, outcomes, failed)]
    return Verdict(tuple(sorted(unlisted)), tuple(passing))


def _passes(line: Listed, outcomes: Outcomes, failed: set[str]) -> bool:
    covered = {case for case in outcomes if line.covers(case)}
    return bool(covered) and not covered & failed
