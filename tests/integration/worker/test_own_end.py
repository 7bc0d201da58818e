"""A claim that its own job has ended is not told as a lost lease."""

from __future__ import annotations

import pytest

from support.until import until


@pytest.mark.parametrize("pool", ["longshore", "longshore-threads", "prefork", "threads"])
def test_a_job_that_replaced_itself_has_lost_no_lease(shop, start, outlive_lease, pool):
    worker = start(pool=pool, concurrency=3)
    other = shop.module.gated.delay("beside")
    replacing = shop.module.replaced_and_lingering.delay("after")
    until(lambda: {"start beside", "start after"} <= set(shop.lines()))
    assert replacing.get(timeout=30) == 42
    # Each lease of this worker has been renewed since, this one's among them if it were held.
    outlive_lease()
    for line in ("beside", "after"):
        shop.open_gate(line)
    assert other.get(timeout=30) == "beside"
    until(lambda: "end after" in shop.lines())
    assert worker.stop() == 0
    assert "lost" not in worker.lines()
