"""Broker URLs: ``longshore://`` is Redis in the clear, ``longshores://`` is Redis over TLS."""

from __future__ import annotations

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


def redis_url(url: str) -> str:
    """The same server as redis-py spells it.

    Raises:
        SettingsError: the scheme is not one of Longshore's or Redis's.
    """
    parts = urlsplit(url)
    scheme = REDIS_SCHEMES.get(parts.scheme)
    if scheme is None:
        known = ", ".join(f"{name}://" for name in REDIS_SCHEMES)
        raise SettingsError(f"broker URL has the scheme {parts.scheme!r}; use one of {known}")
    return scheme + url[len(parts.scheme) :]


def shown(url: str) -> str:
    """The URL without its password, for logs and errors."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user = parts.username or ""
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:***@{place}"))


def same_server(one: str, other: str) -> bool:
    """Whether two URLs name the same database of the same server."""

    def place(url: str) -> tuple[str | None, int | None, str]:
        parts = urlsplit(redis_url(url))
        return parts.hostname, parts.port or 6379, parts.path.strip("/") or "0"

    return place(one) == place(other)
