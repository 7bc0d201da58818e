"""The schedule's state: who leads, where each entry stands.

Every change names the leader's token and is refused once another scheduler leads. Slots and
other times are seconds since the epoch by the broker's clock, exact to the microsecond.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from longshore.envelope import NewJob
from longshore.errors import LeaseLost
from longshore.store import jobs
from longshore.store.call import Call, fields, text
from longshore.store.schedule_scripts import fenced, fenced_enqueue

#: How long the state of an entry that is no longer declared is kept.
KEEP_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer to "may I lead": the broker's time, whether yes, and who leads."""

    now: float
    leading: bool
    leader: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What an entry is, in words for people and for ``GET /schedules``."""

    name: str
    task: str
    queue: str
    schedule: str
    catch_up: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an entry stands: since when it is known, and its last slot that was dealt with."""

    anchor: float
    last_slot: float | None


@dataclass(frozen=True, slots=True)
class Leader:
    """The scheduler that leads, and until when unless it renews."""

    identity: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """One entry; ``missed`` counts slots that went by without a job."""

    name: str
    task: str
    queue: str
    schedule: str
    catch_up: str
    last_slot: float | None
    last_job_id: str | None
    next_slot: float | None
    enqueued: int
    missed: int


@dataclass(frozen=True, slots=True)
class ScheduleOverview:
    """All entries by name, and the leader (``None``: no live one)."""

    leader: Leader | None
    entries: tuple[ScheduleStatus, ...]


def lead(token: str, identity: str) -> Call[Standing]:
    """Takes or renews the leadership for one lease, if it is free or this token's."""
    return Call(
        fenced("schedule_lead"),
        lambda settings: (token, identity, settings.lease_seconds),
        lambda answer: Standing(float(answer[0]), bool(answer[1]), text(answer[2])),
    )


def resign(token: str) -> Call[bool]:
    """Gives the leadership up at once; false when this token did not hold it."""
    return Call(fenced("schedule_resign"), lambda _: (token,), bool)


def declare(token: str, entries: Sequence[Definition]) -> Call[tuple[Progress, ...]]:
    """Makes these the entries of the schedule; answers where each stands, in their order.

    Raises:
        LeaseLost: this token does not lead.
    """
    pairs = [word for entry in entries for word in (entry.name, json.dumps(asdict(entry)))]

    def read(answer: Sequence[Sequence[bytes]]) -> tuple[Progress, ...]:
        if len(answer) < len(entries):
            raise LeaseLost("another scheduler leads now")
        return tuple(Progress(float(anchor), _seconds(last)) for anchor, last in answer)

    return Call(fenced("schedule_declare"), lambda _: (token, KEEP_SECONDS, *pairs), read)


def enqueue(
    token: str, entry: str, slot: float, next_slot: float | None, job: NewJob
) -> Call[bool]:
    """Enqueues the job of one slot and records the slot in the same step.

    False when the slot, or a later one, was recorded before: nothing is enqueued then.

    Raises:
        LeaseLost: this token does not lead.
    """
    inner = jobs.enqueue(job)
    slot_words = (token, entry, _stamp(slot), _stamp(next_slot), job.id)

    def read(answer: bytes) -> bool:
        return _took_effect(answer) == "enqueued"

    return Call(
        fenced_enqueue(),
        lambda settings: (*slot_words, *inner.argv(settings)),
        read,
        accepts=True,
        posts=inner.posts,
        # Without a job in it the script notes the slot only.
        beside=Call(
            fenced_enqueue(),
            lambda settings: (*slot_words, settings.key_prefix, settings.recent_limit),
            read,
        ),
    )


def pass_over(
    token: str, entry: str, slot: float, missed: int, next_slot: float | None
) -> Call[bool]:
    """Goes past ``missed`` slots up to this one without a job; false when that was done before.

    Raises:
        LeaseLost: this token does not lead.
    """
    return _pass(token, entry, _stamp(slot), missed, next_slot)


def note_next(token: str, entry: str, next_slot: float | None) -> Call[bool]:
    """Records when the entry is due next, for people to read.

    Raises:
        LeaseLost: this token does not lead.
    """
    return _pass(token, entry, "", 0, next_slot)


def overview() -> Call[ScheduleOverview]:
    """Every entry with its last and next slot, and who leads."""

    def read(answer: Sequence[Any]) -> ScheduleOverview:
        rows = sorted((text(name), fields(flat)) for name, flat in answer[2])
        entries = tuple(_status(words) for _, words in rows if words)
        return ScheduleOverview(_leader(fields(answer[1]), float(answer[0])), entries)

    return Call(fenced("schedule_overview"), lambda _: (), read)


def _pass(token: str, entry: str, slot: str, missed: int, next_slot: float | None) -> Call[bool]:
    return Call(
        fenced("schedule_pass"),
        lambda _: (token, entry, slot, missed, _stamp(next_slot)),
        lambda answer: _took_effect(answer) == "noted",
    )


def _took_effect(answer: bytes) -> str:
    word = text(answer)
    if word == "deposed":
        raise LeaseLost("another scheduler leads now")
    return word


def _leader(words: dict[str, str], now: float) -> Leader | None:
    if not words or float(words["until"]) <= now:
        return None
    return Leader(words["identity"], float(words["since"]), float(words["until"]))


def _status(words: dict[str, str]) -> ScheduleStatus:
    definition = json.loads(words["definition"])
    return ScheduleStatus(
        **{field.name: definition[field.name] for field in dataclasses.fields(Definition)},
        last_slot=_seconds(words.get("last_slot", "")),
        last_job_id=words.get("last_job_id"),
        next_slot=_seconds(words.get("next_slot", "")),
        enqueued=int(words.get("enqueued", "0")),
        missed=int(words.get("missed", "0")),
    )


def _stamp(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.6f}"


def _seconds(value: bytes | str) -> float | None:
    word = text(value)
    return float(word) if word else None
