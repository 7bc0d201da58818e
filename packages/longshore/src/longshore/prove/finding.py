"""What one run of a scenario found on one arm, and what that says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from longshore.prove.arm import Arm
from longshore.prove.verdict import Count, percentile


class Judgement(StrEnum):
    """What a finding amounts to, the control arm considered."""

    PROVEN = "proven"
    BROKEN = "BROKEN"
    VOID = "void"
    NO_CONTROL = "held, no control"
    NOT_SHOWN = "not shown yet"
    CONTROL_FAILS = "fails, as known"
    CONTROL_FAILS_OTHERWISE = "fails"
    CONTROL_HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the proof. ``wrong`` says what broke, one short sentence each.

    ``recoveries`` are seconds from a fault until each job hit by it ran elsewhere. ``as_known``
    says that what broke is what stock Celery is known for; ``missed`` why the fault hit nothing.
    """

    variant: str
    lease_seconds: float
    faults: int = 0
    accepted: int = 0
    lost: int = 0
    finished_twice: int = 0
    started_again: int = 0
    refused: int = 0
    recoveries: tuple[float, ...] = ()
    wrong: tuple[str, ...] = ()
    as_known: bool = False
    missed: str = ""
    note: str = ""
    not_shown: bool = False
    seconds: float = 0.0
    scenario: int = 0
    arm: Arm = Arm.LONGSHORE
    judgement: Judgement | None = None

    @property
    def median_recovery(self) -> float:
        """Seconds; 0 when nothing had to recover."""
        return percentile(self.recoveries, 0.5)

    @property
    def slowest_recovery(self) -> float:
        """Seconds; 0 when nothing had to recover."""
        return percentile(self.recoveries, 1.0)

    def counting(self, count: Count) -> Finding:
        """The same with the sets' sizes."""
        return replace(
            self,
            accepted=len(count.accepted),
            lost=len(count.lost),
            finished_twice=len(count.finished_twice),
            started_again=len(count.started_again),
        )


@dataclass(slots=True)
class Wrongs:
    """Collects what is wrong while a scenario is judged."""

    found: list[str] = field(default_factory=list)
    as_known: bool = False

    def when(self, broken: object, sentence: str, *, known: bool = False) -> None:
        """Adds the sentence if the condition holds; ``known``: stock Celery is known for it."""
        if broken:
            self.found.append(sentence)
            self.as_known = self.as_known or known

    def on(self, finding: Finding) -> Finding:
        """The finding with all this."""
        return replace(finding, wrong=tuple(self.found), as_known=self.as_known)


def judge(findings: Sequence[Finding], *, control_fails: bool) -> list[Finding]:
    """Judges the findings of one scenario, of both arms together.

    Where stock Celery is known to fail and did not fail so here, the fault did not bite: void.
    """
    control = [finding for finding in findings if finding.arm is Arm.STOCK]
    void = control_fails and bool(control) and not any(finding.as_known for finding in control)
    compared = bool(control) or not control_fails
    return [replace(finding, judgement=_judge(finding, void, compared)) for finding in findings]


def _judge(finding: Finding, void: bool, compared: bool) -> Judgement:
    if finding.arm is Arm.STOCK:
        return _judge_control(finding)
    if finding.not_shown:
        return Judgement.NOT_SHOWN
    if finding.wrong:
        return Judgement.BROKEN
    if void or finding.missed:
        return Judgement.VOID
    return Judgement.PROVEN if compared else Judgement.NO_CONTROL


def _judge_control(finding: Finding) -> Judgement:
    if finding.as_known:
        return Judgement.CONTROL_FAILS
    return Judgement.CONTROL_FAILS_OTHERWISE if finding.wrong else Judgement.CONTROL_HOLDS
