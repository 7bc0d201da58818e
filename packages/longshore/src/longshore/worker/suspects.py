"""Says when a job begins that was cut short before, so that its neighbours are not blamed."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from celery.utils.log import get_logger

from longshore.broker_url import broker_url_of
from longshore.current import Claim
from longshore.errors import BrokerError
from longshore.store import Store, StoreSettings
from longshore.store.settings import settings_from_options
from longshore.store.suspects import begin, is_suspect

logger = get_logger(__name__)


def note_begin(held: Claim, store: Store) -> None:
    """Before a handler. A broker that is away is no reason not to run the job."""
    if not is_suspect(held):
        return
    try:
        store.run(begin(held))
    except BrokerError as error:
        logger.warning("the begin of job %s is not noted: %s", held.job_id, error)


def broker_store(task: Any) -> Store:
    """The result backend's store on the broker, or, where results are kept elsewhere, our own."""
    store: Store | None = getattr(task.backend, "broker_store", None)
    if store is not None:
        return store
    conf = task.app.conf
    settings = settings_from_options(conf.broker_transport_options or {})
    return _own_store(broker_url_of(conf, reading=True), settings)


@cache
def _own_store(url: str, settings: StoreSettings) -> Store:
    return Store.from_url(url, settings)


# A forked child must not share its parent's sockets.
os.register_at_fork(after_in_child=_own_store.cache_clear)
