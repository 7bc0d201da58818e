"""The worker's own answer to "is it alive" and "is it ready", given over a local socket.

The question is that of ``celery inspect ping``, put to the same control panel, but neither through
the broker, which may be away, nor by a process that loads the app. It is the main loop that
answers, so an answer proves that the loop turns.
"""

from __future__ import annotations

from longshore.worker.probe.desk import DESK, Desk
from longshore.worker.probe.step import SOCKET_SETTING, ProbeStep

__all__ = ["DESK", "SOCKET_SETTING", "Desk", "ProbeStep"]
