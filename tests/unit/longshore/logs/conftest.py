from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Logging as it was, afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = handlers, level


@pytest.fixture
def lines(own_logging: None, capsys: pytest.CaptureFixture[str]) -> Lines:
    """Return what was logged as JSON since the test began to configure logging."""

    def logged() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return logged
