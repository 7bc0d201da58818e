"""Dead letters: jobs kept for a person, who looks, and sends them back to work or discards them.

Every step is bounded. A letter is named by its job and the moment it was kept, so that whoever acts
on what was read a moment ago never acts on a later death of the same job.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from longshore.errors import InvalidCursor, UnknownDeadLetter, UnreadableMessage
from longshore.ids import new_id
from longshore.message import contains, renewed
from longshore.records import AttemptRecord, DeadReason, JobRecord
from longshore.store.call import Call, fields, text
from longshore.store.jobs import read_attempts, read_record, readable_record
from longshore.store.scripts import load

#: How many one call looks at before it hands out a cursor: a few milliseconds of the server's time.
SCAN = 500
#: Letters that one call moves or discards.
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """Which dead letters; an empty filter means all. Times are seconds since the epoch.

    ``text`` is looked for in the arguments, upper and lower case alike.
    """

    task: str | None = None
    queue: str | None = None
    reason: DeadReason | None = None
    exception: str | None = None
    since: float | None = None
    until: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A dead letter as a list shows it; ``message`` is empty where it was not asked for."""

    record: JobRecord
    kept_at: str
    message: bytes

    @property
    def kept_seconds(self) -> float:
        """When it was kept, in seconds since the epoch."""
        return float(self.kept_at)


@dataclass(frozen=True, slots=True)
class DeadLetterPage:
    """Some of the dead letters; ``cursor`` asks for the next ones, ``None`` at the end.

    ``total`` counts all there are, whatever the filter.
    """

    letters: tuple[Kept, ...]
    cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter, whole: ``words`` is its record as it is stored."""

    record: JobRecord
    kept_at: str
    message: bytes
    attempts: tuple[AttemptRecord, ...]
    words: dict[str, str]
    story: tuple[str, ...]

    @property
    def kept(self) -> Kept:
        """The same, as it is named to be replayed or discarded."""
        return Kept(self.record, self.kept_at, self.message)


class Fate(StrEnum):
    """What became of a letter; gone: somebody else had acted on it, or it died again since."""

    REPLAYED = "replayed"
    DISCARDED = "discarded"
    IMPORTED = "imported"
    KNOWN = "known"
    GONE = "gone"


def page(
    wanted: Filter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
    oldest_first: bool = False,
    messages: bool = False,
    scan: int = SCAN,
) -> Call[DeadLetterPage]:
    """A page of dead letters, the newest first unless told otherwise.

    It may be short, even empty, and still carry a cursor: one call looks at a bounded number.

    Raises:
        InvalidCursor: the cursor is not one of ours.
    """
    chosen = wanted or Filter()
    arguments = (
        "oldest" if oldest_first else "newest",
        _position(cursor),
        _moment(chosen.since),
        _moment(chosen.until),
        chosen.task or "",
        chosen.queue or "",
        chosen.reason or "",
        chosen.exception or "",
        scan,
        limit,
        "1" if messages or chosen.text else "0",
    )
    return Call(load("dead_page"), lambda _: arguments, lambda answer: _page(answer, chosen.text))


def _page(answer: Sequence[Any], wanted: str | None) -> DeadLetterPage:
    found = []
    for job_id, kept, flat, message in answer[2]:
        record = readable_record(text(job_id), fields(flat)) if flat else None
        if record is not None:
            found.append(Kept(record, text(kept), bytes(message)))
    letters = [one for one in found if wanted is None or contains(one.message, wanted)]
    last = bytes(answer[0])
    cursor = base64.urlsafe_b64encode(last).decode().rstrip("=") if last else None
    return DeadLetterPage(tuple(letters), cursor, int(answer[1]))


def _position(cursor: str | None) -> bytes:
    if cursor is None:
        return b""
    try:
        position = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        float(position.split(b" ", 1)[0])
    except (ValueError, binascii.Error):
        raise InvalidCursor("this cursor was not handed out by a page of dead letters") from None
    return position


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.6f}"


def get(job_id: str) -> Call[DeadLetter]:
    """One dead letter with its original message and the whole story of its attempts.

    Raises:
        UnknownDeadLetter: the job is not among the dead letters.
    """

    def read(answer: Sequence[Any]) -> DeadLetter:
        if not answer:
            raise UnknownDeadLetter(job_id)
        return _letter(answer[0])

    return Call(load("dead_letter"), lambda _: (job_id,), read)


def get_all(job_ids: Sequence[str]) -> Call[tuple[DeadLetter, ...]]:
    """Those of these jobs that are dead letters, whole; at most some hundred a call.

    One whose record cannot be read is left out.
    """

    def read(answer: Sequence[Any]) -> tuple[DeadLetter, ...]:
        readable = (row for row in answer if readable_record(text(row[0]), fields(row[2])))
        return tuple(map(_letter, readable))

    return Call(load("dead_letter"), lambda _: job_ids, read)


def _letter(row: Sequence[Any]) -> DeadLetter:
    job_id, kept, flat, message, story = row
    words, told = fields(flat), tuple(text(entry) for entry in story)
    record = read_record(text(job_id), words)
    return DeadLetter(record, text(kept), bytes(message), read_attempts(told), words, told)


@dataclass(frozen=True, slots=True)
class Revival:
    """A letter that goes back to work, with the message that it goes back with."""

    job_id: str
    kept_at: str
    message: bytes

    @classmethod
    def of(cls, letter: Kept) -> Revival:
        """The letter as it was sent, its retries counted from none.

        Raises:
            UnreadableMessage: it is no message that a worker could run.
        """
        return cls(letter.record.id, letter.kept_at, renewed(letter.message))


def revivable(letters: Iterable[Kept]) -> tuple[list[Revival], list[Kept]]:
    """Those that can go back to work as they were sent, and those that no worker could run."""
    sound, broken = [], []
    for letter in letters:
        try:
            sound.append(Revival.of(letter))
        except UnreadableMessage:
            broken.append(letter)
    return sound, broken


def replay(
    letters: Sequence[Revival], *, rate_per_second: float | None = None
) -> Call[tuple[Fate, ...]]:
    """Sends letters back to work in one step; one answer for each.

    With a rate they wait in the delayed set, so far apart, behind earlier replays with a rate.

    Raises:
        ValueError: there are more than ``MOST_AT_ONCE``.
    """
    _check(letters)
    rate = "" if rate_per_second is None else f"{rate_per_second:.6f}"
    words = [word for one in letters for word in (one.job_id, one.kept_at, one.message)]
    arguments = (new_id(), rate, *words)
    return Call(load("replay"), lambda _: arguments, _fates)


def discard(letters: Sequence[Kept], reason: str) -> Call[tuple[Fate, ...]]:
    """Drops letters on purpose in one step; their records are kept a while, with the reason.

    Raises:
        ValueError: there are more than ``MOST_AT_ONCE``.
    """
    _check(letters)
    nonce = new_id()
    words = [word for one in letters for word in (one.record.id, one.kept_at)]
    return Call(
        load("discard"),
        lambda settings: (nonce, settings.record_ttl_seconds, reason, *words),
        _fates,
    )


def take_in(rows: Iterable[Sequence[str | bytes]]) -> Call[tuple[Fate, ...]]:
    """Puts letters from elsewhere among the dead letters; ``longshore.letter_files`` makes rows."""
    words = [word for row in rows for word in row]
    return Call(load("dead_import"), lambda _: words, _fates)


def _check(letters: Sequence[object]) -> None:
    if len(letters) > MOST_AT_ONCE:
        raise ValueError(f"{len(letters)} dead letters at once; at most {MOST_AT_ONCE} are taken")


def _fates(answer: Sequence[bytes]) -> tuple[Fate, ...]:
    return tuple(Fate(text(word)) for word in answer)
