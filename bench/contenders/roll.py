"""Everybody who takes part, in the order in which they run."""

from __future__ import annotations

from bench.contenders import arq, bare, celery, dramatiq, rq, saq, taskiq
from bench.contenders.contender import Contender

ROLL: tuple[Contender, ...] = (
    *celery.CONTENDERS,
    *taskiq.CONTENDERS,
    *saq.CONTENDERS,
    *dramatiq.CONTENDERS,
    *arq.CONTENDERS,
    *rq.CONTENDERS,
    *bare.CONTENDERS,
)


def taking_part(measure: str, only: frozenset[str] = frozenset()) -> tuple[Contender, ...]:
    """Those of one measure; ``only`` keeps those named."""
    return tuple(one for one in ROLL if measure in one.measures and (not only or one.name in only))
