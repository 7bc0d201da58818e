"""Texts that may be sealed: written by the process's keys, read whether sealed or not."""

from __future__ import annotations

from contextlib import suppress

from longshore.errors import SettingsError
from longshore.sealing.keyring import MARK, VARIABLE, Unreadable, keyring


def sealed(plain: str) -> str:
    """Return the text sealed, or as it is in a process without keys."""
    ring = keyring()
    return plain if ring is None else ring.seal(plain)


def opened(text: str) -> str:
    """Return the plain text, whether it was sealed or not.

    Raises:
        Unreadable: it is sealed, and the key is not here.
    """
    if not text.startswith(MARK):
        return text
    ring = keyring()
    if ring is None:
        raise Unreadable(f"a payload is sealed and this process has no keys; set {VARIABLE}")
    return ring.open(text)


def opened_sealed(text: str) -> str:
    """Return the plain text of what says that it is sealed.

    Raises:
        Unreadable: it is not sealed, so that anybody may have written it, or the key is not here.
    """
    if not text.startswith(MARK):
        raise Unreadable("a payload says that it is sealed and is not: nobody with a key wrote it")
    return opened(text)


def shown(text: str) -> str:
    """Return the plain text where it can be read, and what there is where it cannot."""
    with suppress(Unreadable, SettingsError):
        return opened(text)
    return text
