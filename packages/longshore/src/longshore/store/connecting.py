"""Clients for a broker URL: a server in the clear or over TLS, or whatever sentinels point at."""

from __future__ import annotations

from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from longshore.store.sentinel import SentinelAddress, managed_async_pool, managed_pool
from longshore.store.settings import StoreSettings
from longshore.store.tls import tls_of, without_tls_options
from longshore.store.url import is_sentinel, redis_url


def no_retries() -> Retry:
    """redis-py must not repeat a command: the store decides that, within its deadline."""
    return Retry(NoBackoff(), 0)


def client_options(settings: StoreSettings) -> dict[str, Any]:
    """What every connection of a store is opened with."""
    return {
        "max_connections": settings.max_connections,
        "socket_timeout": settings.answer_seconds,
        "socket_connect_timeout": settings.answer_seconds,
        "socket_keepalive": True,
        "health_check_interval": 0,
        "encoding_errors": "backslashreplace",
    }


def _without_tcp(url: str, options: dict[str, Any]) -> dict[str, Any]:
    """A Unix socket knows neither a time limit for connecting nor keepalive."""
    if not url.startswith("unix://"):
        return options
    tcp_only = {"socket_connect_timeout", "socket_keepalive"}
    return {name: value for name, value in options.items() if name not in tcp_only}


def check_url(url: str) -> None:
    """Looks a broker URL over without connecting.

    Raises:
        SettingsError: the URL is wrong.
    """
    if is_sentinel(url):
        SentinelAddress.parse(url)
    else:
        tls_of(url)


def open_client(url: str, settings: StoreSettings) -> redis.Redis:
    """A client that blocks; it connects when it is first used.

    Raises:
        SettingsError: the URL is wrong.
    """
    options = {**client_options(settings), "retry": no_retries()}
    if is_sentinel(url):
        return redis.Redis(connection_pool=managed_pool(SentinelAddress.parse(url), options))
    place, tls = without_tls_options(redis_url(url)), tls_of(url) or {}
    return redis.Redis.from_url(place, **_without_tcp(place, options), **tls)


def open_async_client(url: str, settings: StoreSettings) -> redis.asyncio.Redis:
    """A client that awaits; it connects when it is first used.

    Raises:
        SettingsError: the URL is wrong.
    """
    options = {**client_options(settings), "retry": AsyncRetry(NoBackoff(), 0)}
    if is_sentinel(url):
        pool = managed_async_pool(SentinelAddress.parse(url), options)
        return redis.asyncio.Redis.from_pool(pool)
    place, tls = without_tls_options(redis_url(url)), tls_of(url) or {}
    return redis.asyncio.Redis.from_url(place, **_without_tcp(place, options), **tls)
