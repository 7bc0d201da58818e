"""Bind the sealed arguments of a job to its task and id, and refuse those of another job.

The names stand in the sealed text, beside what Celery embeds there: the key that opens it vouches
for them, and a worker or a stock transport that does not know of them reads the message as before.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from kombu.compression import compress, decompress

from longshore.errors import LongshoreError
from longshore.sealing.keyring import Unreadable, keyring
from longshore.sealing.payload import opened_sealed, sealed
from longshore.sealing.serializer import BOUND, CONTENT_TYPE

#: While keys are introduced, or an earlier release enqueues: unbound arguments are accepted.
ACCEPT_PLAIN = "LONGSHORE_PAYLOAD_ACCEPT_PLAIN"
TRUE = {"1", "true", "t", "yes", "y", "on"}


class NotItsArguments(LongshoreError, ValueError):
    """The sealed arguments of a message were not sealed for its job."""


def body_of(message: Mapping[str, Any]) -> bytes | str:
    """Return the body of an envelope as its serializer wrote it."""
    body: bytes | str = message["body"]
    if message["properties"].get("body_encoding") == "base64":
        body = base64.b64decode(body)
    if compression := message["headers"].get("compression"):
        try:
            body = decompress(body, compression)
        except Exception as error:  # noqa: BLE001  each compression has errors of its own
            raise ValueError(f"the body is not {compression}: {error}") from None
    return body


def bound(message: dict[str, Any]) -> dict[str, Any]:
    """Return the message with its sealed arguments bound to the task and id in its headers.

    Arguments that cannot be read here stay as they are, and a worker refuses them.
    """
    if message.get("content-type") != CONTENT_TYPE or keyring() is None:
        return message
    headers = message["headers"]
    try:
        args, kwargs, embed = json.loads(opened_sealed(_text(message)))
    except (Unreadable, ValueError, TypeError):
        return message
    if _names(headers) == (embed := dict(embed or {})).get(BOUND):
        return message
    text = sealed(json.dumps([args, kwargs, {**embed, BOUND: _names(headers)}]))
    body: bytes | str = text
    if compression := headers.get("compression"):
        body, _ = compress(text.encode(), compression)
    if message["properties"].get("body_encoding") == "base64":
        body = base64.b64encode(body.encode() if isinstance(body, str) else body).decode()
    return {**message, "body": body}


def check(message: Mapping[str, Any]) -> None:
    """Refuse arguments that were sealed for another job; those that cannot be read are left.

    Raises:
        NotItsArguments: they are another job's, or nobody says whose they are.
    """
    if message.get("content-type") != CONTENT_TYPE or keyring() is None:
        return
    try:
        found = json.loads(opened_sealed(_text(message)))[2].get(BOUND)
    except (Unreadable, ValueError, TypeError, LookupError, AttributeError):
        # Decoding says what is wrong with them.
        return
    if found is None and os.environ.get(ACCEPT_PLAIN, "").lower() in TRUE:
        return
    if found != _names(message["headers"]):
        whose = "another job" if found else "no job"
        raise NotItsArguments(f"the sealed arguments of the message were sealed for {whose}")


def _names(headers: Mapping[str, Any]) -> list[Any]:
    return [headers.get("task"), headers.get("id")]


def _text(message: Mapping[str, Any]) -> str:
    body = body_of(message)
    return body.decode() if isinstance(body, bytes) else body
