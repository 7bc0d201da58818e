"""A run of the proof: the chosen scenarios on the chosen arms, judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from longshore.errors import LongshoreError
from longshore.prove.abreast import abreast
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Judgement, judge
from longshore.prove.options import PRELOAD, Options, Run
from longshore.prove.scenario import Scenario
from longshore.testing.fork_server import ForkServer

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that was found; ``seconds`` is the wall time of the whole run."""

    options: Options
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def failures(self) -> tuple[Finding, ...]:
        """What broke, and what is void; what is not shown yet is neither."""
        failed = {Judgement.BROKEN, Judgement.VOID}
        return tuple(finding for finding in self.findings if finding.judgement in failed)

    @property
    def holds(self) -> bool:
        """Whether there are no failures."""
        return not self.failures


def prove(
    options: Options,
    scenarios: tuple[Scenario, ...],
    say: Say,
    fork_server: ForkServer | None = None,
) -> Proof:
    """Run one scenario after the other, and in short those at once that mostly wait.

    ``say`` is called with how far it is. A scenario that starts no worker needs no
    ``fork_server``.
    """
    began, fork_server = time.monotonic(), fork_server or ForkServer(PRELOAD)
    works = [
        (scenario, partial(_run_on, options, scenario, arm, say, fork_server))
        for scenario in scenarios
        for arm in _arms(options, scenario)
    ]
    at_once = [work for scenario, work in works if options.short and scenario.mostly_waits]
    found = dict(zip(at_once, abreast(at_once, len(at_once) or 1), strict=True))
    found |= {work: work() for _, work in works if work not in found}
    findings = [
        finding
        for scenario in scenarios
        for finding in judge(
            [one for own, work in works if own is scenario for one in found[work]],
            control_fails=bool(scenario.control),
        )
    ]
    return Proof(options, tuple(findings), time.monotonic() - began)


def _run_on(
    options: Options, scenario: Scenario, arm: Arm, say: Say, fork_server: ForkServer
) -> list[Finding]:
    title = f"{scenario.number} on {arm}"
    run = Run(arm, options, partial(_say_under, say, title), fork_server)
    run.say("starting")
    found = _findings(scenario, run)
    return [replace(one, scenario=scenario.number, arm=arm) for one in found]


def _say_under(say: Say, title: str, text: str) -> None:
    say(f"{title}: {text}")


def _arms(options: Options, scenario: Scenario) -> tuple[Arm, ...]:
    spared = options.short and not scenario.control_in_short
    return tuple(arm for arm in options.arms if arm is Arm.LONGSHORE or not spared)


def _findings(scenario: Scenario, run: Run) -> Iterator[Finding]:
    try:
        yield from scenario.run(run)
    except LongshoreError as error:
        # What could not be carried out proves nothing, on either arm.
        broken = (str(error),) if run.arm is Arm.LONGSHORE else ()
        yield Finding("not carried out", 0.0, wrong=broken, note=str(error))
