"""What the parent does before it forks, so that its children share it instead of repeating it."""

from __future__ import annotations

import contextlib
import gc
import importlib

#: Python loads it when a host's name is first looked up, as each child would.
HOST_NAMES = "encodings.idna"


def warm_up() -> None:
    """Loads what every child would load after its fork, then tells the collector to leave it.

    billiard ties a child to its parent through cffi, whose parser of C takes megabytes and is
    kept from the first declaration on. Frozen objects are not looked at by the collector, which
    would write to their pages and so unshare them; once is enough, for what is garbage when it
    is frozen stays for ever.
    """
    importlib.import_module(HOST_NAMES)
    with contextlib.suppress(ImportError):
        importlib.import_module("cffi").FFI().cdef("int prctl(int option, ...);")
    gc.collect()
    gc.freeze()
