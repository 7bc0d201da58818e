from __future__ import annotations

import pytest
from bench.report.costs import growth_table
from bench.report.plots import bars
from bench.report.summaries import best_peer, noop_table, post_table, rates
from bench.report.targets import TARGETS, targets_table
from bench.results import Result, read_all

COSTS = {"round_trips": 1.0, "server_seconds": 5e-5, "worker_seconds": 1e-4}


def rows(**figures):
    return [
        {"contender": name.replace("_", "-"), "rate": rate, **COSTS}
        for name, several in figures.items()
        for rate in several
    ]


@pytest.fixture
def noop():
    found = rows(
        celery_prefork=(1000, 1100, 900),
        longshore_pool=(9000, 8000, 10_000),
        longshore_prefork=(2500, 2500, 2500),
        saq=(4000, 4000, 4100),
    )
    return Result("noop", {}, found)


def test_the_fastest_median_comes_first(noop):
    assert [*rates(noop)] == ["longshore-pool", "saq", "longshore-prefork", "celery-prefork"]


def test_ours_is_nobodys_best_peer(noop):
    assert best_peer(rates(noop)) == 4000


def test_the_table_gives_ratios_to_the_best_peer_and_the_range(noop):
    first = noop_table(noop).rows[0]
    assert first[0] == "**Longshore, -P longshore -c 2**"
    assert first[2:5] == ["9,000", "8,000–10,000", "2.25 ×"]


def test_a_row_of_ours_that_is_slower_says_so(noop):
    ours = next(row for row in noop_table(noop).rows if "prefork" in row[0] and "**" in row[0])
    assert ours[4] == "0.62 ×"


def test_targets_are_told_as_met_and_as_missed(noop):
    table = targets_table({"noop": noop})
    verdicts = {row[0]: row[-1] for row in table.rows}
    assert verdicts["no-op jobs/s, best peer"] == "met"
    assert verdicts["drop-in, -P prefork, over stock prefork"] == "met"
    assert verdicts["worker's round trips a job"] == "**missed**"


def test_a_target_on_its_limit_is_met():
    at_least = next(one for one in TARGETS if not one.at_most)
    at_most = next(one for one in TARGETS if one.at_most)
    assert at_least.met(at_least.limit)
    assert at_most.met(at_most.limit)
    assert not at_most.met(at_most.limit * 1.01)


def test_posting_is_compared_with_the_null_endpoint_too():
    found = rows(null=(10_000,), longshore_pool=(6500,), longshore_api=(5000,), saq=(4000,))
    for row in found:
        row |= {"p99": 0.004, "web_seconds": 1e-4}
    shares = {row[0]: row[3] for row in post_table(Result("post", {}, found)).rows}
    assert shares["**Longshore, the engine's enqueue**"] == "65 %"


def test_growth_is_full_over_empty():
    found = [
        {"step": step, "together": together, "arm": arm, "p50": p99 / 2, "p99": p99}
        for step in ("claim", "settle")
        for together in (1, 32)
        for arm, p99 in (("empty", 0.001), ("full", 0.0015))
    ]
    table = growth_table(Result("growth", {}, found))
    assert {row[-1] for row in table.rows} == {"1.50 ×"}


def test_a_bar_reaches_from_the_lowest_to_the_highest(noop):
    bar = bars(rates(noop))[0]
    assert (bar.value, bar.below, bar.above, bar.ours) == (9000, 1000, 1000, True)


def test_results_come_back_from_disk_as_they_were(noop, tmp_path):
    noop.write(tmp_path)
    assert read_all(tmp_path) == {"noop": noop}


def test_a_table_of_the_page_has_as_many_words_in_each_line(noop):
    lines = noop_table(noop).markdown().splitlines()
    columns = {line.count("|") for line in lines if line.startswith("|")}
    assert len(columns) == 1
