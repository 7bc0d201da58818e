"""Dead letters that have arrived, grouped by task and window of time: a storm is one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from longshore.records import JobRecord
from longshore.store import Store
from longshore.store.dead_letters import Filter, Kept, page
from longshore_tasks.jobs.alerts import MOST_EXAMPLES, PostAlert

#: How many whole windows back are looked at: a watch that came late makes up for them.
WINDOWS = 3
#: Letters of one window that are looked at; a larger storm is told as "at least".
MOST_LETTERS = 10_000
MOST_KINDS = 50
PAGE = 500
#: An alert that cannot be posted is no reason for an alert.
OWN = "alerts."


@dataclass(slots=True)
class Group:
    """The letters of one task in one window."""

    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, record: JobRecord) -> None:
        """Count one letter."""
        self.count += 1
        self.reasons[record.dead_reason.value if record.dead_reason else "unknown"] += 1
        self.errors[record.error.type if record.error else "none"] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(record.id)


def windows(now: float, seconds: float) -> Iterator[tuple[float, float]]:
    """The last whole windows before now, the oldest first."""
    current = now // seconds * seconds
    for back in range(WINDOWS, 0, -1):
        yield current - back * seconds, current - (back - 1) * seconds


def arrived(store: Store, start: float, end: float) -> tuple[list[Kept], bool]:
    """The letters kept from ``start`` until before ``end``, and whether these are all of them."""
    found: list[Kept] = []
    cursor: str | None = None
    # Moments are kept to the microsecond.
    wanted = Filter(since=start, until=end - 1e-6)
    while len(found) < MOST_LETTERS:
        met = store.run(page(wanted, cursor=cursor, limit=PAGE, oldest_first=True))
        found += met.letters
        cursor = met.cursor
        if cursor is None:
            return found, True
    return found, False


def alerts(letters: Iterable[Kept], start: float, end: float, *, counted: bool) -> list[PostAlert]:
    """One alert for each task among the letters of a window."""
    groups: dict[str, Group] = {}
    for letter in letters:
        if not letter.record.task.startswith(OWN):
            groups.setdefault(letter.record.task, Group()).add(letter.record)
    return [
        PostAlert(
            dead_task=task,
            window_start=datetime.fromtimestamp(start, UTC),
            window_end=datetime.fromtimestamp(end, UTC),
            count=group.count,
            counted=counted,
            reasons=dict(group.reasons.most_common(MOST_KINDS)),
            errors=dict(group.errors.most_common(MOST_KINDS)),
            examples=tuple(group.examples),
        )
        for task, group in sorted(groups.items())
    ]
