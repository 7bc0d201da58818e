"""From the claim script's answer to the message that Celery sees."""

from __future__ import annotations

from typing import Any

from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import loads

from longshore.store.claims import Delivery


def payload_of(delivery: Delivery) -> dict[str, Any]:
    """The envelope with the claim in its headers."""
    payload: dict[str, Any] = loads(bytes_to_str(delivery.raw))
    if delivery.claim is None:
        return payload
    headers = payload.get("headers")
    if isinstance(headers, dict) and "id" in headers:
        headers["longshore"] = delivery.claim.header()
    info = payload["properties"].get("delivery_info")
    if isinstance(info, dict):
        info["redelivered"] = delivery.claim.delivery > delivery.claim.attempt
    return payload
