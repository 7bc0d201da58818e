"""Celery's consumer of results, which waits for a server that is away, within the timeout."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

from celery.backends.redis import ResultConsumer

from longshore.errors import ResultsUnavailable
from longshore.store.patience import PAUSE_SECONDS, WAITING

logger = logging.getLogger(__name__)


class PatientResultConsumer(ResultConsumer):  # type: ignore[misc]
    """Connects anew with each turn of a wait; Celery's own reconnects outlast any timeout."""

    @contextmanager
    def reconnect_on_error(self) -> Generator[None]:
        """Connect anew, once, after a lost connection.

        Raises:
            ResultsUnavailable: the server does not answer.
        """
        try:
            yield
        except TimeoutError:
            raise
        except self._connection_errors:
            self._connect_again()

    def _connect_again(self) -> None:
        try:
            self._reconnect_pubsub()
        except self._connection_errors as error:
            raise ResultsUnavailable(f"results cannot be waited for: {error}") from error

    def drain_events(self, timeout: float | None = None) -> None:
        """Wait for a result; return within about ``timeout`` seconds, whatever the server does."""
        try:
            if self._pubsub is None and self.subscribed_to:
                with self._locked():
                    self._connect_again()
            super().drain_events(timeout=timeout)
        except ResultsUnavailable as error:
            WAITING.warn(logger, "%s", error)
            time.sleep(min(PAUSE_SECONDS, timeout or PAUSE_SECONDS))

    def cancel_for(self, task_id: Any) -> None:
        """Want a result no more; a server that is away has forgotten it anyway."""
        with suppress(ResultsUnavailable):
            super().cancel_for(task_id)
