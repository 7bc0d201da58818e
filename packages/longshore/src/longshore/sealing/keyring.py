"""AES-256-GCM (NIST SP 800-38D) with the key named beside the ciphertext, so that keys can change.

A sealed text is ``longshore:sealed:1:<key id>:<base64url of nonce and ciphertext with its tag>``.
Nonces are 96 bits of chance: change a key before it has sealed four billion payloads (8.3).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from longshore.errors import Permanent, SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VARIABLE = "LONGSHORE_PAYLOAD_KEYS"
MARK = "longshore:sealed:1:"
KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Unreadable(Permanent):
    """A sealed payload whose key is not here, or that was changed."""


class KeyRing:
    """Keys by id; the first seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: _cipher(key) for key_id, key in keys.items()}
        self._first = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Read ``<id>:<32 bytes in base64>``, several separated by commas.

        Raises:
            SettingsError: it is not that; no key is repeated in the message.
        """
        pairs = [part.strip().partition(":") for part in text.split(",")]
        keys = {key_id: _key(key_id, encoded) for key_id, _, encoded in pairs}
        if len(keys) < len(pairs):
            raise SettingsError(f"{VARIABLE}: name each key once")
        return cls(keys)

    def seal(self, plain: str) -> str:
        """Return the text sealed with the first key."""
        nonce = os.urandom(NONCE_BYTES)
        head = f"{MARK}{self._first}:"
        text = plain.encode(errors="backslashreplace")
        sealed = self._ciphers[self._first].encrypt(nonce, text, head.encode())
        return head + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str) -> str:
        """Return the plain text.

        Raises:
            Unreadable: its key is not here, or it was changed.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - only who uses it needs it

        key_id, _, encoded = sealed.removeprefix(MARK).partition(":")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Unreadable(f"a payload was sealed with the key {key_id!r}, which is not here")
        try:
            raw = base64.urlsafe_b64decode(encoded)
            nonce, rest = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
            return cipher.decrypt(nonce, rest, f"{MARK}{key_id}:".encode()).decode()
        except (InvalidTag, ValueError):
            raise Unreadable("a sealed payload was changed, or its key is another") from None


@cache
def keyring() -> KeyRing | None:
    """Return the keys of this process's environment; ``None``: payloads are plain.

    Raises:
        SettingsError: the variable is there and wrong.
    """
    text = os.environ.get(VARIABLE)
    return KeyRing.parse(text) if text else None


def _key(key_id: str, encoded: str) -> bytes:
    if _KEY_ID.fullmatch(key_id) is None:
        raise SettingsError(f"{VARIABLE}: a key's id is 1 to 32 letters, digits, - or _")
    try:
        key = base64.b64decode(encoded.encode(), altchars=b"-_" if "-" in encoded else None)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(
            f"{VARIABLE}: the key {key_id!r} is not 32 bytes in base64; 'openssl rand -base64 32'"
            " makes one"
        )
    return key


def _cipher(key: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415 - the same
    except ModuleNotFoundError:
        raise SettingsError(f"{VARIABLE} needs longshore[sealing]") from None
    return aead.AESGCM(key)
