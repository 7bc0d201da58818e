"""Where and with what the proof was run; nothing that names the machine."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version

from longshore.testing.server import ValkeyServer

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Machine:
    """The figures that a reader needs to compare with a machine of their own."""

    system: str
    processors: int
    memory_gib: float
    python: str
    valkey: str
    longshore: str
    celery: str
    kombu: str
    redis_py: str

    def document(self) -> dict[str, str | int | float]:
        """For JSON."""
        return asdict(self)


def describe() -> Machine:
    """This machine, and the versions in use."""
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processors=len(os.sched_getaffinity(0)),
        memory_gib=round(pages * page / GIB, 1),
        python=platform.python_version(),
        valkey=_valkey_version(),
        longshore=version("longshore"),
        celery=version("celery"),
        kombu=version("kombu"),
        redis_py=version("redis"),
    )


def _valkey_version() -> str:
    with ValkeyServer() as server, server.client() as client:
        info = client.info("server")
    return str(info.get("valkey_version") or info.get("redis_version"))
