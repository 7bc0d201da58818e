"""Chords: a member counts once, under its claim, and the body is enqueued once.

Keys and parts are those of ``celery.backends.redis``, so that stock workers go on counting.
"""

from __future__ import annotations

from dataclasses import dataclass

from longshore.current import Claim
from longshore.store.call import Call, text
from longshore.store.scripts import load

#: How long a chord that has ended is remembered, where Celery's results never expire.
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Part:
    """The outcome of one member as Celery encodes it; ``index`` is its place in the header."""

    group: str
    member: str
    document: str | bytes
    ordered: bool
    index: int | str
    ttl_seconds: int


@dataclass(frozen=True, slots=True)
class PartNoted:
    """``nonce``: under which the body is to be enqueued, when this part was the last."""

    refused: bool
    nonce: str = ""


def chord_part(held: Claim, part: Part) -> Call[PartNoted]:
    """Notes a part, once however often its member runs; refused when the claim was lost."""
    return Call(
        load("chord_part"),
        lambda _: (
            *(held.job_id, held.token, part.group, part.member, part.document),
            *("1" if part.ordered else "0", part.index, part.ttl_seconds),
        ),
        lambda answer: PartNoted(
            text(answer[0]) == "refused", text(answer[1]) if len(answer) > 1 else ""
        ),
    )


def chord_end(group: str, ttl_seconds: int, *, keeps_parts: bool) -> Call[None]:
    """The chord's body was enqueued, or has failed: nothing that comes later begins it anew."""
    return Call(
        load("chord_end"),
        lambda _: (group, ttl_seconds or DAY_SECONDS, "1" if keeps_parts else "0"),
        lambda _: None,
    )
