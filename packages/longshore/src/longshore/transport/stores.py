"""One store for each broker that this process talks to, over connections that kombu configured."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from longshore.store import Store
from longshore.store.settings import StoreSettings


class Stores:
    """Stores by place; made once per process, so that channels come and go without them."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[str, StoreSettings], Store] = {}
        self._lock = threading.Lock()

    def get(self, place: str, settings: StoreSettings, pool: Callable[[], Any]) -> Store:
        """The store of this place and these settings; ``pool`` is called when it is new."""
        with self._lock:
            store = self._by_place.get((place, settings))
            if store is None:
                store = Store.on_pool(pool(), place, settings)
                self._by_place[place, settings] = store
            return store

    def forget_all(self) -> None:
        """A forked child must not share its parent's sockets."""
        self._lock = threading.Lock()
        self._by_place = {}


STORES = Stores()
os.register_at_fork(after_in_child=STORES.forget_all)
