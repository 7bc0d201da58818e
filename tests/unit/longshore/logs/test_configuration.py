"""Every line of a process goes through one pipeline."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from celery import Celery

from longshore import logs

Lines = Callable[[], list[dict[str, Any]]]


def test_a_line_says_when_where_and_what(lines: Lines) -> None:
    logs.configure("api", json=True)
    structlog.stdlib.get_logger("shop.till").info("sold %s", "apples", count=3)

    (line,) = lines()
    moment = datetime.fromisoformat(line.pop("timestamp"))
    assert moment.utcoffset() == timedelta(0)
    assert line == {
        "level": "info",
        "service": "api",
        "logger": "shop.till",
        "event": "sold apples",
        "count": 3,
    }


def test_the_bound_context_is_on_our_lines_and_on_the_standard_librarys(lines: Lines) -> None:
    logs.configure("api", json=True)
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.stdlib.get_logger("ours").info("one")
        logging.getLogger("theirs").info("two")

    assert [line["request_id"] for line in lines()] == ["r1", "r1"]


def test_extra_fields_are_kept_but_no_message_is_said_twice(lines: Lines) -> None:
    logs.configure("api", json=True)
    extra = {"queue": "high", "color_message": "again", "data": {"args": "again"}}
    logging.getLogger("celery.worker").warning("received", extra=extra)

    (line,) = lines()
    assert line["queue"] == "high"
    assert "again" not in str(line)


def test_an_exception_is_part_of_its_line_without_the_passwords_in_it(lines: Lines) -> None:
    logs.configure("api", json=True)
    error = ValueError("cannot reach redis://:hunter2@broker/0")
    structlog.stdlib.get_logger("ours").error("failed", exc_info=error)

    (line,) = lines()
    assert "ValueError: cannot reach redis://:***@broker/0" in line["exception"]


def test_warnings_become_lines(lines: Lines) -> None:
    logs.configure("api", json=True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("this way is old", UserWarning, stacklevel=1)

    (line,) = lines()
    assert line["level"] == "warning"
    assert line["logger"] == "py.warnings"
    assert "this way is old" in line["event"]


def test_celery_and_uvicorn_log_through_the_same_pipeline(
    own_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    own = logging.getLogger("uvicorn")
    own.handlers, own.propagate = [logging.StreamHandler()], False

    logs.configure("worker", json=True)
    Celery().log.setup_logging_subsystem()
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("celery.worker").info("ready")

    written = capsys.readouterr().err.splitlines()
    assert len(written) == 2
    assert all('"service": "worker"' in line for line in written)


def test_a_logger_that_was_switched_off_stays_off(
    own_logging: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    access = logging.getLogger("uvicorn.access")
    monkeypatch.setattr(access, "handlers", [])
    monkeypatch.setattr(access, "propagate", False)

    logs.configure("api", json=True)
    access.info("GET /")

    assert capsys.readouterr().err == ""


def test_lines_below_the_level_are_left_out(
    own_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("api", json=True, level="WARNING")

    structlog.stdlib.get_logger("ours").info("quiet")
    logging.getLogger("theirs").info("quiet")
    structlog.stdlib.get_logger("ours").warning("loud")

    assert capsys.readouterr().err.count("\n") == 1


def test_configuring_twice_does_not_double_the_lines(lines: Lines) -> None:
    logs.configure("api", json=True)
    logs.configure("api", json=True)

    structlog.stdlib.get_logger("ours").info("once")

    assert len(lines()) == 1


@pytest.mark.parametrize(("variable", "coloured"), [("NO_COLOR", False), ("FORCE_COLOR", True)])
def test_a_persons_lines_are_coloured_when_wanted(
    own_logging: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    coloured: bool,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")

    logs.configure("api", json=False)
    structlog.stdlib.get_logger("ours").info("hello", password="hunter2")

    written = capsys.readouterr().err
    assert "hello" in written
    assert "hunter2" not in written
    assert ("\x1b[" in written) is coloured


def test_without_a_terminal_lines_are_json(
    own_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("api")

    logging.getLogger("theirs").warning("hello")

    assert capsys.readouterr().err.startswith("{")
