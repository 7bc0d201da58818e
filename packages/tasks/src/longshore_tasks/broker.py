"""The store of these settings: Redis alone, or RabbitMQ with the records on Redis."""

from __future__ import annotations

from longshore.store import AsyncStore, Store, StoreSettings
from longshore_tasks.queues import Queue
from longshore_tasks.settings import Settings

QUEUES = tuple(queue.value for queue in Queue)


def open_store(settings: Settings) -> Store:
    """Return the store that blocks; it connects when it is first used."""
    own = settings.store_settings()
    if not settings.on_rabbitmq:
        return Store.from_url(settings.broker_url, own)
    from longshore.rabbitmq.stores import RabbitStore  # noqa: PLC0415 - AMQP is for who uses it

    return RabbitStore.beside(settings.broker_url, QUEUES, settings.records_url, own)


def open_async_store(settings: Settings, own: StoreSettings) -> AsyncStore:
    """Return the store that awaits; it connects when it is first used."""
    if not settings.on_rabbitmq:
        return AsyncStore.from_url(settings.broker_url, own)
    from longshore.rabbitmq.stores import AsyncRabbitStore  # noqa: PLC0415 - as above

    return AsyncRabbitStore.beside(settings.broker_url, QUEUES, settings.records_url, own)
