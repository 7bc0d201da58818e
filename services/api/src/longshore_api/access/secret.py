"""A key as its owner holds it: ``lsk_<id>_<secret>``, of which only the digest is kept."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from typing import NamedTuple

PREFIX = "lsk_"
#: 256 bits of chance: no word list reaches it, so that one round of SHA-256 is enough.
SECRET_BYTES = 32
_SHAPE = re.compile(r"lsk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


class NewKey(NamedTuple):
    """A key at the only moment at which it is whole."""

    id: str
    key: str
    digest: str


def new_key() -> NewKey:
    """Return a key that nobody can guess."""
    key_id = os.urandom(6).hex()
    key = f"{PREFIX}{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return NewKey(key_id, key, digest_of(key))


def digest_of(credential: str) -> str:
    """Return the SHA-256 of a credential, in hexadecimal."""
    return hashlib.sha256(credential.encode("latin-1", "replace")).hexdigest()


def is_key(credential: str) -> bool:
    """Whether it has the shape of a key: nothing else is looked for in the database."""
    return _SHAPE.fullmatch(credential) is not None
