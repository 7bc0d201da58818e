"""From the claim script's answer to the message that Celery sees."""

from __future__ import annotations

import json
import time
from typing import Any

from kombu.exceptions import DecodeError
from kombu.serialization import registry
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import loads

from longshore.store.claims import Delivery
from longshore.tracing.holder import CLAIMED_AT, TRACING
from longshore.transport.binding import check


def payload_of(delivery: Delivery) -> dict[str, Any]:
    """The envelope with the claim in its headers."""
    payload: dict[str, Any] = loads(bytes_to_str(delivery.raw))
    if delivery.claim is None:
        return payload
    check(payload)
    headers = payload.get("headers")
    if isinstance(headers, dict) and "id" in headers:
        headers["longshore"] = delivery.claim.header()
        if TRACING.spans is not None:
            headers[CLAIMED_AT] = time.time_ns()
    info = payload["properties"].get("delivery_info")
    if isinstance(info, dict):
        info["redelivered"] = delivery.claim.delivery > delivery.claim.attempt
    return payload


def decodes_json_itself() -> bool:
    """Whether JSON is decoded by kombu itself, and not by what an app has registered instead."""
    return registry._decoders.get("application/json") is loads  # noqa: SLF001


def plain_json(body: bytes | str) -> Any:
    """A body of JSON without kombu's typed values, faster than kombu reads it.

    Raises:
        DecodeError: it is no JSON; kombu's, with the decoder's words, as from kombu itself.
    """
    try:
        return json.loads(body)
    except Exception as error:
        raise DecodeError(error) from error
