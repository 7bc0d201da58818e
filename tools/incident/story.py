"""What happens, what the person on call types, and what is told beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.incident.stage import Said, Stage, until

ORDERS, LATER = 24, 3


@dataclass(frozen=True, slots=True)
class Step:
    """``before`` is what happens; ``{job}`` in the command is the newest dead letter of the start.

    ``code``: the exit code that is expected.
    """

    told: str
    command: str
    code: int = 0
    before: Callable[[Stage], None] | None = None


def _bad_release(stage: Stage) -> None:
    stage.deploy("42")
    stage.order(ORDERS)
    until(lambda: stage.dead() == ORDERS)


def _roll_back(stage: Stage) -> None:
    stage.order(LATER)
    stage.deploy("41")


def _later_ones_done(stage: Stage) -> None:
    until(lambda: stage.succeeded() == LATER)


def _all_done(stage: Stage) -> None:
    until(lambda: stage.succeeded() == len(stage.ids))


STORY = (
    Step(
        "An alert says that dead letters of `shop.invoice` arrive. Do workers answer, and what has"
        " died? Exit code 1: there is something to look at.",
        "longshore health --wait 3",
        code=1,
        before=_bad_release,
    ),
    Step("Which jobs, and why?", "longshore dead-letters list --limit 3"),
    Step(
        "One of them, whole: what was sent, how it ended, and where.",
        "longshore dead-letters show {job}",
    ),
    Step(
        "The code asks for `total_cents`; the order has `cents`. Release 42 went out a few minutes"
        " ago. Nothing is lost, and nothing more needs to die: until it is gone nothing is claimed,"
        " and orders that come in wait.",
        "longshore queues pause invoices",
    ),
    Step(
        "Release 41 is rolled out again, and the queue is opened.",
        "longshore queues resume invoices",
        before=_roll_back,
    ),
    Step(
        "What waited is done. Now one of the dead letters, to see that it goes well.",
        "longshore dead-letters replay {job}",
        before=_later_ones_done,
    ),
    Step("It has, with its story.", "longshore jobs show {job} --watch"),
    Step(
        "Then the others, twenty a second, and only those that died of this.",
        "longshore dead-letters replay --task shop.invoice --exception KeyError --rate 20",
    ),
    Step("All is well.", "longshore health --wait 3", before=_all_done),
    Step("And who did what is in the trail, newest first.", "longshore-api audit --hours 1"),
)


@dataclass(frozen=True, slots=True)
class Played:
    """A step that was played."""

    step: Step
    command: str
    said: Said


def play(stage: Stage) -> Iterator[Played]:
    """Play the story, step by step."""
    job = ""
    for step in STORY:
        if step.before is not None:
            step.before(stage)
        job = job or stage.newest()
        command = step.command.format(job=job)
        yield Played(step, command, stage.run(command))
