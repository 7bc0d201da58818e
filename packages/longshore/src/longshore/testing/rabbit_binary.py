"""Which rabbitmq-server to start."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from longshore.errors import SettingsError

VARIABLE = "LONGSHORE_RABBITMQ_SERVER"
#: Debian's own: the one on the PATH runs as root or as the user rabbitmq only.
DEBIAN = Path("/usr/lib/rabbitmq/lib")
HINT = f"install Debian's rabbitmq-server or set {VARIABLE}"


def rabbitmq_binary() -> Path:
    """The script named by ``LONGSHORE_RABBITMQ_SERVER``, Debian's, or the one on the PATH.

    Raises:
        SettingsError: there is none that can be executed.
    """
    chosen = os.environ.get(VARIABLE)
    found = [Path(chosen)] if chosen else sorted(DEBIAN.glob("*/sbin/rabbitmq-server"))
    on_path = None if chosen else shutil.which("rabbitmq-server")
    path = found[-1] if found else Path(on_path or "rabbitmq-server")
    if not path.is_file() or not os.access(path, os.X_OK):
        raise SettingsError(f"no rabbitmq-server can be run at {path}; {HINT}")
    return path


def epmd_binary() -> Path:
    """Erlang's port mapper.

    Raises:
        SettingsError: there is none.
    """
    found = shutil.which("epmd", path=f"{os.environ.get('PATH', '')}:/usr/bin")
    if found is None:
        raise SettingsError(f"no epmd is on the PATH, which comes with Erlang; {HINT}")
    return Path(found)
