"""A walk over many dead letters, a bounded step a call, the oldest first.

It ends at the moment it began: a letter that goes back to work and dies again meanwhile is not met
twice. Where it stands travels as text, so that a caller can go on without being remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from longshore.errors import InvalidCursor
from longshore.store.call import Call
from longshore.store.dead_letters import DeadLetterPage, Filter, page


@dataclass(frozen=True, slots=True)
class Walk:
    """Letters kept after ``until`` (seconds by the broker's clock) are none of its business."""

    until: float
    cursor: str | None = None

    @classmethod
    def begin(cls, now: float) -> Self:
        """A walk over what is there now, by the broker's clock."""
        return cls(now)

    @classmethod
    def resume(cls, text: str) -> Self:
        """The walk that ``text`` tells of.

        Raises:
            InvalidCursor: it was not handed out by a walk.
        """
        until, _, cursor = text.partition("~")
        try:
            return cls(float(until), cursor)
        except ValueError:
            raise InvalidCursor("this cursor was not handed out by such a call") from None

    @property
    def text(self) -> str:
        """Where the walk stands, to resume it."""
        return f"{self.until:.6f}~{self.cursor or ''}"

    def step(self, wanted: Filter, limit: int) -> Call[DeadLetterPage]:
        """The next letters, with their messages.

        Raises:
            InvalidCursor: the walk was resumed from something else.
        """
        until = self.until if wanted.until is None else min(self.until, wanted.until)
        chosen = replace(wanted, until=until)
        return page(chosen, cursor=self.cursor, limit=limit, oldest_first=True, messages=True)

    def after(self, met: DeadLetterPage) -> Walk | None:
        """The walk beyond this step; ``None`` at its end."""
        return None if met.cursor is None else replace(self, cursor=met.cursor)
