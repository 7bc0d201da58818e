"""docs/proof.md, made from what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longshore.prove.columns import HEADINGS, cells
from longshore.prove.finding import Finding
from longshore.prove.machine import Machine
from longshore.prove.scenario import Scenario
from longshore.prove.session import Proof

INTRODUCTION = """\
# The proof

This page is written by `longshore prove`; do not edit it. The same faults are done to the same
small Celery app on two arms: Longshore, and stock Celery on its Redis transport with the settings
under which it loses least (`acks_late`, `reject_on_worker_lost`, a visibility timeout as short as
Longshore's lease). Every job writes its start and its finish into a ledger outside the broker, and
the figures below are set arithmetic over that ledger.

* **lost**: accepted, never finished, and in no place in the broker
* **done twice / run again**: finished / started more than once
* **refused**: outcomes of stale owners that were turned away
* **recovery**: from a fault until a job that it hit runs elsewhere

Verdicts: **proven** (the claim held, and where stock Celery is known to fail it did fail here),
**held, no control** (the claim held; the control arm was not run), **void** (the control arm should
have failed and did not, so the fault did not bite: no success), **BROKEN**, **not shown yet**;
for the control arm **fails, as known** and **holds**.
"""


def page(proof: Proof, machine: Machine, command: str, scenarios: Sequence[Scenario]) -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_how(proof, machine, command), *_all(proof, scenarios)])


def _how(proof: Proof, machine: Machine, command: str) -> Iterator[str]:
    yield f"Made by `{command}` (seed {proof.options.seed}) in {proof.seconds:.0f} s on"
    yield f"{machine.system}, {machine.processors} processors, {machine.memory_gib:g} GiB;"
    yield f"Python {machine.python}, Valkey {machine.valkey}, Longshore {machine.longshore},"
    yield f"Celery {machine.celery}, kombu {machine.kombu}, redis-py {machine.redis_py}."
    yield ""


def _all(proof: Proof, scenarios: Sequence[Scenario]) -> Iterator[str]:
    for scenario in scenarios:
        found = [one for one in proof.findings if one.scenario == scenario.number]
        yield from _section(scenario, found, short=proof.options.short)


def _section(scenario: Scenario, findings: Sequence[Finding], *, short: bool) -> Iterator[str]:
    control = scenario.control or "not known to fail"
    yield f"## {scenario.number}. {scenario.title}"
    yield ""
    yield f"Must hold: {scenario.claim}.  "
    yield f"Stock Celery: {control}."
    if short and scenario.not_in_short:
        yield ""
        yield f"This was the short form, which leaves out {scenario.not_in_short}."
    yield ""
    yield _row(HEADINGS[1:])
    yield _row(["---"] * len(HEADINGS[1:]))
    for finding in findings:
        yield _row(cells(finding)[1:])
    yield ""


def _row(words: Sequence[str]) -> str:
    return f"| {' | '.join(word.replace('|', '/') for word in words)} |"
