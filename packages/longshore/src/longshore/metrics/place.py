"""Where this process serves its metrics, if anywhere."""

from __future__ import annotations

import os
from typing import Any

from longshore.errors import SettingsError

PORT_SETTING, HOST_SETTING = "longshore_metrics_port", "longshore_metrics_host"
DEFAULT_HOST = "127.0.0.1"


def port_of(conf: Any) -> int:
    """Where to serve: the app's setting, or the environment variable of that name; 0: nowhere.

    Raises:
        SettingsError: it is no port.
    """
    value = conf.get(PORT_SETTING) or os.environ.get(PORT_SETTING.upper()) or 0
    try:
        port = int(value)
    except ValueError:
        port = -1
    if not 0 <= port <= 65_535:
        raise SettingsError(f"{PORT_SETTING.upper()} is {value!r} but must be a port, or 0")
    return port


def host_of(conf: Any) -> str:
    """On which address to serve; this machine's own unless it is set."""
    return str(conf.get(HOST_SETTING) or os.environ.get(HOST_SETTING.upper()) or DEFAULT_HOST)


def address(host: str, port: int | str) -> str:
    """Return host:port as URLs have it: an IPv6 address is put into brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
