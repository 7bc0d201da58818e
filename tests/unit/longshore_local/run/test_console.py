"""The lines of a run."""

from __future__ import annotations

from io import StringIO

from longshore_local.run.console import Console


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Gone(StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_each_line_begins_with_its_service() -> None:
    stream = StringIO()
    console = Console(stream)

    console.line("api", "started")
    console.say("one\ntwo")

    assert stream.getvalue() == "api       | started\nlongshore | one\nlongshore | two\n"


def test_json_lines_are_passed_on_as_they_are() -> None:
    stream = StringIO()

    Console(stream, prefixed=False).line("api", '{"event": "started"}')

    assert stream.getvalue() == '{"event": "started"}\n'


def test_a_terminal_gets_colours() -> None:
    stream = Terminal()

    Console(stream).complain("worker was killed")

    assert "\x1b[1;31mworker was killed\x1b[0m" in stream.getvalue()


def test_a_terminal_that_is_gone_does_not_stop_the_run() -> None:
    stream = Gone()

    Console(stream).say("stopping")

    assert stream.getvalue() == ""
