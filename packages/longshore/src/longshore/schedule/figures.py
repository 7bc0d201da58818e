"""A scheduler's page of metrics: it tells of the whole set, also while no worker runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from longshore.metrics.page import Page
from longshore.metrics.scripts import ScriptTimes
from longshore.metrics.whole_set import WholeSet
from longshore.schedule.log import log
from longshore.store import Store, StoreSettings

#: A scraper waits ten seconds by default; without a broker the page comes earlier.
DEADLINE_SECONDS = 1.0


def serve(
    open_store: Callable[[StoreSettings], Store],
    settings: StoreSettings,
    leads: Callable[[], bool],
    place: tuple[str, int],
) -> Page:
    """Opens the page at a host and port, over connections of its own.

    Raises:
        SettingsError: the port cannot be opened.
    """
    deadline = min(DEADLINE_SECONDS, settings.deadline_seconds)
    store = open_store(replace(settings, deadline_seconds=deadline, breaker_seconds=0.0))
    page = Page(WholeSet(store, leads).gather, place[1], place[0], ScriptTimes())
    log.info("metrics served", host=place[0], port=page.port)
    return page
