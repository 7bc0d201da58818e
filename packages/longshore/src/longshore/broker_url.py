"""The broker's URL out of a Celery app's configuration, complete: it alone says how to connect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from longshore.errors import SettingsError
from longshore.store.tls import with_tls

SCHEME = "longshore"


def broker_urls(conf: Any, *, reading: bool = False) -> list[str]:
    """Every URL that the app names for publishing, or for consuming; no name twice."""
    chosen = (conf.broker_read_url if reading else conf.broker_write_url) or conf.broker_url or ""
    return split(chosen)


def split(chosen: str | Iterable[str]) -> list[str]:
    """Celery's forms of several URLs, a list or one text with semicolons, as a list."""
    texts = [chosen] if isinstance(chosen, str) else chosen
    return list(dict.fromkeys(url for text in texts for url in str(text).split(";") if url))


def check_single(urls: list[str]) -> None:
    """Refuse brokers of ours to fail over between.

    A job, its record and its claim live on one server: on another none of them would be known.

    Raises:
        SettingsError: there are several, one of ours among them.
    """
    if len(urls) > 1 and any(url.startswith(SCHEME) for url in urls):
        raise SettingsError(
            f"broker_url names {len(urls)} brokers, but a job lives on one: name one,"
            " or its sentinels in one longshore+sentinel:// URL"
        )


def broker_url_of(conf: Any, *, reading: bool = False) -> str:
    """The URL that the app publishes to, or consumes from; the first one of several of Celery's.

    Celery's ``broker_use_ssl`` is put into it when the broker is one of Longshore's.

    Raises:
        SettingsError: a TLS option is wrong, or a broker of Longshore's is one of several.
    """
    urls = broker_urls(conf, reading=reading)
    check_single(urls)
    url = urls[0] if urls else ""
    return with_tls(url, conf.broker_use_ssl) if url.startswith(SCHEME) else url
