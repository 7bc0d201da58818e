"""Broker URLs: ``longshore://`` is Redis in the clear, ``longshores://`` is Redis over TLS.

``longshore+sentinel://`` and ``longshores+sentinel://`` name sentinels instead of a server; see
``longshore.store.sentinel``.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from longshore.errors import SettingsError

REDIS_SCHEMES = {
    "longshore": "redis",
    "longshores": "rediss",
    "redis": "redis",
    "rediss": "rediss",
    "longshore+unix": "unix",
    "longshore+socket": "unix",
}
SENTINEL_SCHEMES = ("longshore+sentinel", "longshores+sentinel")
TLS_SCHEMES = ("longshores", "rediss", "longshores+sentinel")

_PASSWORD_IN_QUERY = re.compile(r"((?:^|&)[^=&]*password=)[^&]*")


def scheme_of(url: str) -> str:
    """The URL's scheme.

    Raises:
        SettingsError: it is not one of Longshore's or Redis's.
    """
    scheme = urlsplit(url).scheme
    if scheme not in REDIS_SCHEMES and scheme not in SENTINEL_SCHEMES:
        known = ", ".join(f"{name}://" for name in (*REDIS_SCHEMES, *SENTINEL_SCHEMES))
        raise SettingsError(f"broker URL has the scheme {scheme!r}; use one of {known}")
    return scheme


def is_sentinel(url: str) -> bool:
    """Whether the URL names sentinels that know where the server is."""
    return scheme_of(url) in SENTINEL_SCHEMES


def redis_url(url: str) -> str:
    """The same server as redis-py spells it.

    Raises:
        SettingsError: redis-py has no URL for it.
    """
    scheme = scheme_of(url)
    if scheme in SENTINEL_SCHEMES:
        raise SettingsError(f"{shown(url)} names sentinels where a server is needed")
    return REDIS_SCHEMES[scheme] + url[len(scheme) :]


def shown(url: str) -> str:
    """The URL without its passwords, for logs and errors."""
    parts = urlsplit(url)
    login, _, place = parts.netloc.rpartition("@")
    if ":" in login:
        parts = parts._replace(netloc=f"{login.partition(':')[0]}:***@{place}")
    query = _PASSWORD_IN_QUERY.sub(r"\1***", parts.query)
    if query == parts.query and ":" not in login:
        return url
    return urlunsplit(parts._replace(query=query))


def same_server(one: str, other: str) -> bool:
    """Whether two URLs name the same database of the same server."""
    return _place(one) == _place(other)


def _place(url: str) -> tuple[object, ...]:
    scheme, parts = scheme_of(url), urlsplit(url)
    if scheme in SENTINEL_SCHEMES:
        hosts = parts.netloc.rpartition("@")[2]
        return hosts, _asked_of(parts.query, "master"), parts.path.strip("/") or "0"
    if REDIS_SCHEMES[scheme] == "unix":
        return parts.path, _asked_of(parts.query, "virtual_host", "db")
    return parts.hostname, parts.port or 6379, parts.path.strip("/") or "0"


def _asked_of(query: str, *names: str) -> tuple[str, ...]:
    return tuple(word for word in query.split("&") if word.partition("=")[0] in names)
