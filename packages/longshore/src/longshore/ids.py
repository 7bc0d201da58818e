"""Random names, made for every job and message."""

from __future__ import annotations

import os

_VARIANT = "89ab"


def new_id() -> str:
    """Return a random UUID (version 4, RFC 9562) as text, far sooner than ``uuid.uuid4``."""
    word = os.urandom(16).hex()
    variant = _VARIANT[int(word[16], 16) & 3]
    return f"{word[:8]}-{word[8:12]}-4{word[13:16]}-{variant}{word[17:20]}-{word[20:]}"
