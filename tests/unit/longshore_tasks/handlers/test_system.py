from __future__ import annotations

from structlog.testing import capture_logs

from longshore_tasks.context import TaskContext
from longshore_tasks.handlers.system import add, echo
from longshore_tasks.jobs.system import Add, Echo


def test_add_adds(context: TaskContext) -> None:
    assert add(Add(a=2, b=40), context) == 42


def test_echo_logs_its_text_and_returns_it(context: TaskContext) -> None:
    with capture_logs() as lines:
        assert echo(Echo(text="hello"), context) == "hello"
    assert [(line["event"], line["text"]) for line in lines] == [("echo", "hello")]
