"""What holds the set's jobs: Valkey, and RabbitMQ beside it when that was asked for."""

from __future__ import annotations

from longshore_local.run import programs
from longshore_local.run.program import Program
from longshore_local.run.readiness import broker_answers, rabbitmq_answers
from longshore_local.settings import LocalSettings


class Brokers:
    """The servers of one run; they start before the services and stop after them.

    Raises:
        SettingsError: RabbitMQ was asked for and is not installed.
    """

    def __init__(self, settings: LocalSettings) -> None:
        self._valkey = programs.valkey(settings)
        wanted = settings.local_broker == "rabbitmq"
        self._rabbitmq = programs.rabbitmq(settings) if wanted else None

    @property
    def url(self) -> str:
        """The broker of the services."""
        return self._valkey.url if self._rabbitmq is None else self._rabbitmq.url

    @property
    def records_url(self) -> str:
        """Where they keep records and results, when that is not the broker."""
        return "" if self._rabbitmq is None else self._valkey.url

    def programs(self) -> tuple[Program, ...]:
        """The servers in the order in which they stop."""
        beside = () if self._rabbitmq is None else programs.rabbitmq_parts(self._rabbitmq)
        return (*beside, programs.broker(self._valkey))

    async def answer(self) -> None:
        """Wait for all of them; they first read their data."""
        await broker_answers(self._valkey)
        if self._rabbitmq is not None:
            await rabbitmq_answers(self._rabbitmq)
