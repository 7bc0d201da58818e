"""A run of the proof: the chosen scenarios on the chosen arms, judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from longshore.errors import LongshoreError
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
    """Runs one scenario after the other; ``say`` is told how far it is.

    A scenario that starts no worker needs no ``fork_server``.
    """
    began, fork_server = time.monotonic(), fork_server or ForkServer(PRELOAD)
    findings = [
        finding
        for scenario in scenarios
        for finding in _run_scenario(options, scenario, say, fork_server)
    ]
    return Proof(options, tuple(findings), time.monotonic() - began)


def _run_scenario(
    options: Options, scenario: Scenario, say: Say, fork_server: ForkServer
) -> list[Finding]:
    found: list[Finding] = []
    for arm in _arms(options, scenario):
        title = f"{scenario.number} on {arm}"
        tell = partial(_say_under, say, title)
        run = Run(arm, options, tell, fork_server)
        run.say("starting")
        found += [
            replace(one, scenario=scenario.number, arm=arm) for one in _findings(scenario, run)
        ]
    return judge(found, control_fails=bool(scenario.control))


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
