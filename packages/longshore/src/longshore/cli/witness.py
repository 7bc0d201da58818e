"""What the command line does to jobs is told to whoever keeps a trail of such acts.

A distribution offers a witness as an entry point of ``longshore.witnesses``: a function of action
and target that returns a context, entered before the act and left after it. One that cannot write
its trail raises, and the act is not done. The engine keeps no trail itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.metadata import entry_points
from typing import Any, Protocol

import click

from longshore.cli.complaint import Complaint

GROUP = "longshore.witnesses"
#: Of the jobs that one command names; the rest is counted.
MOST_NAMES = 100


class Entry(Protocol):
    """One act, as a trail has it."""

    def note(self, **details: Any) -> None:
        """Add what JSON can hold: numbers, filters, reasons; never arguments of jobs."""


Witness = Callable[[str, str], AbstractContextManager[Entry]]


class Notes:
    """What the doer adds, for every witness."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def note(self, **details: Any) -> None:
        """Add what JSON can hold."""
        for entry in self.entries:
            entry.note(**details)


@contextmanager
def witnessed(
    action: str,
    names: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
    *,
    really: bool = True,
) -> Iterator[Notes]:
    """Within it an act is done to what is ``names`` or, without names, to what fits ``given``."""
    notes = Notes()
    with ExitStack() as witnesses:
        for witness in _witnesses() if really else ():
            notes.entries.append(_entered(witnesses, witness(action, _target(names))))
        notes.note(**_details(names, given or {}))
        yield notes


def _entered(witnesses: ExitStack, act: AbstractContextManager[Entry]) -> Entry:
    try:
        return witnesses.enter_context(act)
    except click.ClickException as error:
        raise Complaint(
            f"nothing was done, since it cannot be written down: {error.message};"
            " longshore --unaudited does without"
        ) from None


def _details(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in given.items() if value not in (None, False)}
    if len(names) > 1:
        told |= {"names": list(names[:MOST_NAMES]), "count": len(names)}
    return told


def _target(names: Sequence[str]) -> str:
    if not names:
        return "by filter"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _witnesses() -> list[Witness]:
    context = click.get_current_context(silent=True)
    if context is not None and context.find_root().params.get("unaudited"):
        return []
    return [found.load() for found in entry_points(group=GROUP)]
