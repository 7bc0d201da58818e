"""What the tests of running a broker share."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.testing.server import ValkeyServer
from support.tls_front import TLSFront


@pytest.fixture
def tls(valkey: ValkeyServer, tmp_path: Path) -> Generator[TLSFront]:
    with TLSFront(valkey.port, tmp_path) as front:
        yield front


@pytest.fixture
def mutual_tls(valkey: ValkeyServer, tmp_path: Path) -> Generator[TLSFront]:
    """The same, and clients must show a certificate."""
    with TLSFront(valkey.port, tmp_path, ask_clients=True) as front:
        yield front
