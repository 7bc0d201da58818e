"""Workers, as far as the broker knows them: by the claims that they hold."""

from __future__ import annotations

from collections.abc import Sequence

from longshore.store.call import Call, text
from longshore.store.scripts import load

#: Claims that one call looks at, at most.
LIMIT = 2000


def held(limit: int = LIMIT) -> Call[dict[str, tuple[str, ...]]]:
    """The ids of the jobs that each worker has claimed; idle ones are absent.

    A worker is named as Celery names it, such as ``default@pod-1``.
    """

    def read(answer: Sequence[Sequence[bytes]]) -> dict[str, tuple[str, ...]]:
        rows = (tuple(map(text, row)) for row in answer)
        return {worker: tuple(ids) for worker, *ids in rows}

    return Call(load("busy"), lambda _: (limit,), read)


def busy(limit: int = LIMIT) -> Call[dict[str, int]]:
    """How many claims each worker holds; idle ones are absent."""
    inner = held(limit)

    def read(answer: Sequence[Sequence[bytes]]) -> dict[str, int]:
        return {worker: len(ids) for worker, ids in inner.read(answer).items()}

    return Call(inner.script, inner.arguments, read)
