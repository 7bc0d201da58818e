"""Redis Sentinel: the URL names the sentinels, and they say which server is the primary.

``longshore+sentinel://[user:password@]host[:26379],host…/[db]?master=name``, and the same with
``longshores+sentinel://`` when servers and sentinels speak TLS. Further options in the query:
``sentinel_username`` and ``sentinel_password``, the login at the sentinels themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import redis.asyncio.sentinel
import redis.sentinel

from longshore.errors import SettingsError
from longshore.store.tls import tls_of
from longshore.store.url import shown

# redis-py has no types here.
_sync: Any = redis.sentinel
_async: Any = redis.asyncio.sentinel

SENTINEL_PORT = 26379
#: All sentinels together must be asked within a call's deadline, hung ones included.
SHARE_OF_TIMEOUT = 3


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """What a Sentinel URL says; ``tls`` is ``None`` in the clear."""

    sentinels: tuple[tuple[str, int], ...]
    master: str
    db: int
    login: Mapping[str, str] = field(repr=False)
    sentinel_login: Mapping[str, str] = field(repr=False)
    tls: Mapping[str, Any] | None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Reads a URL.

        Raises:
            SettingsError: a part is missing or makes no sense.
        """
        parts = urlsplit(url)
        login, _, hosts = parts.netloc.rpartition("@")
        query = dict(parse_qsl(parts.query))
        return cls(
            sentinels=tuple(_host(word, url) for word in hosts.split(",")),
            master=_master(query, url),
            db=_database(parts, url),
            login=_login(*map(unquote, login.partition(":")[::2])),
            sentinel_login=_login(
                query.get("sentinel_username", ""), query.get("sentinel_password", "")
            ),
            tls=tls_of(url),
        )

    def sentinel_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """How the sentinels are asked, given how the server is."""
        timeouts = {
            name: options[name] / SHARE_OF_TIMEOUT
            for name in ("socket_timeout", "socket_connect_timeout")
            if options.get(name)
        }
        kept = {name: options[name] for name in ("retry",) if name in options}
        tls = {} if self.tls is None else {"ssl": True, **self.tls}
        return {**timeouts, **kept, **self.sentinel_login, **tls}

    def server_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """How the server is asked."""
        return {**options, **self.login, **(self.tls or {}), "db": self.db}


def managed_class(address: SentinelAddress) -> Any:
    """The class of connections that ask for the primary's address whenever they connect."""
    plain, tls = _sync.SentinelManagedConnection, _sync.SentinelManagedSSLConnection
    return plain if address.tls is None else tls


def managed_pool(
    address: SentinelAddress, options: Mapping[str, Any], connection_class: Any = None
) -> Any:
    """Connections to whichever server is the primary."""
    asked = _sync.Sentinel(address.sentinels, sentinel_kwargs=address.sentinel_options(options))
    return _sync.SentinelConnectionPool(
        address.master,
        asked,
        connection_class=connection_class or managed_class(address),
        **address.server_options(options),
    )


def managed_async_pool(address: SentinelAddress, options: Mapping[str, Any]) -> Any:
    """The same for an event loop."""
    plain, tls = _async.SentinelManagedConnection, _async.SentinelManagedSSLConnection
    asked = _async.Sentinel(address.sentinels, sentinel_kwargs=address.sentinel_options(options))
    return _async.SentinelConnectionPool(
        address.master,
        asked,
        connection_class=plain if address.tls is None else tls,
        **address.server_options(options),
    )


def close_sentinels(pool: Any) -> None:
    """Closes the connections to the sentinels that a pool asked, if it is of such a kind."""
    for asked in getattr(getattr(pool, "sentinel_manager", None), "sentinels", ()):
        asked.close()


async def aclose_sentinels(pool: Any) -> None:
    """The same for an event loop."""
    for asked in getattr(getattr(pool, "sentinel_manager", None), "sentinels", ()):
        await asked.aclose()


def _host(word: str, url: str) -> tuple[str, int]:
    name, colon, port = word.rpartition(":") if not word.endswith("]") else (word, "", "")
    host = (name if colon else word).strip("[]")
    if not host or (colon and not port.isdigit()):
        raise SettingsError(f"{shown(url)}: {word!r} is not host or host:port of a sentinel")
    return host, int(port) if colon else SENTINEL_PORT


def _master(query: Mapping[str, str], url: str) -> str:
    if not query.get("master"):
        raise SettingsError(f"{shown(url)} does not name the primary; add ?master=name")
    return query["master"]


def _database(parts: SplitResult, url: str) -> int:
    word = parts.path.strip("/") or "0"
    if not word.isdigit():
        raise SettingsError(f"{shown(url)}: the database is {word!r} but must be a number")
    return int(word)


def _login(username: str, password: str) -> dict[str, str]:
    named = {"username": username, "password": password}
    return {name: value for name, value in named.items() if value}
