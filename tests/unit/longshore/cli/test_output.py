"""Listings are whole at any width, on a terminal and through a pipe."""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stdout

import pytest
from rich.text import Text

from longshore.cli.output import plain, show_listing, show_record, table, watched

ID = "50fdc724-599a-5e2c-bcce-b8b5cdd1a4d7"
TASK = "company.billing.invoices.tasks.generate_monthly_invoice_for_customer"
ERROR = "OSError: the disk is full, and nobody has looked at it since this morning"
STYLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture(autouse=True)
def no_columns(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(monkeypatch):
    """Return the lines that a call prints on a terminal of 80 columns, without their colours."""
    monkeypatch.setattr(os, "get_terminal_size", lambda _fd: os.terminal_size((80, 24)))
    monkeypatch.setenv("TERM", "xterm")

    def run(call, *arguments: object) -> list[str]:
        with redirect_stdout(Terminal()) as screen:
            call(*arguments)
        return STYLE.sub("", screen.getvalue()).splitlines()

    return run


def test_what_fits_is_a_table(on_terminal):
    rows = [("mail", 2), (None, "[bold]")]
    shown = on_terminal(show_listing, table(("queue", "waiting"), rows, title="busy"))
    assert shown == [
        "busy",
        "┏━━━━━━━┳━━━━━━━━━┓",
        "┃ queue ┃ waiting ┃",
        "┡━━━━━━━╇━━━━━━━━━┩",
        "│ mail  │ 2       │",
        "│       │ [bold]  │",
        "└───────┴─────────┘",
    ]


def test_a_long_text_folds_between_words_beside_a_whole_id(on_terminal):
    shown = on_terminal(show_listing, table(("job", "why"), [(ID, ERROR)]))
    assert {len(line) for line in shown} == {80}
    cells = [line.split("│") for line in shown if line.startswith("│")]
    assert [cell[1].strip() for cell in cells] == [ID, ""]
    assert " ".join(cell[2].strip() for cell in cells) == ERROR


def test_what_does_not_fit_is_a_block_for_each_row(on_terminal):
    rows = [(ID, TASK, "3 succeeded\n1 dead", ERROR), ("b", "t", "", None)]
    shown = on_terminal(show_listing, table(("job", "task", "jobs", "why"), rows))
    assert shown == [
        f"job:  {ID}",
        f"task: {TASK}",
        "jobs: 3 succeeded",
        "      1 dead",
        f"why:  {ERROR}",
        "",
        "job:  b",
        "task: t",
    ]


def test_a_row_is_one_line_through_a_pipe(capsys):
    show_listing(table(("job", "task", "why"), [(ID, TASK, 30 * ERROR)], title=9 * TASK))
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == 9 * TASK
    assert f"│ {ID} │ {TASK} │ {30 * ERROR} │" in lines


def test_the_variable_columns_sets_a_width_through_a_pipe(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    show_listing(table(("job", "task"), [(ID, TASK)]))
    assert capsys.readouterr().out.splitlines() == [f"job:  {ID}", f"task: {TASK}"]


def test_colours_are_for_terminals(capsys):
    show_listing(table(("verdict",), [(Text("ok", "green"),)]))
    assert "\x1b" not in capsys.readouterr().out


def test_a_record_is_whole_and_leaves_out_what_is_empty(on_terminal):
    facts = {"job": ID, "error": "", "worker": None, "arguments": 9 * TASK}
    shown = on_terminal(show_record, facts)
    assert shown == [f"job:       {ID}", f"arguments: {9 * TASK}"]


def test_a_watched_listing_is_printed_anew_until_it_is_interrupted(monkeypatch, capsys):
    pauses = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    watched(lambda: table(("n",), [(len(pauses),)]), 2.0)
    assert pauses == [2.0, 2.0, 2.0]
    cells = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert cells == ["│ 0 │", "│ 1 │", "│ 2 │"]


def test_a_moment_outside_of_the_calendar_is_written_as_its_end():
    assert plain({"due_at": 1e300}) == {"due_at": "9999-12-31T23:59:59+00:00"}
