"""docs/proof.md, made from what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longshore.errors import LongshoreError
from longshore.prove.columns import HEADINGS, cells
from longshore.prove.finding import Finding
from longshore.prove.machine import Machine
from longshore.prove.scenario import Scenario
from longshore.prove.session import Proof

TITLE = "# The proof\n"
INTRODUCTION = f"""\
{TITLE}
This page is written by `longshore prove`; do not edit it. The same faults are done to the same
small Celery app on two arms: Longshore, and stock Celery on its Redis transport with the settings
under which it loses least (`acks_late`, `reject_on_worker_lost`, a visibility timeout as short as
Longshore's lease, looked at every second). Every job writes its start and its finish into a ledger
outside the broker, and the figures below are set arithmetic over that ledger. Workers are forked
from a process that has imported Celery; everything after the import is `celery worker` as it is
typed.

* **lost**: accepted, never finished, and in no place in the broker
* **done twice / run again**: finished / started more than once
* **refused**: outcomes of stale owners that were turned away
* **recovery**: from a fault until a job that it hit runs elsewhere, and in 5 from the broker's
  return until each worker begins a job

Verdicts: **proven** (the claim held, and where stock Celery is known to fail it did fail here),
**held, no control** (the claim held; the control arm was not run), **void** (the control arm should
have failed in its known way and did not, or the fault hit nothing: no success), **BROKEN**,
**not shown yet**; for the control arm **fails, as known**, **fails** (in some other way) and
**holds**.
"""


#: What a section begins with, and its number follows.
HEAD = "## "


class NoProof(LongshoreError):
    """A file that should hold a proof holds something else."""


def page(proof: Proof, machine: Machine, command: str, scenarios: Sequence[Scenario]) -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_how(proof, machine, command), *_all(proof, scenarios)])


def page_with(
    before: str, proof: Proof, machine: Machine, command: str, scenarios: Sequence[Scenario]
) -> str:
    """An earlier page, of which the sections of these scenarios are new and say how they came.

    Raises:
        NoProof: the earlier page is none of ours.
    """
    first, sections = parts_of(before)
    how = list(_how(proof, machine, command))
    for scenario in scenarios:
        title, *rest = _all(proof, [scenario])
        sections[scenario.number] = "\n".join([title, "", *how, *rest[1:]])
    return "\n".join([first, *(sections[number] for number in sorted(sections))])


def parts_of(page: str) -> tuple[str, dict[int, str]]:
    """What stands before the sections, and the sections by the numbers of their scenarios.

    Raises:
        NoProof: it is no page of a proof.
    """
    first, *sections = page.split(f"\n{HEAD}")
    numbers = [section.split(".")[0] for section in sections]
    if not first.startswith(TITLE) or not all(number.isdigit() for number in numbers):
        raise NoProof("what --page names was not written by `longshore prove`: it stays as it is")
    return first, {int(n): HEAD + section for n, section in zip(numbers, sections, strict=True)}


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
    yield f"{HEAD}{scenario.number}. {scenario.title}"
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
