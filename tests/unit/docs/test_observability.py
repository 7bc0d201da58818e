"""The page on observability has every metric."""

from __future__ import annotations

import subprocess
import sys

from longshore.metrics.catalog import METRICS
from support.pages import ROOT, first_cells, page, section

PAGE = "docs/observability.md"


def test_the_tables_are_those_of_the_catalogue() -> None:
    done = subprocess.run(
        [sys.executable, "tools/observability_page.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_metric_has_its_row() -> None:
    told = {cell.split("`")[1] for cell in first_cells(page(PAGE))}
    assert {metric.name for metric in METRICS} <= told


def test_the_page_says_how_to_have_native_histograms() -> None:
    assert "convert_classic_histograms_to_nhcb" in section(page(PAGE), "Where metrics are")
