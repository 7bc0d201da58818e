from __future__ import annotations

from collections.abc import Iterator

import pytest
from celery import Celery


@pytest.fixture
def app() -> Iterator[Celery]:
    """An app that runs its tasks in this process, without a broker."""
    app = Celery("jobs-test", broker="memory://", backend="cache+memory://")
    app.conf.update(task_always_eager=True, task_store_eager_result=False)
    yield app
    app.close()
