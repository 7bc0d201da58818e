"""README's table says what the figures on disk say."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.report.front import BEGIN, END, LINES, front_table, write_front
from bench.results import read_all

ROOT = Path(__file__).parents[4]
RESULTS = ROOT / "bench" / "results"


def test_the_readme_shows_what_was_measured():
    _, _, rest = (ROOT / "README.md").read_text().partition(BEGIN)
    shown, ended, _ = rest.partition(END)
    assert ended, "README.md has no table of figures"
    assert shown.strip() == front_table(read_all(RESULTS)).markdown().strip()


def test_each_line_names_ours_stock_celery_and_the_best_of_the_others():
    rows = front_table(read_all(RESULTS)).rows
    assert len(rows) == len(LINES)
    for _, ours, stock, peer, command in rows:
        assert ours[0].isdigit()
        assert stock[0].isdigit()
        assert peer.endswith(")")
        assert "Longshore" not in peer
        assert "Celery" not in peer
        assert "floor" not in peer
        assert command.startswith("`make bench")


def test_what_stands_around_the_table_stays(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}old\n{END}after\n")
    write_front(read_all(RESULTS), page)
    before, _, rest = page.read_text().partition(BEGIN)
    shown, _, after = rest.partition(END)
    assert (before, after) == ("before\n", "after\n")
    assert "old" not in shown
    assert "stock Celery" in shown


def test_a_page_without_marks_is_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a page\n")
    with pytest.raises(ValueError, match="has no line"):
        write_front(read_all(RESULTS), page)
    assert page.read_text() == "a page\n"
