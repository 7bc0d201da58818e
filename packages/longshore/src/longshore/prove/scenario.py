"""What a scenario is: its number in the plan, what it shows, and whether stock Celery fails it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from longshore.prove.finding import Finding
from longshore.prove.options import Run


@dataclass(frozen=True, slots=True)
class Scenario:
    """``claim`` is what must hold. ``control`` says how stock Celery is known to fail it; empty
    when it is not known to, and then its findings decide nothing."""

    number: int
    title: str
    claim: str
    control: str
    run: Callable[[Run], Iterable[Finding]]
    #: whether the short proof runs the control arm as well
    control_in_short: bool = True
    #: whether it mostly waits: the short proof runs all of these at once, and both arms
    mostly_waits: bool = False
    #: what the short proof leaves out, for the page to say
    not_in_short: str = ""
