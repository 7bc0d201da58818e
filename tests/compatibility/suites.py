"""Which parts of whose tests are run, and what is changed in them to run against longshore://."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Arm(StrEnum):
    """The scheme of the broker's URL: Celery as it is, or Longshore."""

    STOCK = "redis"
    LONGSHORE = "longshore"


@dataclass(frozen=True)
class Suite:
    """``files`` of a distribution's sdist; ``swaps`` are regular expressions for our arm.

    ``left_out`` are files that have nothing to do with a Redis broker or backend, with why.
    """

    name: str
    distribution: str
    files: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    swaps: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()

    def adapt(self, text: str, arm: Arm) -> str:
        """The source of a test file for this arm."""
        if arm is Arm.LONGSHORE:
            for pattern, replacement in self.swaps:
                text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        return text


SUITES = (
    Suite(
        "celery-integration",
        "celery",
        ("t/integration",),
        left_out={
            "t/integration/test_backend.py": "Azure's blob store",
            "t/integration/test_cache_backend.py": "memcached",
            "t/integration/test_database_backend.py": "the SQL backend",
            "t/integration/test_mem_leak_in_exception_handling.py": "the tracer's memory alone",
        },
        # Its tests ask whether the backend's URL begins with redis, and skip if not.
        swaps=(
            (r"startswith\((['\"])redis\1\)", "startswith(('redis', 'longshore'))"),
            (r"startswith\(\('redis', 'rpc'\)\)", "startswith(('redis', 'longshore', 'rpc'))"),
            (r"startswith\('redis://'\)", "startswith(('redis://', 'longshore://'))"),
        ),
        options=("-p", "celery.contrib.pytest"),
    ),
    Suite(
        "kombu-integration",
        "kombu",
        ("t/integration/test_redis.py", "t/integration/test_redis_brpop_qos.py"),
        swaps=((r"(f?['\"])redis://", r"\1longshore://"),),
        options=("-p", "no:rerunfailures", "--timeout", "40"),
    ),
    Suite(
        "kombu-unit",
        "kombu",
        ("t/unit/transport/test_redis.py",),
        swaps=((r"^from kombu\.transport import redis\b", "import longshore_face as redis"),),
        options=("-p", "no:rerunfailures", "--timeout", "10"),
    ),
)
BY_NAME = {suite.name: suite for suite in SUITES}
