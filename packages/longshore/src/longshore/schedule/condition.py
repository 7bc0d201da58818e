"""Something that is well or not: one log line when that changes, none while it lasts."""

from __future__ import annotations

from longshore.schedule.log import log


class Condition:
    """Remembers whether a thing is well; ``failing`` and ``well`` are its two log events."""

    def __init__(self, failing: str, well: str, **context: str) -> None:
        self._failing, self._well, self._context = failing, well, context
        self.is_well = True

    def failed(self, error: Exception) -> None:
        """It is not well now, for this reason."""
        if self.is_well:
            log.error(self._failing, **self._context, reason=f"{type(error).__name__}: {error}")
        self.is_well = False

    def succeeded(self) -> None:
        """It is well now."""
        if not self.is_well:
            log.info(self._well, **self._context)
        self.is_well = True
