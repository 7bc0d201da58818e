"""The message of a job, read and written anew: its arguments, and what a replay leaves out.

Formats: as in ``longshore.envelope``. A message is rewritten in Python, not in Lua, whose JSON
would turn an empty list into an empty object.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from longshore.errors import UnreadableMessage
from longshore.sealing.keyring import Unreadable
from longshore.sealing.payload import opened_sealed, sealed
from longshore.sealing.serializer import BOUND, HIDDEN
from longshore.sealing.serializer import CONTENT_TYPE as SEALED

JSON = "application/json"
#: kombu's names of what the standard library can undo (``kombu.compression``).
DECOMPRESSORS: Mapping[str, Callable[[], Any]] = {
    "application/x-gzip": zlib.decompressobj,
    "application/x-bz2": bz2.BZ2Decompressor,
}
#: A few compressed bytes may stand for any number: no more than these are looked at.
LARGEST_BODY = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a job was called with."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The arguments as JSON, to search in."""
        return json.dumps([list(self.args), dict(self.kwargs)], ensure_ascii=False, default=str)


def arguments(raw: bytes) -> Arguments:
    """What the job of this message was called with.

    Raises:
        UnreadableMessage: it is no task message, or its body is not JSON.
    """
    args, kwargs, _ = _payload(_envelope(raw))
    return Arguments(tuple(args), kwargs)


def contains(raw: bytes, text: str) -> bool:
    """Whether the arguments (where they cannot be read: the message) contain this text."""
    try:
        searched = arguments(raw).text
    except UnreadableMessage:
        searched = raw.decode("utf-8", "replace")
    return text.casefold() in searched.casefold()


def renewed(
    raw: bytes,
    *,
    args: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> bytes:
    """The message as it goes back to work: retries count from none, and it no longer expires.

    ``args`` and ``kwargs`` take the place of what was sent; ``None`` leaves it as it is.

    Raises:
        UnreadableMessage: it is no message that a worker could run, or its body is not JSON and
            was to be changed.
    """
    message = _envelope(raw)
    headers = message["headers"]
    if args is None and kwargs is None and not _is_worn(headers):
        return raw
    headers.update(retries=0, expires=None)
    if args is not None or kwargs is not None:
        _write(message, args, kwargs)
    return json.dumps(message).encode()


def _is_worn(headers: Mapping[str, Any]) -> bool:
    return bool(headers.get("retries") or headers.get("expires"))


def _envelope(raw: bytes) -> dict[str, Any]:
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("properties"), dict):
        raise UnreadableMessage("the message is not in kombu's envelope")
    if not isinstance(message.get("headers"), dict) or not message["headers"].get("task"):
        raise UnreadableMessage("the message is not a Celery task message")
    return message


def _payload(message: Mapping[str, Any]) -> list[Any]:
    if message.get("content-type") not in {JSON, SEALED}:
        raise UnreadableMessage(f"the arguments are {message.get('content-type')}, not {JSON}")
    body = message.get("body")
    try:
        if message["properties"].get("body_encoding") == "base64":
            raw = base64.b64decode(str(body), validate=True)
            body = _decompressed(raw, message["headers"].get("compression")).decode()
        text = str(body or "")
        payload = json.loads(opened_sealed(text) if message["content-type"] == SEALED else text)
    except Unreadable as error:
        raise UnreadableMessage(str(error)) from None
    except (ValueError, binascii.Error, RecursionError, TypeError):
        raise UnreadableMessage("the arguments are not the JSON that they say they are") from None
    if not _is_payload(payload):
        raise UnreadableMessage("the arguments are not in Celery's protocol 2")
    found: list[Any] = payload
    return found


def _decompressed(body: bytes, compression: str | None) -> bytes:
    """The body before Celery's ``task_compression``; ValueError where that cannot be had."""
    if not compression:
        return body
    if compression not in DECOMPRESSORS:
        raise ValueError(f"{compression} is not known here")
    decompressor = DECOMPRESSORS[compression]()
    try:
        plain: bytes = decompressor.decompress(body, LARGEST_BODY)
    except (zlib.error, OSError) as error:
        raise ValueError(f"the body is no {compression}") from error
    if not decompressor.eof:
        raise ValueError(f"the body is broken off, or larger than {LARGEST_BODY} bytes")
    return plain


def _is_payload(payload: Any) -> bool:
    return (
        isinstance(payload, list)
        and len(payload) == 3
        and isinstance(payload[0], list)
        and isinstance(payload[1], dict)
    )


def _write(
    message: dict[str, Any], args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None
) -> None:
    was_args, was_kwargs, embed = _payload(message)
    payload = [
        was_args if args is None else list(args),
        was_kwargs if kwargs is None else dict(kwargs),
        embed,
    ]
    secret = message.get("content-type") == SEALED
    if secret:
        headers = message["headers"]
        payload[2] = {**(embed or {}), BOUND: [headers["task"], headers.get("id")]}
    body = sealed(json.dumps(payload)) if secret else json.dumps(payload)
    if message["properties"].get("body_encoding") == "base64":
        body = base64.b64encode(body.encode()).decode()
    message["body"] = body
    message["headers"].pop("compression", None)
    # What Celery shows of the arguments would be that of the earlier ones.
    shown = (
        HIDDEN if secret else {"argsrepr": repr(tuple(payload[0])), "kwargsrepr": repr(payload[1])}
    )
    message["headers"].update(shown)
