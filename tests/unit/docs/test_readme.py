"""What the README shows exists as it says."""

from __future__ import annotations

import re

import pytest

from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from support.pages import ROOT, blocks, page, section

README = "README.md"
MOST_LINES = 15


def test_the_moving_app_is_an_example_of_fifteen_lines_at_most() -> None:
    (example,) = blocks(section(page(README), "Move an existing Celery app"), "python")
    assert 10 <= len(example.splitlines()) <= MOST_LINES


@pytest.fixture(scope="module")
def routes() -> list[re.Pattern[str]]:
    paths = create_app(ApiSettings()).openapi()["paths"]
    return [re.compile(re.sub(r"{\w+}", r"[^/]+", path) + "$") for path in paths]


def test_every_address_of_the_walk_through_is_a_route(routes: list[re.Pattern[str]]) -> None:
    shown = re.findall(r"\$API(/[\w./-]+)", page(README))
    assert len(shown) >= 5
    lost = [one for one in shown if not any(route.match(f"/api/v1{one}") for route in routes)]
    assert lost == []


def test_every_claim_is_shown_by_tests_that_exist_or_by_a_command() -> None:
    rows = section(page(README), "What is claimed, and what shows it").splitlines()
    shown = [row for row in rows if row.startswith("| ") and "shown by" not in row]
    assert shown
    for row in shown:
        paths = re.findall(r"pytest (tests/[\w./]+)", row)
        assert paths or "`make " in row, row
        assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_selection_of_tests_selects_some() -> None:
    for path, word in re.findall(r"pytest (tests/[\w./]+) -k (\w+)", page(README)):
        assert re.search(rf"def test_\w*{word}\w*\(", (ROOT / path).read_text()), (path, word)
