"""A worker on a Longshore broker is turned into one that loses nothing; others are left alone."""

from __future__ import annotations

import errno
import os

import pytest
from celery import Celery

from longshore.errors import SettingsError
from longshore.worker.setup import (
    REQUEST,
    check_semaphores,
    is_longshore,
    settle_late,
    wait_for_broker_without_end,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("longshore://h/0", True),
        ("longshores://h/0", True),
        ("redis://h/0", False),
        ("amqp://h", False),
    ],
)
def test_the_broker_url_decides(url, expected):
    assert is_longshore(Celery("app", broker=url, set_as_current=False)) is expected


def test_the_read_url_decides_over_the_write_url():
    app = Celery("app", broker="redis://h", set_as_current=False)
    app.conf.broker_read_url = "longshore://h"
    assert is_longshore(app)


def nothing() -> None:
    return None


@pytest.fixture
def app() -> Celery:
    return Celery("app", set_as_current=False)


def test_a_job_is_settled_by_its_outcome(app):
    task = app.task(name="late", shared=False)(nothing)
    settle_late(task)
    assert task.acks_late
    assert task.reject_on_worker_lost
    assert task.Request == REQUEST


def test_a_request_class_of_the_users_own_is_kept(app):
    task = app.task(name="own", shared=False, Request="mine:Request")(nothing)
    settle_late(task)
    assert task.Request == "mine:Request"


def test_a_system_without_semaphores_is_refused_in_one_line():
    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(SettingsError, match=r"^no semaphore can be made: No space left .*/dev/shm"):
        check_semaphores(full)


def test_a_worker_waits_for_its_broker_without_end_unless_its_app_says_otherwise(app):
    wait_for_broker_without_end(app.conf)
    assert app.conf.broker_connection_max_retries is None
    app.conf.broker_connection_max_retries = 7
    wait_for_broker_without_end(app.conf)
    assert app.conf.broker_connection_max_retries == 7
