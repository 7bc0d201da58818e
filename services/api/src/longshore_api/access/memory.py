"""A bounded memory, so that most requests ask nobody who calls."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Bounded(Generic[T]):
    """So many entries by name; one more forgets the oldest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[str, T] = {}

    def get(self, name: str) -> T | None:
        """Return an entry, if there is one."""
        return self._entries.get(name)

    def put(self, name: str, entry: T) -> None:
        """Remember an entry as the newest."""
        self._entries.pop(name, None)
        if len(self._entries) >= self._most:
            del self._entries[next(iter(self._entries))]
        self._entries[name] = entry

    def drop(self, name: str) -> None:
        """Forget an entry."""
        self._entries.pop(name, None)

    def __len__(self) -> int:
        return len(self._entries)
