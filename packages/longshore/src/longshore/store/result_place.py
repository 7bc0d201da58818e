"""Where a result backend connects, in the terms of Celery's own Redis backend."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from longshore.current import claim as current_claim
from longshore.store.patience import pause
from longshore.store.sentinel import SentinelAddress, managed_pool
from longshore.store.tls import tls_of, with_tls
from longshore.store.url import is_sentinel, redis_url

DEFAULT_URL = "longshore://localhost:6379/0"
#: What of Celery's settings for connections goes to a server that sentinels point at.
KEPT = ("max_connections", "socket_timeout", "socket_connect_timeout", "client_name", "retry")

logger = logging.getLogger(__name__)
T = TypeVar("T")


class BackendRetry(Retry):
    """Decide for every command of the result backend whether it is sent again.

    What a running job writes or reads waits for the server: it cannot be kept anywhere else. Other
    callers get the error after a quarter of the deadline, or at once when the server was silent.
    """

    def __init__(self, deadline_seconds: float) -> None:
        super().__init__(NoBackoff(), 0)
        self._deadline_seconds = deadline_seconds

    def call_with_retry(
        self, do: Callable[[], T], fail: Callable[..., Any], *args: Any, **options: Any
    ) -> T:
        """Send a command until it is answered, or until its caller should know that it is not."""
        began = time.monotonic()
        while True:
            try:
                return super().call_with_retry(do, fail, *args, **options)
            except AuthenticationError:
                raise
            except (RedisConnectionError, RedisTimeoutError) as error:
                if current_claim.get() is not None:
                    logger.warning("waiting for the result backend: %s", error)
                    pause()
                    continue
                waited = time.monotonic() - began
                if isinstance(error, RedisTimeoutError) or waited > self._deadline_seconds / 4:
                    raise
                time.sleep(self._deadline_seconds / 40)


@dataclass(frozen=True, slots=True)
class BackendPlace:
    """A complete URL, and what Celery's backend is told of it."""

    url: str

    @classmethod
    def of(cls, url: str | None, scheme: str, use_ssl: Any) -> Self:
        """The place of Celery's ``result_backend`` and ``redis_backend_use_ssl``.

        Celery hands ``longshore+sentinel://…`` over as ``sentinel://…``: it is put together again.

        Raises:
            SettingsError: the URL or a TLS option is wrong.
        """
        whole = url or DEFAULT_URL
        if whole.startswith(("sentinel://", "unix://", "socket://")):
            whole = f"{scheme}+{whole}"
        return cls(with_tls(whole, use_ssl))

    @property
    def celery_url(self) -> str | None:
        """What Celery's Redis backend parses; it demands to be told how certificates are checked.

        ``None`` when sentinels know the place.
        """
        tls = tls_of(self.url)
        if is_sentinel(self.url):
            return None
        place = redis_url(self.url).replace("unix://", "socket://", 1)
        if tls is None or "ssl_cert_reqs=" in place:
            return place
        return f"{place}{'&' if '?' in place else '?'}ssl_cert_reqs=required"

    def sentinel_pool(self, params: Mapping[str, Any]) -> Any | None:
        """The connections to whichever server is the primary; ``None`` without sentinels."""
        if not is_sentinel(self.url):
            return None
        kept = {name: params[name] for name in KEPT if params.get(name) is not None}
        address = SentinelAddress.parse(self.url)
        return managed_pool(address, kept)
