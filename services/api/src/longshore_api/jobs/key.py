"""The idempotency key: a caller's own name for a job."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from pydantic import StringConstraints

KEY_HEADER = "Idempotency-Key"
KeyText = Annotated[str, StringConstraints(min_length=1, max_length=255)]
KeyFromHeader = Annotated[
    KeyText | None,
    Header(
        alias=KEY_HEADER,
        description="a name for this wish: the same key again answers with the same job",
    ),
]
"""The annotation of an endpoint's parameter that receives the header."""

BatchKeyFromHeader = Annotated[
    KeyText | None,
    Header(
        alias=KEY_HEADER,
        description="a name for the whole batch: its n-th job, from 0, has the key <name>#n unless"
        " it has one of its own",
    ),
]
"""The same for many jobs at once."""
