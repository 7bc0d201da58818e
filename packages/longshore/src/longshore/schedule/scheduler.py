"""Celery's face: ``celery beat -S longshore.schedule:LongshoreScheduler`` runs this.

The hooks are those of ``celery.beat.Scheduler``, Celery 5.7: ``setup_schedule`` once, then
``tick`` in a loop, ``close`` on the way out (from the signal handler, too, and then again).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import Scheduler

from longshore import tracing
from longshore.errors import SettingsError
from longshore.metrics.place import host_of, port_of
from longshore.schedule.app_store import store_of
from longshore.schedule.celery_entries import read_entries
from longshore.schedule.entry import ScheduleEntry
from longshore.schedule.tick_file import TickFile
from longshore.schedule.timekeeper import LONGEST_PAUSE_SECONDS, Timekeeper
from longshore.store import Store, StoreSettings

TICK_FILE_SETTING = "longshore_scheduler_tick_file"


class LongshoreScheduler(Scheduler):  # type: ignore[misc]  # Celery ships no types
    """A beat scheduler whose state is in the broker, so that any number may run at once.

    Settings of the app: ``broker_url``, ``broker_transport_options`` (``lease_seconds`` is also
    the leader's), ``timezone`` and ``beat_schedule``. ``longshore_scheduler_tick_file``, or the
    environment variable of that name in capitals, is a file to rewrite in every round.
    """

    max_interval = LONGEST_PAUSE_SECONDS
    app: Celery

    def setup_schedule(self) -> None:
        """Read the entries; a wrong one ends the process with one line and exit code 2."""
        try:
            self._set_up()
        except SettingsError as error:
            sys.stderr.write(f"longshore scheduler: {error}\n")
            raise SystemExit(2) from None

    def tick(self, *_: object, **__: object) -> float:
        """One round; returns the seconds to sleep."""
        self._closed, self._in_round = False, True
        try:
            pause = self._timekeeper.turn()
        finally:
            self._in_round = False
        if self._tick_file is not None:
            broker = self._timekeeper.broker.is_well
            self._tick_file.write(leading=self._timekeeper.leading, broker_available=broker)
        return min(pause, float(self.max_interval))

    def close(self) -> None:
        """Give the leadership up, so that another scheduler need not wait for the lease to end."""
        super().close()
        # A signal may call this in the middle of a round, a connection or a log line half
        # written. Celery then unwinds the round and calls again.
        if self._closed or self._in_round:
            return
        self._closed = True
        self._timekeeper.resign()
        if self._tick_file is not None:
            self._tick_file.remove()

    def update_from_dict(self, dict_: Mapping[str, Any]) -> None:
        """Take the entries that Celery adds of its own (the clean-up of some result backends)."""
        self.data.update(dict_)

    def _set_up(self) -> None:
        self._closed, self._in_round = False, False
        self.data = dict(self.app.conf.beat_schedule)
        self.install_default_entries(self.data)
        tracing.follow()
        entries = read_entries(self.app, self.data)
        self._check(entries)
        self.data = {entry.name: entry for entry in entries}
        open_store, settings = store_of(self.app)
        self._timekeeper = Timekeeper(open_store, settings, entries, self.app.timezone)
        conf = self.app.conf
        path = conf.get(TICK_FILE_SETTING) or os.environ.get(TICK_FILE_SETTING.upper())
        self._tick_file = TickFile(Path(path)) if path else None
        self._serve_metrics(open_store, settings)

    def _serve_metrics(
        self, open_store: Callable[[StoreSettings], Store], settings: StoreSettings
    ) -> None:
        conf = self.app.conf
        if port := port_of(conf):
            from longshore.schedule.figures import serve  # noqa: PLC0415  costs who wants no page

            serve(open_store, settings, lambda: self._timekeeper.leading, (host_of(conf), port))

    def _check(self, entries: tuple[ScheduleEntry, ...]) -> None:
        now = datetime.now(UTC)
        for entry in entries:
            if entry.timing(now, self.app.timezone).next_after(now) is None:
                raise SettingsError(
                    f"schedule entry {entry.name!r}: {entry.describe()} never comes"
                )
