"""Workers, as far as the broker knows them: by the claims that they hold."""

from __future__ import annotations

from longshore.store.call import Call, text
from longshore.store.scripts import load


def busy(limit: int = 2000) -> Call[dict[str, int]]:
    """How many claims each worker holds; idle ones are absent. Looks at ``limit`` claims at most.

    A worker is named as Celery names it, such as ``default@pod-1``.
    """
    return Call(
        load("busy"),
        lambda _: (limit,),
        lambda answer: {text(worker): int(count) for worker, count in answer},
    )
