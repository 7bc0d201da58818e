"""Where the schedule of an app is kept: on its broker, or with the records beside RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Celery

from longshore.broker_url import broker_url_of
from longshore.errors import SettingsError
from longshore.rabbitmq.url import STORE_OPTIONS, is_rabbitmq
from longshore.store import Store, StoreSettings
from longshore.store.settings import settings_from_options
from longshore.store.url import shown


def store_of(app: Celery) -> tuple[Callable[[StoreSettings], Store], StoreSettings]:
    """What opens the store, and its settings.

    Raises:
        SettingsError: the broker is neither Longshore's nor a RabbitMQ with records.
    """
    url = broker_url_of(app.conf)
    if is_rabbitmq(url) and STORE_OPTIONS in app.conf:
        return _beside_rabbitmq(app, url)
    options = app.conf.broker_transport_options
    return partial(Store.from_url, broker_url(app)), settings_from_options(options)


def broker_url(app: Celery) -> str:
    """The URL of the app's broker.

    Raises:
        SettingsError: it is not one of Longshore's.
    """
    url = broker_url_of(app.conf)
    if not url.startswith("longshore"):
        raise SettingsError(
            f"the broker is {shown(url)}; this scheduler needs longshore://, others Celery's own"
        )
    return url


def _beside_rabbitmq(
    app: Celery, url: str
) -> tuple[Callable[[StoreSettings], Store], StoreSettings]:
    from longshore.rabbitmq.stores import RabbitStore  # noqa: PLC0415 - AMQP is for who uses it

    backend: Any = app.backend
    queues = tuple(app.amqp.queues)
    return partial(RabbitStore.beside, url, queues, backend.url), backend.settings
