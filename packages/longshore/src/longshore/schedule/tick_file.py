"""A file that is rewritten in every round: its age tells a probe whether the scheduler turns."""

from __future__ import annotations

import json
import time
from pathlib import Path

from longshore.errors import SettingsError
from longshore.schedule.condition import Condition


class TickFile:
    """The scheduler's sign of life. It says that rounds end, not that the broker answers.

    Raises SettingsError when its directory does not exist.
    """

    def __init__(self, path: Path) -> None:
        if not path.parent.is_dir():
            raise SettingsError(f"the tick file's directory {path.parent} does not exist")
        self._path = path
        self._beside = path.with_name(f"{path.name}.new")
        self._condition = Condition("tick file not written", "tick file written again")

    def write(self, *, leading: bool, broker_available: bool) -> None:
        """Note that a round has ended just now; a failure to write is logged, not raised."""
        tick = {"at": time.time(), "leading": leading, "broker_available": broker_available}
        try:
            self._beside.write_text(json.dumps(tick))
            self._beside.replace(self._path)
        except OSError as error:
            self._condition.failed(error)
        else:
            self._condition.succeeded()

    def remove(self) -> None:
        """Take the sign of life away: the scheduler has stopped on purpose."""
        self._path.unlink(missing_ok=True)
