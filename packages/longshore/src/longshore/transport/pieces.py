"""How many claims go into one script call."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

RENEW_AT_ONCE = 200


def batches(items: Sequence[T], size: int = RENEW_AT_ONCE) -> Iterator[list[T]]:
    """The items in pieces small enough for one script call."""
    iterator = iter(items)
    while piece := list(itertools.islice(iterator, size)):
        yield piece
