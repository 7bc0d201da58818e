"""The only code that knows Redis keys and Lua: operations as values, and what runs them."""

from __future__ import annotations

from longshore.store.call import Call
from longshore.store.enqueuer import Enqueuer
from longshore.store.in_turn import run_in_turn
from longshore.store.settings import StoreSettings
from longshore.store.stores import AsyncStore, Store

__all__ = ["AsyncStore", "Call", "Enqueuer", "Store", "StoreSettings", "run_in_turn"]
