from __future__ import annotations

import pytest
from bench.report.page import BUSY, _origins, _warning
from bench.results import Result


def result(load):
    origin = {
        "command": "python -m bench",
        "taken_at": "2026-11-21 05:00 UTC",
        "machine": "2 cores",
        "server": "valkey 9.1",
        "python": "3.11.7",
        "versions": {"celery": "5.7.0"},
        "load_before": load,
    }
    return Result("noop", origin, [])


@pytest.mark.parametrize(("load", "warned"), [(0.2, []), (7.5, [BUSY])])
def test_figures_of_a_busy_machine_say_so(load, warned):
    assert _warning({"noop": result(load)}) == warned


def test_the_page_says_what_made_it():
    words = _origins({"noop": result(0.2)})
    for word in ("python -m bench", "2 cores", "valkey 9.1", "3.11.7", "celery 5.7.0", "0.2"):
        assert word in words
