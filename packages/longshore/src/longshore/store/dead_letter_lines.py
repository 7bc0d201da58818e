"""Dead letters as JSON lines, to keep them elsewhere or to bring them to another broker.

One object a line: ``version``, ``id``, ``kept_at`` (seconds since the epoch), ``record`` (the
fields of the record as they are stored), ``attempts``, and ``message`` as text, or
``message_base64`` where it is not UTF-8.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from longshore.envelope import PRIORITY_STEPS, list_of, queue_name
from longshore.errors import NotAQueue, UnreadableMessage
from longshore.records import DeadReason
from longshore.store.dead_letters import DeadLetter
from longshore.store.jobs import UNREADABLE

VERSION = 1
#: What the import script writes itself.
OWN_FIELDS = ("state", "owner")
#: A record has some 40; Lua's stack takes a few thousand words.
MOST_FIELDS = 500

Row = tuple[str, str, str, bytes, str, str]


def to_line(letter: DeadLetter) -> str:
    """One letter as a line, without its end."""
    document: dict[str, Any] = {
        "version": VERSION,
        "id": letter.record.id,
        "kept_at": float(letter.kept_at),
        "record": {
            name: word for name, word in sorted(letter.words.items()) if name not in OWN_FIELDS
        },
        "attempts": list(_entries(letter.story)),
    }
    try:
        document["message"] = letter.message.decode()
    except UnicodeDecodeError:
        document["message_base64"] = base64.b64encode(letter.message).decode()
    return json.dumps(document, ensure_ascii=False)


def _entries(story: Iterable[str]) -> Iterator[object]:
    for entry in story:
        with suppress(ValueError):
            yield json.loads(entry)


def from_line(line: str) -> Row:
    """A line as the import takes it: id, kept, queue, message, record, attempts.

    Raises:
        UnreadableMessage: the line is not one of ``to_line``'s; says why.
    """
    try:
        document = json.loads(line)
        return _row(document)
    except UnreadableMessage:
        raise
    except NotAQueue as error:
        raise UnreadableMessage(str(error)) from None
    except (*UNREADABLE, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableMessage(f"not a dead letter ({type(error).__name__}: {error})") from None


def _row(document: dict[str, Any]) -> Row:
    if document["version"] != VERSION:
        raise UnreadableMessage(f"version {document['version']!r} is not known, only {VERSION}")
    record = {str(name): str(word) for name, word in document["record"].items()}
    own = {name: word for name, word in record.items() if name not in OWN_FIELDS}
    own["dead_reason"] = DeadReason(own.get("dead_reason") or DeadReason.PERMANENT_ERROR).value
    queue = own.pop("queue")
    stories = [json.dumps(dict(entry)) for entry in document["attempts"]]
    job_id = str(document["id"])
    if not job_id or not queue:
        raise UnreadableMessage("a dead letter needs an id and a queue")
    if len(own) > MOST_FIELDS:
        raise UnreadableMessage(f"a record of {len(own)} fields; at most {MOST_FIELDS} are taken")
    kept_at = float(document["kept_at"])
    if not math.isfinite(kept_at):
        raise UnreadableMessage("kept_at must be seconds since the epoch")
    # What is sent as it is must be text that can be written.
    _ = (job_id.encode(), queue_name(queue).encode())
    if own.get("list", queue) not in {list_of(queue, step) for step in PRIORITY_STEPS}:
        raise UnreadableMessage(f"the list of the record is none of the queue {queue!r}")
    row = (job_id, f"{kept_at:.6f}", queue)
    return *row, _message(document), json.dumps(own), json.dumps(stories)


def _message(document: dict[str, Any]) -> bytes:
    if "message" in document:
        return str(document["message"]).encode()
    try:
        return base64.b64decode(document["message_base64"], validate=True)
    except binascii.Error:
        raise UnreadableMessage("message_base64 is not base64") from None
