"""A worker's main loop does not ask a broker of which its keeper knows that it is silent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from longshore.transport.book import BOOK
from longshore.transport.keeper import KEEPERS

if TYPE_CHECKING:

    class _Base:
        """What the mix-in expects of kombu's channel."""

        place: str
        client: Any
        _in_poll: Any

        def conn_or_acquire(self, client: Any = None) -> AbstractContextManager[Any]: ...
        def close(self) -> None: ...

else:
    _Base = object


class SilenceMixin(_Base):
    """Each question to a broker that hangs costs the main loop five seconds, and a lost
    connection is followed by many: no probe would be answered meanwhile. The keeper, which has a
    thread of its own, goes on asking, and says when the broker is back.
    """

    @property
    def _broker_is_silent(self) -> bool:
        return BOOK.kept_by_worker and KEEPERS.is_silent(self.place)

    def _refuse_silent_broker(self) -> None:
        """Fails at once.

        Raises:
            ConnectionError: the broker did not answer the keeper.
        """
        if self._broker_is_silent:
            raise ConnectionError(f"broker {self.place} did not answer a moment ago")

    def conn_or_acquire(self, client: Any = None) -> AbstractContextManager[Any]:
        """A client for one command."""
        self._refuse_silent_broker()
        return super().conn_or_acquire(client)

    def close(self) -> None:
        """Leaves the connection; what a silent broker still owes is left to the leases."""
        if self._in_poll and self._broker_is_silent:
            connection, self._in_poll = self._in_poll, None
            connection.disconnect()
        super().close()
