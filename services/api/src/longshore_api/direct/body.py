"""The bytes of a body."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import Receive


async def read_body(receive: Receive) -> bytes:
    """Return the whole body; raises what ``receive`` raises, and a 400 when the caller left."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise HTTPException(400)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def is_json(content_type: bytes) -> bool:
    """Whether this header announces ``application/json`` or ``application/*+json``."""
    if content_type == b"application/json":
        return True
    kind, _, subtype = content_type.partition(b";")[0].strip().lower().partition(b"/")
    return kind == b"application" and (subtype == b"json" or subtype.endswith(b"+json"))
